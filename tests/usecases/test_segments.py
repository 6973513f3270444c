"""Segments are named rules over the features a project has."""

from datetime import datetime
from pathlib import Path

import pytest

from db import models as tables
from db.queries.segments import get_segment_named, segments
from db.session import reading, transaction
from mms.domain.errors import Conflict, Invalid, NotFound
from mms.domain.members import Member
from mms.domain.segments import Segment, SegmentDraft
from mms.domain.tables import Condition, Operator
from mms.usecases.segments import create_segment, delete_segment
from tests import rows
from tests.trained import a_project

FAR = SegmentDraft(" far out ", (Condition("x", Operator.GT, "1.5"),), "few points")


def test_a_segment_is_listed_until_it_is_deleted(store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    project = a_project(member, tmp_path, now)
    with transaction() as session:
        made = create_segment(session, member, project.id, FAR, now)
    with reading() as session:
        listed = segments(session, project.id)
        found = get_segment_named(session, project.id, "far out")
    with transaction() as session:
        delete_segment(session, member, made.id, now)
    with transaction() as session:
        again = create_segment(session, member, project.id, FAR, now)

    assert listed == [made] == [found] == [Segment.from_json(made.to_json())]
    assert (made.name, made.words) == ("far out", "x > 1.5")
    assert again.id != made.id


def test_names_are_unique_and_columns_known(store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    project = a_project(member, tmp_path, now)
    with transaction() as session:
        create_segment(session, member, project.id, FAR, now)

    with transaction() as session, pytest.raises(Conflict, match="a segment 'far out' already"):
        create_segment(session, member, project.id, FAR, now)
    with transaction() as session, pytest.raises(Invalid, match="no feature 'side' .* there are x, y"):
        create_segment(session, member, project.id, SegmentDraft("a", (Condition("side", Operator.EQ, "yes"),)), now)
    with transaction() as session, pytest.raises(NotFound, match="There is no segment 99"):
        delete_segment(session, member, 99, now)
    with reading() as session, pytest.raises(NotFound, match="no segment 'near': it has far out"):
        get_segment_named(session, project.id, "near")


def test_a_segment_that_a_champion_answers_for_is_kept(store: str, member: Member, now: datetime) -> None:
    with transaction() as session:
        project_id = rows.a_project(session, now)
        (model_id,) = rows.models(session, project_id, now, 1)
        segment = tables.Segment(
            project_id=project_id, name="nights", conditions=[["hour", ">", 21]], created_by="ada", created_at=now
        )
        seat = tables.Promotion(
            project_id=project_id,
            scope="segment:nights",
            model_id=model_id,
            promoted_by="ada",
            promoted_at=now,
            reason="better at night",
            verdict="the seat is empty",
            against_advice=False,
        )
        session.add_all([segment, seat])
        session.flush()
        segment_id = segment.id

    with pytest.raises(Conflict, match="is the champion of segment 'nights': keep it"), transaction() as session:
        delete_segment(session, member, segment_id, now)

    with reading() as session:
        assert [one.name for one in segments(session, project_id)] == ["nights"]
