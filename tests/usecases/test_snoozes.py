"""A snoozed project is calm, says so, and wakes when the day comes or when it gets worse."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.queries.health import HealthRow, health
from db.queries.weekly import week
from db.session import reading, transaction
from mms.domain.activity import Happening
from mms.domain.buckets import Sums
from mms.domain.condition import Mood
from mms.domain.errors import Conflict, Forbidden, Invalid
from mms.domain.members import Member
from mms.domain.projects import Policy, ProjectChanges
from mms.domain.promotions import Seating
from mms.domain.triggers import TriggerKind, draft_of
from mms.usecases.projects import edit_project
from mms.usecases.promotions import promote
from mms.usecases.snoozes import snooze_project, wake_project
from mms.usecases.triggers import create_trigger
from tests.answered import answered as counted_answers
from tests.wards import MARCH, a_model, a_snapshot, a_world, confused

JULY = datetime(2026, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD, BAD, WORSE = confused(40, 20, 20, 120), confused(20, 60, 60, 60), confused(2, 98, 98, 2)


@pytest.fixture
def project(store: str, member: Member, now: datetime, tmp_path: Path) -> int:
    """Wards whose champion decays since April."""
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        snapshot_id = a_snapshot(session, project_id, 1, now)
        model_id = a_model(session, project_id, snapshot_id, 1, now, holdout=confused(400, 200, 200, 1200))
        promote(session, member, Seating(model_id, "the first one"), MARCH)
        create_trigger(session, member, project_id, draft_of(TriggerKind.SIZE, 5000), MARCH)
    for month in (4, 5):
        answered(project_id, month, BAD)
    return project_id


def answered(project_id: int, month: int, sums: Sums) -> None:
    with transaction() as session:
        counted_answers(session, project_id, 1, datetime(2026, month, 9, tzinfo=UTC), sums)


def row(member: Member, at: datetime = JULY) -> HealthRow:
    with reading() as session:
        (found,) = health(session, member, at)
    return found


def snoozed(project: int, member: Member, until: datetime, reason: str = "known, a new feed comes") -> None:
    with transaction() as session:
        snooze_project(session, member, project, until=until, reason=reason, now=JULY)


def test_a_card_says_what_is_wrong_since_when_and_what_it_costs(project: int, member: Member) -> None:
    condition = row(member).condition
    with transaction() as session:
        dear = Policy(false_alarm_cost=2, miss_cost=10)
        edit_project(session, member, project, ProjectChanges(policy=dear))

    assert (condition.mood, condition.label) == (Mood.NEEDS, "F1")
    assert "surely and since April 2026" in condition.sentence
    assert condition.notes == (
        "120 false alarms and 120 misses in April to May 2026, among 400 answers; as at promotion it would be 40 and "
        "40.",
        "Of 100 visits that were flagged, 25 were missed (at promotion 67); "
        "of 100 visits that were missed, 25 were flagged (at promotion 67).",
    )
    facts = dict(condition.facts)
    assert facts["Decay"] == "decaying since April 2026"
    assert facts["Next trigger"] == "size, waits: 0 of 5,000 new labelled rows"
    assert row(member).condition.notes[0].startswith("120 false alarms and 120 misses in April to May 2026 cost 1,440")


def test_a_snoozed_card_is_calm_until_the_day(project: int, member: Member) -> None:
    snoozed(project, member, JULY + 7 * DAY)
    asleep, due = row(member, JULY + DAY), row(member, JULY + 8 * DAY)
    with transaction() as session:
        wake_project(session, member, project)
        wake_project(session, member, project)

    assert asleep.condition.mood is Mood.SNOOZED
    assert asleep.condition.notes[0] == "Snoozed until 8 July 2026 by Ada Lovelace: known, a new feed comes."
    assert due.condition.mood is Mood.NEEDS
    assert due.condition.notes[0] == "Its snooze ended on 8 July 2026."
    assert row(member).snooze is None


def test_it_wakes_when_it_gets_worse(project: int, member: Member) -> None:
    snoozed(project, member, JULY + 30 * DAY)
    answered(project, 6, WORSE)

    woken = row(member, JULY + DAY)

    assert woken.condition.mood is Mood.NEEDS
    assert woken.condition.notes[0] == "It woke from its snooze: F1 went on from 0.25 to 0.02."
    snoozed(project, member, JULY + 30 * DAY, "still known")
    assert row(member, JULY + DAY).condition.mood is Mood.SNOOZED


def test_what_cannot_be_snoozed_is_refused(project: int, member: Member) -> None:
    with pytest.raises(Invalid, match="is past"):
        snoozed(project, member, JULY - DAY)
    with pytest.raises(Invalid, match="A snooze needs a reason"):
        snoozed(project, member, JULY + DAY, " ")
    with pytest.raises(Forbidden):
        snoozed(project, replace(member, roles=frozenset()), JULY + DAY)
    answered(project, 6, GOOD)
    with pytest.raises(Conflict, match="Wards is well: there is nothing to snooze"):
        snoozed(project, member, JULY + DAY)


def test_the_week_tells_what_was_done_in_seven_days(project: int, member: Member) -> None:
    with reading() as session:
        (early,), (late,) = week(session, member, MARCH + DAY), week(session, member, JULY)

    assert [event.kind for event in early.events] == [Happening.RUN, Happening.PROMOTION]
    assert late.events == ()
    assert late.condition.mood is Mood.NEEDS
