"""What-if: the answer, its effects and its neighbours, by hand; and what is left out when the rows are gone."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.models import get_model
from db.session import reading, transaction
from mms.domain.errors import Forbidden, Invalid, NotFound
from mms.domain.members import Member, Role
from mms.domain.predictions import Request
from mms.domain.promotions import Seating
from mms.domain.runs import Launch
from mms.domain.what_if import WhatIf
from mms.usecases.predictions import predict
from mms.usecases.promotions import promote
from mms.usecases.runs import launch_run
from mms.usecases.snapshots import load_instances
from mms.usecases.what_if import NEAREST, what_if
from tests.trained import ROWS, a_project, a_snapshot, triple_of, work_off

ASKED = {"x": 1.5, "y": -1.5}


@pytest.fixture
def model_id(sqlite_store: str, member: Member, tmp_path: Path, now: datetime) -> int:
    """The logistic regression of a finished run."""
    project = a_project(member, tmp_path, now)
    snapshot = a_snapshot(member, project, now)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, "logistic"),)), now)
    work_off(now)
    with reading() as session:
        return session.scalars(sa.select(tables.Model.id).where(tables.Model.algorithm == "logistic")).one()


def asked(member: Member, model_id: int, values: dict[str, float | None]) -> WhatIf:
    with reading() as session:
        return what_if(session, member, model_id, values)


@pytest.mark.slow
def test_what_if_answers_as_the_champion_would_and_shows_why(model_id: int, member: Member, now: datetime) -> None:
    with transaction() as session:
        model = get_model(session, model_id)
        promote(session, member, Seating(model_id, "to ask it"), now)
        request = Request({"id": "new"}, dict(ASKED), now)
        (served,) = predict(session, member, model.ranked.project_id, [request], now)
        instances = load_instances(session, model.ranked.snapshot_id)

    found = asked(member, model_id, dict(ASKED))

    assert found.answer == served.answer
    assert (found.output, found.is_probability, found.note) == ("P(yes)", True, None)
    effects = {one.feature: one.effect for one in found.effects}
    assert effects["x"] > 0 > effects["y"]
    assert [abs(one.effect) for one in found.effects] == sorted((abs(e) for e in effects.values()), reverse=True)
    places = instances.features[["x", "y"]].to_numpy()
    far = np.sqrt((((places - [1.5, -1.5]) / places.std(axis=0)) ** 2).mean(axis=1))
    assert [one.row for one in found.nearest] == np.argsort(far, kind="stable")[:NEAREST].tolist()
    np.testing.assert_allclose([one.distance for one in found.nearest], np.sort(far)[:NEAREST])
    assert found.nearest[0].truth == instances.target.iloc[found.nearest[0].row]
    assert (found.background, found.asked, found.searched) == (50, 2, ROWS)
    unknown = asked(member, model_id, {"x": None, "y": 40.0})
    assert unknown.outside[0].startswith("y 40 lies outside of what it learnt from, ")
    least, most = places[:, 1].min(), places[:, 1].max()
    (near,) = asked(member, model_id, {"x": None, "y": most + 1e-6}).outside
    assert near == f"y {most + 1e-6:.15g} lies outside of what it learnt from, {least:.15g} to {most:.15g}."
    with pytest.raises(Invalid, match="Feature 'y' is missing"):
        asked(member, model_id, {"x": 1.0})
    with pytest.raises(NotFound), reading() as session:
        what_if(session, member, 999, dict(ASKED))
    with pytest.raises(Forbidden), reading() as session:
        what_if(session, Member(9, "v", "V", frozenset({Role.VIEWER})), model_id, dict(ASKED))


@pytest.mark.slow
def test_an_answer_does_without_rows_that_were_deleted(model_id: int, member: Member, now: datetime) -> None:
    with transaction() as session:
        session.execute(sa.update(tables.Snapshot).values(deleted_at=now))

    found = asked(member, model_id, dict(ASKED))

    assert found.answer.label in ("yes", "no")
    assert (found.effects, found.nearest, found.background) == ((), (), 0)
    assert found.note is not None
    assert found.note.startswith("The rows that it learnt from are gone")
