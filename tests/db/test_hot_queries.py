"""The statements behind the busiest screens walk an index in order: no table is scanned, nothing is sorted.

Each database explains the very statements that the queries send, on empty tables: what it plans there is what the
indexes allow.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.models import Base
from db.models import Model as ModelRow
from db.queries import answered_rows, model_options, model_search, models, predictions, promotions
from db.queries.buckets import Span, bucket_series, stored_buckets
from db.queries.jobs import next_ready
from db.queries.projects import get_project
from db.session import engine, reading, transaction
from mms.domain.filter_text import parsed
from mms.domain.filters import ModelQuery
from mms.domain.members import PRODUCT
from mms.domain.model_fields import field_named
from tests import rows

Ask = Callable[[Session], object]
DAYS = Span("day", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


def found(where: str, sort: str | None = None, *columns: str) -> Ask:
    """A search, as a screen asks for it."""

    def ask(session: Session) -> object:
        project = get_project(session, PRODUCT, 1)
        query = ModelQuery(
            where=parsed(where, project.task),
            sort=field_named(sort, project.task) if sort else None,
            columns=tuple(field_named(name, project.task) for name in columns),
            archived=True,
        )
        return model_search.search(session, project, query, datetime(2026, 3, 1, tzinfo=UTC))

    return ask


IN_ORDER: Mapping[str, Ask] = {
    "best models": lambda s: models.best_models(s, 1),
    "best models of a snapshot": lambda s: models.best_models(s, 1, snapshot_id=1),
    "best models of an algorithm": lambda s: models.best_models(s, 1, algorithm="boosting"),
    "a model by its version": lambda s: models.get_ranked(s, 1, 1),
    "algorithms in use": lambda s: models.algorithms_used(s, 1),
    "found by score": found("", None, "recall", "run", "snapshot"),
    "found by another metric": found("", "recall"),
    "found by a loss, a test of a third": found("NOT precision < 0.2", "log_loss"),
    "found by a hyperparameter": found("", "param.max_depth"),
    "found by version": found("", "version"),
    "found newest": found("", "created"),
    "found quickest": found("", "build_seconds"),
    "found smallest": found("", "size"),
    "found of an algorithm": found("algorithm = 'boosting' AND f1 > 0.5"),
    "found challengers": found("state = 'challenger'"),
    "tags in use": lambda s: model_options.tags_used(s, 1),
    "hyperparameters in use": lambda s: model_options.parameter_names(s, 1),
    "fields to build a filter with": lambda s: model_options.filter_options(s, get_project(s, PRODUCT, 1)),
    "newest predictions": lambda s: predictions.predictions(s, 1),
    "newest predictions of an entity": lambda s: predictions.predictions(s, 1, entity="a"),
    "champion of a scope": lambda s: promotions.find_champion(s, 1, "global"),
    "answers behind the mark": lambda s: answered_rows.answers_behind(s, 1, 5, 100, features=True),
    "feedback behind the mark": lambda s: answered_rows.last_told(s, 1, 5, 100),
    "where the next days end": lambda s: answered_rows.next_days(s, 1, datetime(2026, 3, 1, tzinfo=UTC), 100),
}

FEW_ARE_SORTED: Mapping[str, Ask] = {
    "found by a rare tag": found("tag = 'prod'", "recall"),
    "found by a rare number": found("param.max_depth > 100 AND f1 > 0.1"),
    "found by one of several": found("tag = 'prod' OR recall > 0.99", "f1"),
    "found by a rare score": found("recall > 0.99", "param.max_depth"),
    "found in a run": found("run = 12"),
    "best models of a run": lambda s: models.best_models(s, 1, run_id=1),
    "found of several algorithms": found("algorithm IN ('boosting', 'svm')"),
    "newest prediction of each entity": lambda s: predictions.latest_of(s, 1, ["a", "b"]),
    "buckets of a scope": lambda s: bucket_series(s, [1], "global"),
    "a chart by day": lambda s: bucket_series(s, [1], "global", DAYS, parts=("cells",)),
    "buckets to compare": lambda s: list(stored_buckets(s, 1, (DAYS.since, DAYS.until))),
    "what feedback told": lambda s: answered_rows.told_between(s, 1, (5, 100), 100, features=False),
    "answers of some days": lambda s: answered_rows.answers_between(s, 1, (DAYS.since, None), 100, features=False),
    "answers to be deleted": lambda s: answered_rows.answers_of(s, 1, [1, 2, 3], features=True),
    "claimable job": lambda s: next_ready(s, datetime(2026, 3, 1, tzinfo=UTC)),
}
"""What is sorted here is what one screen shows, or the few jobs that wait."""


@pytest.fixture
def asked(store: str, now: datetime) -> int:
    """A store whose first project has a model, so that no query ends early."""
    with transaction() as session:
        project = rows.a_project(session, now)
        rows.models(session, project, now, 1)
    return project


@pytest.mark.parametrize("name", IN_ORDER)
def test_it_walks_an_index_in_order(asked: int, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_search, "FEW", -1)  # a store of many models, of which many pass

    plan = plan_of(IN_ORDER[name])

    assert scans(plan) == []
    assert sorts(plan) == []


@pytest.mark.parametrize("name", FEW_ARE_SORTED)
def test_it_scans_no_table(asked: int, name: str) -> None:
    assert scans(plan_of(FEW_ARE_SORTED[name])) == []


def test_the_next_page_begins_where_the_last_one_ended(
    sqlite_store: str, asked: int, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        session.execute(sa.delete(ModelRow))
        project = rows.a_project(session, now, "large")
        rows.models(session, project, now, 60)
    with reading() as session:
        of = get_project(session, PRODUCT, project)
        query = ModelQuery(parsed("algorithm = 'boosting' AND f1 > 0.5", of.task), limit=2)
        after = model_search.search(session, of, query, now).after
    assert after is not None
    monkeypatch.setattr(model_search, "FEW", -1)

    plan = plan_of(lambda session: model_search.search(session, of, replace(query, after=after), now))

    assert any(
        "ix_model_algorithm_score (project_id=? AND algorithm=? AND score>? AND score<?" in step for step in plan
    )


def test_a_missing_index_would_be_noticed(asked: int) -> None:
    def by_seed(session: Session) -> object:
        return session.execute(sa.select(ModelRow.id).where(ModelRow.seed == 1).order_by(ModelRow.description)).all()

    plan = plan_of(by_seed)

    assert scans(plan) != []
    assert sorts(plan) != []


def scans(plan: list[str]) -> list[str]:
    """Steps that read a whole table (or a whole index); results of an inner query are no table."""
    tables = tuple(f"SCAN {table}" for table in Base.metadata.tables)
    return [step for step in plan if "Seq Scan" in step or step.startswith(tables)]


def sorts(plan: list[str]) -> list[str]:
    """Steps that sort what they read."""
    return [step for step in plan if "B-TREE" in step or "Sort" in step]


def plan_of(ask: Ask) -> list[str]:
    """The steps of the plans of all statements that a query sends."""
    with reading() as session:
        if engine().dialect.name == "sqlite":
            explain, step = "EXPLAIN QUERY PLAN", -1
        else:
            explain, step = "EXPLAIN", 0
            for way in ("seqscan", "bitmapscan", "sort"):  # only where nothing else is possible
                session.execute(sa.text(f"SET LOCAL enable_{way} = off"))
        with sent() as statements:
            ask(session)
        assert statements
        connection = session.connection()
        return [
            row[step]
            for statement, parameters in statements
            for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)
        ]


@contextmanager
def sent() -> Iterator[list[tuple[str, Any]]]:
    """Statements and parameters that are sent meanwhile."""
    statements: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.append((statement, parameters))

    sa.event.listen(engine(), "before_cursor_execute", keep)
    try:
        yield statements
    finally:
        sa.event.remove(engine(), "before_cursor_execute", keep)
