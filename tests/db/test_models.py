"""The best models, and one model."""

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from db import blobs
from db.models import Model as ModelRow
from db.models import ModelScore
from db.queries import models as queries
from db.session import reading, transaction
from mms.domain.buckets import Sums
from mms.domain.errors import NotFound
from mms.domain.models import Holdout, RankedModel
from tests import rows

COUNT = 60


@pytest.fixture
def project(store: str, now: datetime) -> int:
    """A project with 60 models."""
    with transaction() as session:
        project_id = rows.a_project(session, now)
        rows.models(session, project_id, now, COUNT)
        return project_id


def best(project: int, limit: int = COUNT, **of: Any) -> list[RankedModel]:
    with reading() as session:
        return queries.best_models(session, project, limit, **of)


def changed(version: int, **values: object) -> None:
    with transaction() as session:
        session.execute(sa.update(ModelRow).where(ModelRow.version == version).values(**values))


def test_the_best_score_comes_first_the_newest_of_equals(project: int) -> None:
    changed(7, score=0.5)
    changed(8, score=0.5)

    found = best(project)

    keys = [(model.score, model.id) for model in found]
    assert keys == sorted(keys, reverse=True)
    assert sorted(model.version for model in found) == list(range(1, COUNT + 1))
    assert best(project, 5) == found[:5]


def test_the_best_of_a_run_a_snapshot_or_an_algorithm(project: int, now: datetime) -> None:
    run_id = best(project)[0].run_id
    with transaction() as session:
        other = rows.a_snapshot(session, project, 2, now)
        another = rows.a_project(session, now, "another")
    changed(1, snapshot_id=other)
    every = best(project)

    assert best(project, run_id=run_id) == [model for model in every if model.run_id == run_id]
    assert [model.version for model in best(project, snapshot_id=other)] == [1]
    assert best(project, algorithm="svm", run_id=run_id) == [
        model for model in every if (model.algorithm, model.run_id) == ("svm", run_id)
    ]
    assert best(another) == []


def test_archived_and_deleted_models_are_none_of_the_best(project: int, now: datetime) -> None:
    changed(1, archived_at=now)
    changed(2, deleted_at=now)

    assert {model.version for model in best(project)} == set(range(3, COUNT + 1))


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
    model_id = best(project)[0].id
    version = best(project)[0].version
    changed(version, deleted_at=now)

    with reading() as session, pytest.raises(NotFound, match="model table"):
        if what == "ranked":
            queries.get_ranked(session, project, version)
        elif what == "model":
            queries.get_model(session, model_id)
        else:
            queries.oof_frame(session, tmp_path, model_id)


def test_a_model_is_read_with_scores_signature_and_hold_out(project: int, now: datetime) -> None:
    ranked = best(project)[0]
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
    ranked = best(project)[0]
    with transaction() as session:
        sha256 = blobs.put_bytes(session, buffer.getvalue(), now)
    changed(ranked.version, oof_blob=sha256)

    with reading() as session:
        frame = queries.oof_frame(session, tmp_path / "cache", ranked.id)

    assert frame.to_dict("list") == {"row": [0, 1, 2], "truth": ["false", "true", "true"]}
