"""A fall is split at its onset, from the champion's own labelled answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.models import Prediction
from db.queries.projects import get_project
from db.queries.why import Stretch, labelled_rows
from db.session import reading, transaction
from mms.domain.errors import Conflict, Invalid
from mms.domain.members import Member
from mms.domain.promotions import Seating
from mms.domain.why import NotYet, Why
from mms.usecases.buckets import fold_buckets, hold_mark
from mms.usecases.promotions import promote
from mms.usecases.why import Question, why_it_fell
from tests.wards import MARCH, a_model, a_snapshot, a_world

END = MARCH + timedelta(days=40)


@pytest.fixture
def project(store: str, member: Member, tmp_path: Path) -> int:
    """Wards with a champion that has not answered yet."""
    project_id = a_world(tmp_path, member, MARCH)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, MARCH), 1, MARCH)
        promote(session, member, Seating(model_id, "the first one"), MARCH)
    return project_id


def answers(session: Session, project_id: int, day: datetime, wrong: Sequence[bool], wards: Sequence[str]) -> None:
    """Answers of one day; the wrong ones said yes where it was no."""
    hold_mark(session, project_id)
    rows = [
        {
            "project_id": project_id, "model_id": 1, "scope": "global", "entity": "1", "base_row": None,
            "features": {"ward": ward, "age": 40.0, "wards.beds": 10, "weather.rain": None}, "label": "yes",
            "probabilities": {}, "predicted_at": day,
            "created_at": day, "source": "rest", "truth": "no" if is_wrong else "yes", "truth_at": day,
        }
        for is_wrong, ward in zip(wrong, wards, strict=True)
    ]  # fmt: skip
    session.execute(sa.insert(Prediction), rows)
    fold_buckets(session, project_id, day)


def asked(member: Member, project_id: int, question: Question = Question(), now: datetime = END) -> Why | NotYet:
    with reading() as session:
        return why_it_fell(session, member, get_project(session, member, project_id), question, now)


@pytest.mark.slow
def test_the_fall_of_one_ward_is_named_since_its_onset(project: int, member: Member) -> None:
    wards = ["north", "south"] * 25
    with transaction() as session:
        for day in range(40):
            bad = day >= 25
            wrong = [i % 10 == 0 or (bad and ward == "south" and i % 3 > 0) for i, ward in enumerate(wards)]
            answers(session, project, MARCH + timedelta(days=day), wrong, wards)

    why = asked(member, project)

    assert isinstance(why, Why)
    assert why.split_at == MARCH.replace(hour=0) + timedelta(days=25)
    assert (why.n_before, why.n_after) == (25 * 50, 15 * 50)
    assert why.mix.value + why.relation.value == pytest.approx(why.after - why.before)
    assert why.relation.is_sure
    assert not why.mix.value > 0.05
    assert why.groups[0].rule in {"ward = 'south'", "ward != 'north'"}
    assert why.sentence.startswith("Its mean error rose from ")
    assert f"of it lies where {why.groups[0].rule}" in why.sentence


def test_answers_with_large_ids_are_drawn_evenly_too(project: int, member: Member) -> None:
    for day in (1, 2):
        with transaction() as session:
            answers(session, project, MARCH + timedelta(days=day), [False] * 60, ["north"] * 60)
    with transaction() as session:
        session.execute(sa.update(Prediction).values(id=Prediction.id + 2_000_000_000))
    stretch = Stretch(1, "global", MARCH, END)

    with reading() as session:
        some = labelled_rows(session, stretch, 60)

    assert 15 < sum(row.at < MARCH + timedelta(days=2) for row in some) < 45


def test_too_few_truths_are_said(project: int, member: Member) -> None:
    assert asked(member, project) == NotYet(
        "No truth about the champion's answers is known yet: a fall shows when feedback arrives."
    )
    with transaction() as session:
        answers(session, project, MARCH + timedelta(days=1), [False] * 60, ["north"] * 60)

    few = asked(member, project, Question(split_at=MARCH + timedelta(days=2)))

    assert isinstance(few, NotYet)
    assert few.sentence.startswith("Only 0 truths are known from 2026-03-03 to 2026-04-10")


@pytest.mark.parametrize("days", [-1, 0, 40, 60])
def test_a_moment_outside_the_period_is_refused(project: int, member: Member, days: int) -> None:
    with pytest.raises(Invalid, match="none in the future"):
        asked(member, project, Question(split_at=MARCH + timedelta(days=days)))


def test_without_a_champion_there_is_nothing_to_fall(project: int, member: Member) -> None:
    with pytest.raises(Conflict, match="no champion in 'user:7'"):
        asked(member, project, Question("user:7"))
