"""A filter finds the models that it says, in any order, page by page."""

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.models import Model, ModelParameter, ModelScore, ModelTag
from db.queries import model_candidates, model_search
from db.queries.model_export import every_row, export_names, model_frame
from db.queries.model_options import filter_options, parameter_names
from db.queries.projects import get_project
from db.session import engine, reading, transaction
from mms.domain.errors import Invalid
from mms.domain.filter_text import LENGTH, parsed
from mms.domain.filters import ModelQuery
from mms.domain.members import PRODUCT
from mms.domain.model_fields import columns_named, field_named
from mms.domain.models import ModelPage
from mms.domain.projects import Project
from tests import rows

COUNT = 60


@dataclass(frozen=True)
class Row:
    """A stored model as a rule sees it: scores in natural units."""

    model: Model
    scores: Mapping[str, float]
    parameters: Mapping[str, Any]
    tags: frozenset[str]


@pytest.fixture
def project(store: str, now: datetime) -> Project:
    """60 models; some lack a score or a hyperparameter, some are tagged, described, archived or deleted."""
    with transaction() as session:
        project_id = rows.a_project(session, now)
        ids = rows.models(session, project_id, now, COUNT)
        other = rows.a_project(session, now, "other")
        rows.models(session, other, now, 20)
        session.execute(sa.delete(ModelTag))
        _varied(session, project_id, ids, now)
    with reading() as session:
        return get_project(session, PRODUCT, project_id)


def _varied(session: Session, project_id: int, ids: list[int], now: datetime) -> None:
    for number, model in enumerate(session.scalars(sa.select(Model).where(Model.id.in_(ids)).order_by(Model.id))):
        model.threshold = number / COUNT if number % 3 else None
        model.description = "Made for the Holidays, 50%" if number % 7 == 0 else ""
        model.archived_at = now - timedelta(days=1) if number % 11 == 5 else None
        model.deleted_at = now if number == 17 else None
        model.scope = "Ärger" if number % 7 == 1 else "global"
        model.owner = "bob" if number % 13 == 0 else "ada"
        tags = {"prod"} if number % 10 == 0 else {"review", "Prod_2"} if number % 10 == 1 else set()
        session.add_all(
            ModelTag(model_id=model.id, tag=tag, project_id=project_id, tagged_by="ada", tagged_at=now) for tag in tags
        )
        value: dict[str, Any] = {"number": 0.5 * (number % 4), "text": None} if number % 5 else {}
        value = {"number": None, "text": "auto"} if number % 5 == 4 else value
        if value:
            session.add(ModelParameter(model_id=model.id, name="C", project_id=project_id, **value))
            model.hyperparameters = {**model.hyperparameters, "C": value["number"] if value["text"] is None else "auto"}
    few = ids[::9]
    session.execute(sa.delete(ModelScore).where(ModelScore.metric == "recall", ModelScore.model_id.in_(few)))
    session.execute(sa.update(ModelScore).where(ModelScore.model_id.in_(ids[::8])).values(mean=0.5, maximum=0.75))
    session.execute(sa.update(Model).where(Model.id.in_(ids[::8])).values(score=0.5))


def every(project: Project, query: ModelQuery, now: datetime, limit: int = 7) -> list[int]:
    """Versions on all pages."""
    found: list[int] = []
    query = replace(query, limit=limit)
    while True:
        with reading() as session:
            page = model_search.search(session, project, query, now)
        found += [model.version for model in page.models]
        assert page.total >= len(page.models)
        if page.after is None:
            assert page.total == len(found)
            return found
        query = replace(query, after=page.after)


def asked(project: Project, text: str, now: datetime, sort: str | None = None, **more: Any) -> list[int]:
    order = field_named(sort, project.task) if sort else None
    return every(project, ModelQuery(parsed(text, project.task), order, **more), now)


def stored(project: Project) -> dict[int, Row]:
    """Live models of the project by version."""
    with reading() as session:
        live = (Model.project_id == project.id, Model.deleted_at.is_(None))
        models = session.scalars(sa.select(Model).where(*live).order_by(Model.id)).all()
        scores = session.scalars(sa.select(ModelScore)).all()
        parameters = session.scalars(sa.select(ModelParameter)).all()
        tags = session.scalars(sa.select(ModelTag)).all()
    return {
        model.version: Row(
            model,
            {s.metric: -s.mean if s.metric == "log_loss" else s.mean for s in scores if s.model_id == model.id},
            {p.name: p.text if p.number is None else p.number for p in parameters if p.model_id == model.id},
            frozenset(tag.tag for tag in tags if tag.model_id == model.id),
        )
        for model in models
    }


def has(row: Row, parameter: str, compare: Callable[[Any, Any], bool], value: float) -> bool:
    found = row.parameters.get(parameter)
    return isinstance(found, float) and compare(found, value)


RULES: Mapping[str, Callable[[Row], bool]] = {
    "f1 > 0.5": lambda r: r.scores["f1"] > 0.5,
    "f1 >= 0.45 AND f1 <= 0.55": lambda r: 0.45 <= r.scores["f1"] <= 0.55,
    "f1.sd < 0.01": lambda r: r.model.score_sd < 0.01,
    "recall > 0.5": lambda r: r.scores.get("recall", 0) > 0.5,
    "NOT recall > 0.5": lambda r: not r.scores.get("recall", 0) > 0.5,
    "recall IS NULL": lambda r: "recall" not in r.scores,
    "recall IS NOT NULL AND recall != 0.5": lambda r: r.scores.get("recall", 0.5) != 0.5,
    "recall.max = 0.75": lambda r: r.scores.get("recall") == 0.5,
    "log_loss < 0.5": lambda r: r.scores["log_loss"] < 0.5,
    "log_loss.min = -0.75": lambda r: r.scores["log_loss"] == -0.5,
    "log_loss IN (-0.5)": lambda r: r.scores["log_loss"] == -0.5,
    "algorithm = 'boosting'": lambda r: r.model.algorithm == "boosting",
    "algorithm IN ('boosting', 'svm') AND recall > 0.4": lambda r: (
        r.model.algorithm in ("boosting", "svm") and r.scores.get("recall", 0) > 0.4
    ),
    "recall > 0.4 AND param.max_depth > 4 AND f1 > 0.3 AND tag IS NULL": lambda r: (
        r.scores.get("recall", 0) > 0.4 and has(r, "max_depth", operator.gt, 4) and r.scores["f1"] > 0.3 and not r.tags
    ),
    "(tag = 'prod' OR algorithm = 'svm') AND version > 9 AND param.C >= 0": lambda r: (
        ("prod" in r.tags or r.model.algorithm == "svm") and r.model.version > 9 and has(r, "C", operator.ge, 0)
    ),
    "algorithm NOT IN ('boosting')": lambda r: r.model.algorithm != "boosting",
    "algorithm ~ 'FOREST'": lambda r: "forest" in r.model.algorithm,
    "owner = 'bob' OR tag = 'prod'": lambda r: r.model.owner == "bob" or "prod" in r.tags,
    "tag = 'review' OR param.C = 'auto'": lambda r: "review" in r.tags or r.parameters.get("C") == "auto",
    "tag IN ('review', 'Prod_2')": lambda r: bool(r.tags & {"review", "Prod_2"}),
    "tag != 'prod'": lambda r: "prod" not in r.tags,
    "tag NOT IN ('prod', 'review')": lambda r: not r.tags & {"prod", "review"},
    "tag ~ 'PROD_'": lambda r: any("prod_" in tag.lower() for tag in r.tags),
    "tag IS NULL": lambda r: not r.tags,
    "param.C >= 1": lambda r: has(r, "C", operator.ge, 1),
    "NOT param.C >= 1": lambda r: not has(r, "C", operator.ge, 1),
    "param.C = 1": lambda r: r.parameters.get("C") == 1,
    "param.C != 1": lambda r: r.parameters.get("C", 1) != 1,
    "param.C NOT IN (0.5, 'auto')": lambda r: r.parameters.get("C", 0.5) not in (0.5, "auto"),
    "param.C IN (0.5, 'auto')": lambda r: r.parameters.get("C") in (0.5, "auto"),
    "param.C ~ 'AUT'": lambda r: r.parameters.get("C") == "auto",
    "param.C IS NULL": lambda r: "C" not in r.parameters,
    "param.class_weight IS NULL": lambda r: True,
    "param.class_weight != 'balanced'": lambda r: False,
    "param.nobody = 1": lambda r: False,
    "threshold > 0.5": lambda r: (r.model.threshold or 0) > 0.5,
    "NOT threshold > 0.5": lambda r: not (r.model.threshold or 0) > 0.5,
    "NOT threshold NOT IN (0.5)": lambda r: r.model.threshold in (None, 0.5),
    "threshold IS NULL": lambda r: r.model.threshold is None,
    "description ~ 'holidays, 50%'": lambda r: bool(r.model.description),
    "description IS NULL": lambda r: not r.model.description,
    "description != 'x'": lambda r: bool(r.model.description),
    "NOT description NOT IN ('x', 'y')": lambda r: not r.model.description,
    "'holiday'": lambda r: bool(r.model.description),
    "'max_depth'": lambda r: True,
    "'prod_'": lambda r: "Prod_2" in r.tags,
    "'v%'": lambda r: False,
    "version < 10 AND NOT state = 'retired'": lambda r: r.model.version < 10 and r.model.state != "retired",
    "run = 2": lambda r: 16 < r.model.version <= 32,
    "run != 2 AND snapshot = 1": lambda r: not 16 < r.model.version <= 32,
    "snapshot = 9": lambda r: False,
    "scope = 'global' AND recipe = 'standard'": lambda r: r.model.scope == "global",
    "scope ~ 'ÄRG' AND scope ~ 'ärger'": lambda r: r.model.scope == "Ärger",
    "age < 0.02": lambda r: COUNT + 1 - r.model.version < 0.02 * 1440,
    "age < 1e300": lambda r: True,
    "age < -1e300": lambda r: False,
    "created >= 2026-03-01T11:30": lambda r: r.model.version > 30,
    "created = 2026-03-01": lambda r: True,
    "created > 2026-03-01": lambda r: False,
    "created <= 2026-03-01 AND created != 2026-02-28": lambda r: True,
    "created < 2026-03-01": lambda r: False,
    "(f1 > 0.5 OR recall > 0.5) AND NOT (tag = 'prod' OR param.C >= 1)": lambda r: (
        (r.scores["f1"] > 0.5 or r.scores.get("recall", 0) > 0.5)
        and not ("prod" in r.tags or has(r, "C", operator.ge, 1))
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("few", "rare"),
    [(model_search.FEW, model_candidates.RARE), (model_search.FEW, 0), (-1, 0)],
    ids=["looked up and listed", "looked up and tested", "walked"],
)
def test_it_finds_what_the_filter_says(
    project: Project, now: datetime, few: int, rare: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_search, "FEW", few)
    monkeypatch.setattr(model_candidates, "RARE", rare)
    living = stored(project)

    found = {text: sorted(asked(project, text, now, archived=True)) for text in RULES}

    assert found == {text: [v for v, row in living.items() if rule(row)] for text, rule in RULES.items()}


def test_archived_models_are_found_when_they_are_asked_for(project: Project, now: datetime) -> None:
    hidden = [version for version, row in stored(project).items() if row.model.archived_at]

    assert not set(hidden) & set(asked(project, "", now))
    assert sorted(asked(project, "archived = true", now)) == hidden
    assert sorted(asked(project, "archived < 2026-03-01", now)) == hidden
    assert len(asked(project, "archived = true OR archived = false", now)) == COUNT - 1


NATURAL: Mapping[str, Callable[[Row], Any]] = {
    "f1": lambda r: r.scores["f1"],
    "recall": lambda r: r.scores.get("recall"),
    "log_loss": lambda r: r.scores["log_loss"],
    "version": lambda r: r.model.version,
    "id": lambda r: r.model.id,
    "run": lambda r: r.model.run_id,
    "age": lambda r: -r.model.created_at.timestamp(),
    "created": lambda r: r.model.created_at,
    "archived": lambda r: r.model.archived_at,
    "threshold": lambda r: r.model.threshold,
    "algorithm": lambda r: r.model.algorithm,
    "build_seconds": lambda r: r.model.build_seconds,
    "size": lambda r: r.model.artifact_size,
    "param.max_depth": lambda r: r.parameters["max_depth"],
    "description": lambda r: r.model.description or None,
}


@pytest.mark.slow
@pytest.mark.parametrize("descending", [False, True])
def test_any_order_shows_every_model_once_and_those_without_a_value_last(
    project: Project, now: datetime, descending: bool
) -> None:
    living = stored(project)
    for name, value in NATURAL.items():
        for text in ("", "param.max_depth > 5 AND version != 3"):
            found = asked(project, text, now, name, descending=descending, archived=True)
            values = [value(living[version]) for version in found]
            known = [one for one in values if one is not None]

            assert len(found) == len(set(found)), name
            assert known == values[: len(known)], name
            assert known == sorted(known, reverse=descending), name
            assert text or len(found) == COUNT - 1, name


def test_numbers_of_a_hyperparameter_come_before_texts_and_those_before_nothing(
    project: Project, now: datetime
) -> None:
    living = stored(project)

    found = [living[version].parameters.get("C") for version in asked(project, "", now, "param.C", archived=True)]

    assert [type(value) for value in found] == sorted((type(v) for v in found), key=[float, str, type(None)].index)
    assert len(found) == COUNT - 1


def test_the_best_come_first_where_nobody_says_which_way(project: Project, now: datetime) -> None:
    living = stored(project)

    best, least = asked(project, "", now), asked(project, "", now, "log_loss")

    assert [living[v].scores["f1"] for v in best] == sorted((living[v].scores["f1"] for v in best), reverse=True)
    assert [living[v].scores["log_loss"] for v in least] == sorted(living[v].scores["log_loss"] for v in least)


def first(project: Project, now: datetime, query: ModelQuery) -> ModelPage:
    with reading() as session:
        return model_search.search(session, project, query, now)


def test_a_cursor_of_another_table_filter_or_order_is_refused(project: Project, now: datetime) -> None:
    query = ModelQuery(parsed("version < 50", project.task), limit=3)
    after = first(project, now, query).after
    assert after is not None

    for other in (
        replace(query, where=None),
        replace(query, sort=field_named("recall", project.task)),
        replace(query, descending=False),
        replace(query, archived=True),
    ):
        with pytest.raises(Invalid, match="begin again at the first page"):
            first(project, now, replace(other, after=after))
    for broken in ("", "x", "é", after[:-3], after + "AAAA", "W10", "bnVsbA", "W1tb" * 5_000):
        with pytest.raises(Invalid, match="begin again at the first page"):
            first(project, now, replace(query, after=broken))


def test_columns_are_in_natural_units_and_tags_beside_them(project: Project, now: datetime) -> None:
    names = ("f1", "log_loss", "log_loss.min", "recall", "param.C", "run", "snapshot", "size", "age", "threshold")
    columns = tuple(field_named(name, project.task) for name in names)
    living = stored(project)

    page = first(project, now, ModelQuery(columns=columns))

    assert len(page.models) == 50
    for model in page.models:
        row, values = living[model.version], page.values[model.id]
        assert list(values) == list(names)
        assert values["f1"] == row.scores["f1"]
        assert values["log_loss"] == row.scores["log_loss"]
        assert values["log_loss.min"] <= values["log_loss"]
        assert values["recall"] == row.scores.get("recall")
        assert values["param.C"] == row.parameters.get("C")
        assert (values["run"], values["snapshot"]) == (1 + (model.version - 1) // rows.TRIPLES, 1)
        assert (values["size"], values["threshold"]) == (row.model.artifact_size, row.model.threshold)
        assert values["age"] == pytest.approx((COUNT - model.version + 1) / 1440)
        assert page.tags.get(model.id, ()) == tuple(sorted(row.tags))


def test_the_rank_is_a_column_of_tables_and_files_but_no_order(project: Project, now: datetime) -> None:
    query = ModelQuery(columns=columns_named(["rank"], project.task))

    page = first(project, now, query)
    with reading() as session:
        frame = model_frame(session, project, query, now)

    assert [page.values[model.id]["rank"] for model in page.models][:2] == [1, 2]
    assert frame["rank"].dtype == "float64"
    with pytest.raises(Invalid, match="no field 'rank'"):
        field_named("rank", project.task)


def test_every_row_comes_in_order_however_it_is_read(
    project: Project, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_search, "_CHUNK", 7)
    query = ModelQuery(columns=(field_named("log_loss", project.task),))
    living = stored(project)

    with reading() as session:
        names = export_names(project, query)
        found = [dict(zip(names, row, strict=True)) for row in every_row(session, project, query, now)]

    assert [row["version"] for row in found] == every(project, query, now)
    assert {row["tags"] for row in found} == {"", "prod", "Prod_2, review"}
    for row in found:
        assert row["log_loss"] == living[row["version"]].scores["log_loss"]
        assert json.loads(row["hyperparameters"]) == living[row["version"]].model.hyperparameters


def test_a_file_ranks_once_whatever_it_is_read_in_and_as_a_page_does(
    sqlite_store: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_search, "_CHUNK", 7)
    with transaction() as session:
        project_id = rows.a_project(session, now)
        rows.bare_models(session, project_id, now, 30)
        rows.bare_models(session, rows.a_project(session, now, "other"), now, 5)
    ranked: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        ranked.extend(["ranked"] * ("rank() OVER" in statement))

    sa.event.listen(engine(), "before_cursor_execute", keep)
    with reading() as session:
        project = get_project(session, PRODUCT, project_id)
        query = ModelQuery(columns=columns_named(["rank"], project.task), limit=40)
        frame = model_frame(session, project, query, now)
        of_files = len(ranked)
        page = model_search.search(session, project, query, now)
    sa.event.remove(engine(), "before_cursor_execute", keep)

    assert (len(frame), of_files, len(ranked)) == (30, 1, 2)
    in_file = frame.set_index("id")["rank"].dropna().to_dict()
    assert in_file == {id_: one["rank"] for id_, one in page.values.items() if one["rank"] is not None}
    assert set(in_file.values()) >= {1, 2, 3}


def test_a_file_for_programs_keeps_types_and_holds_no_column_of_two(project: Project, now: datetime) -> None:
    columns = tuple(field_named(name, project.task) for name in ("recall", "param.C", "param.max_depth"))

    with reading() as session:
        frame = model_frame(session, project, ModelQuery(columns=columns), now)
        empty = model_frame(session, project, ModelQuery(parsed("id < 0", project.task), columns=columns), now)

    kinds = {name: frame[name].dtype.kind for name in ("id", "f1", "recall", "threshold", "param.max_depth", "run")}
    assert kinds == {"id": "i", "f1": "f", "recall": "f", "threshold": "f", "param.max_depth": "f", "run": "i"}
    assert frame["created"].dtype == frame["archived"].dtype == "datetime64[us, UTC]"
    assert set(frame["param.C"].dropna()) == {"0", "0.5", "1", "1.5", "auto"}
    assert (len(empty), list(empty.columns), empty["recall"].dtype.kind) == (0, [*frame.columns], "f")


def test_a_file_for_programs_tells_all_digits_of_a_number_beside_texts(project: Project, now: datetime) -> None:
    exact = 1234567.0625
    with transaction() as session:
        one = session.scalars(sa.select(Model).where(Model.project_id == project.id, Model.version == 2)).one()
        one.hyperparameters = {**one.hyperparameters, "C": exact}

    with reading() as session:
        asked_for = ModelQuery(columns=(field_named("param.C", project.task),))
        frame = model_frame(session, project, asked_for, now)

    assert frame.set_index("version").loc[2, "param.C"] == str(exact)


def test_counts_stop_at_a_cap(project: Project, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    query = ModelQuery(archived=True, limit=7)
    assert first(project, now, query).total_words == "59"

    monkeypatch.setattr(model_search, "COUNT_CAP", 58)

    assert first(project, now, query).total_words == "58+"


def test_a_builder_is_told_fields_types_and_values(project: Project) -> None:
    with reading() as session:
        options = {option.field.name: option for option in filter_options(session, project)}
        names = parameter_names(session, project.id)

    assert names == ("C", "class_weight", "learning_rate", "max_depth", "min_samples_leaf")
    assert options["tag"].values == ("Prod_2", "prod", "review") or options["tag"].values == (
        "prod",
        "Prod_2",
        "review",
    )
    assert options["algorithm"].values == tuple(sorted(rows.ALGORITHMS))
    assert options["param.C"].values == ("0", "1.5", "auto")
    assert options["param.C"].field.example == "param.C >= 0"
    assert options["state"].values[0] == "candidate"


@pytest.mark.slow
def test_the_longest_filters_are_answered(project: Project, now: datetime) -> None:
    for term in ("id>0", "tag!='a'", "recall>-1"):
        for word in (" OR ", " AND "):
            text = word.join([term] * (LENGTH // len(term + word)))

            assert asked(project, text, now, archived=True) == asked(project, term, now, archived=True)
