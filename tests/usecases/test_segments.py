"""Segments are named rules over the features a project has."""

from datetime import datetime
from pathlib import Path

import pytest

from db.queries.segments import get_segment_named, segments
from db.session import reading, transaction
from mms.domain.errors import Conflict, Invalid, NotFound
from mms.domain.members import Member
from mms.domain.segments import Segment, SegmentDraft
from mms.domain.tables import Condition, Operator
from mms.usecases.segments import create_segment, delete_segment
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
