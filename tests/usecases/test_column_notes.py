"""Columns are described: all or none, by those who may edit data."""

from datetime import datetime
from pathlib import Path

import pytest

from db.queries.column_notes import column_notes
from db.queries.tables import get_table_named
from db.session import reading, transaction
from mms.domain.column_notes import NoteDraft
from mms.domain.errors import Forbidden, Invalid
from mms.domain.members import Member, Role
from mms.usecases.column_notes import note_columns
from tests.trained import a_project

SAID = NoteDraft("how far to the right", "the survey", "geodesy")


@pytest.fixture
def points(store: str, member: Member, tmp_path: Path, now: datetime) -> int:
    project = a_project(member, tmp_path, now)
    with reading() as session:
        return get_table_named(session, project.id, "points").id


def noted(table_id: int) -> dict[str, NoteDraft]:
    with reading() as session:
        return {name: note.said for (_, name), note in column_notes(session, [table_id]).items()}


def test_a_note_is_written_changed_and_taken_away(points: int, member: Member, now: datetime) -> None:
    with transaction() as session:
        first = note_columns(session, member, points, {"x": SAID, "y": NoteDraft()}, now)
        again = note_columns(session, member, points, {"x": SAID}, now)

    assert (first, again) == (1, 0)
    assert noted(points) == {"x": SAID}
    with transaction() as session:
        note_columns(session, member, points, {"x": NoteDraft(owner=" land office "), "y": SAID}, now)
    assert noted(points) == {"x": NoteDraft(owner="land office"), "y": SAID}
    with transaction() as session:
        assert note_columns(session, member, points, {"x": NoteDraft(" "), "y": NoteDraft()}, now) == 2
    assert noted(points) == {}


def test_notes_are_written_all_or_none(points: int, member: Member, now: datetime) -> None:
    with pytest.raises(Invalid, match="has no column 'z'"), transaction() as session:
        note_columns(session, member, points, {"x": SAID, "z": SAID}, now)

    assert noted(points) == {}


def test_who_may_only_look_writes_no_notes(points: int, now: datetime) -> None:
    viewer = Member(9, "v", "V", frozenset({Role.VIEWER}))

    with pytest.raises(Forbidden), transaction() as session:
        note_columns(session, viewer, points, {"x": SAID}, now)
