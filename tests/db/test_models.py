"""The model table: filtered, sorted, paged by keyset and counted up to a cap; and one model."""

import base64
import json
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from db import blobs
from db.models import Model as ModelRow
from db.models import ModelScore
from db.queries import models as queries
from db.session import reading, transaction
from mms.domain.buckets import Sums
from mms.domain.errors import Invalid, NotFound
from mms.domain.models import Holdout, ModelFilter, ModelPage, ModelSort, ModelState, RankedModel
from tests import rows

COUNT = 60


@pytest.fixture
def project(store: str, now: datetime) -> int:
    """A project with 60 models."""
    with transaction() as session:
        project_id = rows.a_project(session, now)
        rows.models(session, project_id, now, COUNT)
        return project_id


def page(project: int, where: ModelFilter | None = None, **options: object) -> ModelPage:
    with reading() as session:
        return queries.models_page(session, project, where or ModelFilter(), **options)  # type: ignore[arg-type]


def every(project: int, where: ModelFilter | None = None, sort: ModelSort = ModelSort.SCORE) -> list[RankedModel]:
    """All pages, seven rows each."""
    found: list[RankedModel] = []
    after = None
    while True:
        part = page(project, where, sort=sort, after=after, limit=7)
        found += part.models
        after = part.after
        if after is None:
            return found


def changed(version: int, **values: object) -> None:
    with transaction() as session:
        session.execute(sa.update(ModelRow).where(ModelRow.version == version).values(**values))


def test_the_best_score_comes_first(project: int) -> None:
    scores = [model.score for model in page(project).models]

    assert len(scores) == 50
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("sort", "key", "descending"),
    [
        (ModelSort.SCORE, "score", True),
        (ModelSort.NEWEST, "created_at", True),
        (ModelSort.BUILD_TIME, "build_seconds", False),
        (ModelSort.SIZE, "artifact_size", False),
    ],
)
def test_pages_in_any_order_show_every_model_once(project: int, sort: ModelSort, key: str, descending: bool) -> None:
    changed(7, score=0.5, build_seconds=1.5)
    changed(8, score=0.5, build_seconds=1.5)

    found = every(project, sort=sort)

    values = [getattr(model, key) for model in found]
    assert values == sorted(values, reverse=descending)
    assert sorted(model.version for model in found) == list(range(1, COUNT + 1))


def test_a_model_that_appears_meanwhile_moves_no_other_to_another_page(project: int, now: datetime) -> None:
    first = page(project, limit=10)
    changed(first.models[9].version, deleted_at=now)

    second = page(project, limit=10, after=first.after)

    assert second.models == page(project, limit=19).models[9:]


@pytest.mark.parametrize(
    ("where", "rule"),
    [
        (ModelFilter(algorithms=("boosting",)), lambda m: m.algorithm == "boosting"),
        (ModelFilter(algorithms=("boosting", "svm")), lambda m: m.algorithm in ("boosting", "svm")),
        (ModelFilter(algorithms=("boosting",), min_score=0.5), lambda m: m.algorithm == "boosting" and m.score >= 0.5),
        (ModelFilter(min_score=0.45, max_score=0.55), lambda m: 0.45 <= m.score <= 0.55),
        (ModelFilter(states=(ModelState.CHALLENGER,)), lambda m: m.state == "challenger"),
        (ModelFilter(states=(ModelState.CHALLENGER, ModelState.RETIRED)), lambda m: m.state != "candidate"),
        (
            ModelFilter(algorithms=("svm", "mlp"), states=(ModelState.CANDIDATE,)),
            lambda m: m.algorithm in ("svm", "mlp") and m.state == "candidate",
        ),
        (ModelFilter(text="FOREST"), lambda m: m.algorithm == "random forest"),
        (ModelFilter(text='"max_depth": 5'), lambda m: m.hyperparameters["max_depth"] == 5),
        (ModelFilter(text="100%"), lambda m: False),
    ],
)
def test_a_filter_shows_what_fulfils_it_and_nothing_else(project: int, where: ModelFilter, rule: object) -> None:
    expected = [model for model in every(project) if rule(model)]  # type: ignore[operator]

    found = every(project, where)

    assert found == expected
    assert page(project, where).total == len(expected)


def test_a_run_and_a_snapshot_filter(project: int, now: datetime) -> None:
    run_id = page(project).models[0].run_id
    with transaction() as session:
        other = rows.a_snapshot(session, project, 2, now)
    changed(1, snapshot_id=other)

    assert {model.run_id for model in every(project, ModelFilter(run_id=run_id))} == {run_id}
    assert [model.version for model in every(project, ModelFilter(snapshot_id=other))] == [1]


def test_archived_models_are_shown_when_asked_for_and_deleted_ones_never(project: int, now: datetime) -> None:
    changed(1, archived_at=now)
    changed(2, deleted_at=now)

    shown = {model.version for model in every(project)}
    with_archived = {model.version for model in every(project, ModelFilter(archived=True))}

    assert shown == set(range(3, COUNT + 1))
    assert with_archived == shown | {1}


def test_counts_stop_at_a_cap(project: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert page(project).total_words == "60"

    monkeypatch.setattr(queries, "COUNT_CAP", 59)

    assert page(project).total_words == "59+"


def test_another_project_sees_none_of_them(project: int, now: datetime) -> None:
    with transaction() as session:
        other = rows.a_project(session, now, "another")

    assert page(other) == ModelPage((), None, 0, capped=False)


def cursor(*content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "nonsense",
        "ä",
        cursor(),
        cursor(1, "score", "high", 1),
        cursor(1, "score", 0.5, "1"),
        cursor(1, "score", 0.5, 2**63),
        cursor(1, "score", None, 1),
        cursor(1, "score", float("nan"), 1),
        cursor(1, "newest", "2026-03-01T00:00:00+00:00", 1),
        cursor(2, "score", 0.5, 1),
    ],
)
def test_a_foreign_page_mark_is_refused(sqlite_store: str, project: int, foreign: str) -> None:
    with pytest.raises(Invalid, match="begin again at its first page"):
        page(project, after=foreign)


@pytest.mark.parametrize("time", ["2026-03-01T00:00:00", "yesterday", 3])
def test_a_foreign_time_in_a_page_mark_is_refused(sqlite_store: str, project: int, time: object) -> None:
    with pytest.raises(Invalid, match="begin again at its first page"):
        page(project, sort=ModelSort.NEWEST, after=cursor(project, "newest", time, 1))


def test_the_table_for_the_csv_holds_every_row_in_natural_units(project: int) -> None:
    with transaction() as session:
        session.execute(sa.text("UPDATE project SET primary_metric = 'log_loss'"))
    changed(1, score=-0.25)
    where = ModelFilter(algorithms=("logistic regression", "svm"))

    with reading() as session:
        frame = queries.all_models(session, project, where, ModelSort.SCORE)

    assert list(frame["version"]) == [model.version for model in every(project, where)]
    assert frame.loc[frame["version"] == 1, ["metric", "score"]].to_numpy().tolist() == [["log_loss", 0.25]]
    assert json.loads(frame["hyperparameters"][0])["min_samples_leaf"] == 20


def test_algorithms_used_are_those_of_live_models(project: int, now: datetime) -> None:
    with transaction() as session:
        session.execute(sa.update(ModelRow).where(ModelRow.algorithm == "svm").values(deleted_at=now))

    with reading() as session:
        found = queries.algorithms_used(session, project)

    assert found == sorted(set(rows.ALGORITHMS) - {"svm"})


def test_a_model_is_found_by_its_version(project: int) -> None:
    with reading() as session:
        assert queries.get_ranked(session, project, 3).version == 3


@pytest.mark.parametrize("what", ["ranked", "model", "oof"])
def test_a_deleted_model_is_not_found(project: int, what: str, now: datetime, tmp_path: Path) -> None:
    model_id = page(project).models[0].id
    version = page(project).models[0].version
    changed(version, deleted_at=now)

    with reading() as session, pytest.raises(NotFound, match="model table"):
        if what == "ranked":
            queries.get_ranked(session, project, version)
        elif what == "model":
            queries.get_model(session, model_id)
        else:
            queries.oof_frame(session, tmp_path, model_id)


def test_a_model_is_read_with_scores_signature_and_hold_out(project: int, now: datetime) -> None:
    ranked = page(project).models[0]
    holdout = Holdout(now - timedelta(days=9), now, Sums(10, 10, {("true", "true"): 10}))
    changed(ranked.version, holdout=holdout.to_json(), threshold=0.25)
    with transaction() as session:
        session.execute(sa.delete(ModelScore).where(ModelScore.model_id == ranked.id))
        for metric in ("roc_auc", "f1"):
            session.add(
                ModelScore(
                    model_id=ranked.id,
                    project_id=ranked.project_id,
                    metric=metric,
                    mean=0.5,
                    sd=0.1,
                    minimum=0.25,
                    maximum=0.75,
                    final=0.9,
                )
            )

    with reading() as session:
        model = queries.get_model(session, ranked.id)

    assert model.ranked == ranked
    assert model.triple.recipe.name == "standard"
    assert [score.metric for score in model.scores] == ["f1", "roc_auc"]
    assert (model.scores[0].mean, model.scores[0].final) == (0.5, 0.9)
    assert model.signature.classes == ("false", "true")
    assert model.environment == {"python": "3.11"}
    assert (model.threshold, model.holdout) == (0.25, holdout)


def test_out_of_fold_rows_come_sorted_by_row(project: int, now: datetime, tmp_path: Path) -> None:
    buffer = BytesIO()
    pd.DataFrame({"row": [2, 0, 1], "truth": ["true", "false", "true"]}).to_parquet(buffer)
    ranked = page(project).models[0]
    with transaction() as session:
        sha256 = blobs.put_bytes(session, buffer.getvalue(), now)
    changed(ranked.version, oof_blob=sha256)

    with reading() as session:
        frame = queries.oof_frame(session, tmp_path / "cache", ranked.id)

    assert frame.to_dict("list") == {"row": [0, 1, 2], "truth": ["false", "true", "true"]}
