"""What answers promise is learnt once from out-of-fold rows, kept with the model, and drawn before labels come."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from db import models as tables
from db.blobs import put_bytes
from db.queries.buckets import bucket_series
from db.queries.estimates import (
    LearntErrors,
    estimated_points,
    find_calibration,
    find_errors,
    models_to_learn,
    packed_errors,
)
from db.session import reading, transaction
from mms.domain.decay import Grain
from mms.domain.errors import Conflict
from mms.domain.members import Member
from mms.domain.predictions import Request
from mms.domain.projects import Project
from mms.domain.promotions import Seating
from mms.domain.runs import Launch
from mms.domain.tables import FileProject
from mms.usecases import estimates
from mms.usecases.estimates import learn_estimates
from mms.usecases.predictions import predict
from mms.usecases.promotions import promote
from mms.usecases.runs import launch_run
from mms.usecases.tables import project_from_file
from tests.trained import a_project, a_snapshot, points, triple_of, work_off

pytestmark = pytest.mark.slow


def seated(member: Member, project: Project, algorithm: str, now: datetime) -> int:
    """A champion fitted on all rows; its id."""
    snapshot = a_snapshot(member, project, now)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, algorithm),)), now)
    work_off(now)
    with transaction() as session:
        model_id = session.scalars(sa.select(tables.Model.id).where(tables.Model.algorithm == algorithm)).one()
        promote(session, member, Seating(model_id, "the first one"), now)
    return model_id


def ask(member: Member, project: Project, now: datetime, count: int = 5) -> None:
    with transaction() as session:
        rows = [Request({"id": f"new{i}"}, {"x": i / 10, "y": -i / 20}, now) for i in range(count)]
        predict(session, member, project.id, rows, now)


def test_what_probabilities_mean_is_learnt_once_and_promises_every_metric(
    store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    project = a_project(member, tmp_path, now)
    model_id = seated(member, project, "logistic", now)
    with reading() as session:
        assert models_to_learn(session) == []
    ask(member, project, now, 60)
    with reading() as session:
        assert models_to_learn(session) == [model_id]

    assert learn_estimates(transaction, model_id, now)

    with reading() as session:
        assert models_to_learn(session) == []
        calibration = find_calibration(session, model_id)
        (one,) = bucket_series(session, [project.id], "global")
        later = now + timedelta(days=40)
        found = {m: estimated_points(session, one, Grain.MONTH, m, later) for m in ("f1", "roc_auc", "brier")}
    assert calibration is not None
    assert calibration.rows >= 100
    for points_ in found.values():
        assert points_ is not None
        (point,) = points_
        assert (point.n, point.over) == (60, True)
        assert point.estimate is not None
        assert 0 < point.estimate.value < 1


def test_errors_of_numbers_are_expected_when_they_are_answered(
    store: str, member: Member, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = points(now).drop(columns="side")
    frame["size"] = 3 * frame["x"] + frame["y"]
    frame.to_csv(tmp_path / "sizes.csv", index=False)
    with transaction() as session:
        source = FileProject("Sizes", tmp_path / "sizes.csv", "size", ("id",), "at", "")
        project = project_from_file(session, member, source, now)
    model_id = seated(member, project, "ridge", now)
    ask(member, project, now)
    assert learn_estimates(transaction, model_id, now)

    ask(member, project, now)

    row = tables.Prediction
    with reading() as session:
        told = session.execute(sa.select(row.expected_absolute, row.expected_squared).order_by(row.id)).all()
        (one,) = bucket_series(session, [project.id], "global")
        promised = estimated_points(session, one, Grain.DAY, "mae", now)
    assert [pair[0] is None for pair in told] == [True] * 5 + [False] * 5
    assert promised is not None
    assert promised[0].estimate is not None
    assert promised[0].estimate.value == pytest.approx(sum(pair[0] for pair in told[5:]) / 5)

    monkeypatch.setattr(estimates, "_loaded", {})
    with reading() as session:
        found = find_errors(session, model_id)
    assert found is not None
    with pytest.raises(Conflict, match="not signed"), transaction() as session:
        forged = sa.update(tables.ModelReference).where(tables.ModelReference.kind == "errors")
        blob = put_bytes(session, packed_errors(LearntErrors(found.errors, found.sha256, "00" * 32)), now)
        session.execute(forged.values(blob=blob))
        predict(session, member, project.id, [Request({"id": "n"}, {"x": 1.0, "y": 2.0}, now)], now)
