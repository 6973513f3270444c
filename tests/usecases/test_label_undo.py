"""A label that was given by mistake: its row comes back first, and what was told counts until it is corrected."""

from datetime import timedelta

import pytest

from db.queries.predictions import get_prediction
from db.session import reading, transaction
from mms.domain.errors import Conflict
from mms.domain.label_requests import Why
from mms.domain.members import Member
from mms.usecases.label_requests import skip_label, undo_label
from tests.usecases.test_label_requests import LATER, answered, draft, drawn, project, taken

__all__ = ["project"]


def undone(member: Member, project_id: int, why: Why | None = None) -> int:
    with transaction() as session:
        return undo_label(session, member, project_id, LATER + timedelta(minutes=2), why)


def test_what_was_taken_back_is_asked_before_what_is_on_the_screen(project: int, member: Member) -> None:
    drawn(member, project, draft(count=2))
    mistaken = taken(member, project)
    with transaction() as session:
        skip_label(session, member, project, mistaken.id, LATER)
    answered(member, project, taken(member, project), "yes")
    assert taken(member, project).id == mistaken.id
    answered(member, project, mistaken, "yes", LATER + timedelta(minutes=1))
    drawn(member, project, draft(count=5))
    on_screen = taken(member, project)

    assert undone(member, project) == mistaken.id

    assert taken(member, project, now=LATER + timedelta(minutes=3)).id == mistaken.id
    answered(member, project, mistaken, "no", LATER + timedelta(minutes=4))
    assert taken(member, project, now=LATER + timedelta(minutes=4)).id == on_screen.id


def test_what_was_told_by_mistake_is_corrected_and_not_left_standing(project: int, member: Member) -> None:
    drawn(member, project, draft(count=2))
    mistaken = taken(member, project)
    answered(member, project, mistaken, "yes")
    undone(member, project)

    with pytest.raises(Conflict, match="'yes' was told of this row and counts until another truth is"):
        answered(member, project, mistaken, None, LATER + timedelta(minutes=3))
    answered(member, project, mistaken, "no", LATER + timedelta(minutes=3))

    with reading() as session:
        assert get_prediction(session, mistaken.prediction.id).truth == "no"


def test_of_a_pile_its_own_last_answer_is_taken_back(project: int, member: Member) -> None:
    drawn(member, project, draft(Why.INFORMATIVE, 2))
    informative = taken(member, project, Why.INFORMATIVE)
    answered(member, project, informative, "yes")
    drawn(member, project, draft(count=2))
    answered(member, project, taken(member, project), "yes", LATER + timedelta(minutes=1))

    assert undone(member, project, Why.INFORMATIVE) == informative.id
