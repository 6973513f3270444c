"""Alerts of a real project: its champion falls, recovers, loses its labels; a promotion waits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.alerts import alerts
from db.session import reading, transaction
from mms.domain.alerts import Alert, ChannelKind
from mms.domain.buckets import Sums
from mms.domain.errors import Conflict, Invalid, NotFound
from mms.domain.members import Member, Role
from mms.domain.projects import Policy, ProjectChanges, PromotionPolicy
from mms.domain.promotions import Seating
from mms.usecases.alerts import acknowledge_alert, create_channel, watch_project
from mms.usecases.drafts import draft_promotion, request_promotion, withdraw_promotion
from mms.usecases.projects import archive_project, edit_project
from mms.usecases.promotions import promote
from tests.answered import answered
from tests.wards import MARCH, a_model, a_snapshot, a_world


def confused(hits: int, misses: int, false: int, rest: int) -> Sums:
    cells = {("yes", "yes"): hits, ("yes", "no"): misses, ("no", "yes"): false, ("no", "no"): rest}
    return Sums(sum(cells.values()), sum(cells.values()), cells)


GOOD, BAD = confused(120, 20, 20, 160), confused(40, 120, 120, 120)


@pytest.fixture
def seated(store: str, member: Member, now: datetime, tmp_path: Path) -> tuple[int, int]:
    """Wards with a champion since March; returns the project's and the model's id."""
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, now), 1, now, holdout=GOOD)
        promote(session, member, Seating(model_id, "the first one"), MARCH)
    return project_id, model_id


def month(number: int, day: int = 10) -> datetime:
    return datetime(2026, number, day, tzinfo=UTC)


def answers(seated: tuple[int, int], at: datetime, sums: Sums) -> None:
    with transaction() as session:
        answered(session, *seated, at, sums)


def looked(member: Member, project_id: int, at: datetime) -> list[Alert]:
    """What is open after a look."""
    with transaction() as session:
        watch_project(session, member, project_id, at)
    with reading() as session:
        return alerts(session, member, at, project_id)


def test_a_fall_raises_one_alert_that_is_over_when_the_champion_recovers(
    seated: tuple[int, int], member: Member
) -> None:
    project_id, _ = seated
    answers(seated, month(3), GOOD)
    answers(seated, month(4), BAD)
    one_bad_month = looked(member, project_id, month(5, 2))
    answers(seated, month(5), BAD)

    two = [looked(member, project_id, month(6, day)) for day in (2, 3)]

    assert one_bad_month == []
    assert [[one.kind.value for one in found] for found in two] == [["decay"], ["decay"]]
    assert two[0][0].id == two[1][0].id
    assert two[0][0].since == month(4, 1)
    assert "decays: F1 0.857 → 0.250, surely, since April 2026." in two[0][0].what
    answers(seated, month(6), GOOD)
    assert looked(member, project_id, month(7, 2)) == []
    with reading() as session:
        (over,) = alerts(session, member, month(7, 2), project_id, everything=True)
    assert over.resolved_at == month(7, 2)


def test_labels_that_stopped_raise_an_alert_until_they_come_again(seated: tuple[int, int], member: Member) -> None:
    project_id, _ = seated
    answers(seated, month(3), GOOD)
    answers(seated, month(3, 20), Sums(150, 0, {}))

    soon, late = (looked(member, project_id, month(3, day)) for day in (21, 23))

    assert soon == []
    assert [one.what for one in late] == ["No label has come for 150 answers since 2026-03-11."]
    answers(seated, month(3, 21), GOOD)
    assert looked(member, project_id, month(3, 24)) == []


def test_answers_after_a_pause_are_not_late_before_their_time(seated: tuple[int, int], member: Member) -> None:
    project_id, _ = seated
    answers(seated, month(3), GOOD)
    answers(seated, month(6, 20), Sums(150, 0, {}))

    looks = [looked(member, project_id, month(6, day)) for day in (21, 22, 23)]

    assert [len(found) for found in looks] == [0, 0, 1]


def test_a_promotion_that_is_asked_for_waits_as_an_alert(seated: tuple[int, int], member: Member) -> None:
    project_id, _ = seated
    with transaction() as session:
        other = a_model(session, project_id, a_snapshot(session, project_id, 2, MARCH), 2, MARCH)
        draft = draft_promotion(session, member, Seating(other, "it is newer"), MARCH)
    assert looked(member, project_id, MARCH) == []
    with transaction() as session:
        request_promotion(session, member, draft.id)

    (found,) = looked(member, project_id, MARCH)

    assert found.kind.value == "approval"
    assert found.what == "Ada Lovelace asks to promote v2 logistic regression: it is newer"
    with transaction() as session:
        withdraw_promotion(session, member, draft.id, MARCH)
    assert looked(member, project_id, MARCH) == []


def test_a_winner_waits_where_the_policy_asks(seated: tuple[int, int], member: Member) -> None:
    project_id, champion = seated
    newest = {
        "champion_model_id": champion, "metric": "f1", "champion": 0.5, "challenger": 0.7, "rows": 50,
        "source": "the same newest rows",
    }  # fmt: skip
    with transaction() as session:
        snapshot = a_snapshot(session, project_id, 2, MARCH)
        a_model(session, project_id, snapshot, 2, MARCH, newest=newest, state="challenger")

    (found,) = looked(member, project_id, MARCH)

    assert found.what.endswith("beat champion v1 logistic regression by 0.200 and waits to be promoted.")
    with transaction() as session:
        policy = Policy(promotion=PromotionPolicy.NEVER)
        edit_project(session, member, project_id, ProjectChanges(policy=policy))
    assert looked(member, project_id, MARCH) == []


def winner(project_id: int, champion: int, version: int, score: float) -> None:
    """A challenger of a retraining that beat the champion."""
    newest = {
        "champion_model_id": champion, "metric": "f1", "champion": 0.5, "challenger": score, "rows": 50,
        "source": "the same newest rows",
    }  # fmt: skip
    with transaction() as session:
        snapshot = a_snapshot(session, project_id, version, MARCH)
        a_model(session, project_id, snapshot, version, MARCH, newest=newest, state="challenger")


def test_a_better_challenger_takes_the_alert_of_the_one_before(seated: tuple[int, int], member: Member) -> None:
    project_id, champion = seated
    winner(project_id, champion, 2, 0.7)
    (first,) = looked(member, project_id, MARCH)
    assert first.id is not None
    with transaction() as session:
        acknowledge_alert(session, member, first.id, "", MARCH)
    winner(project_id, champion, 3, 0.8)

    (second,) = looked(member, project_id, MARCH)

    assert second.what.startswith("Challenger v3 ")
    assert second.asks(MARCH)


def test_what_cannot_tell_since_when_began_at_the_projects_present(seated: tuple[int, int], member: Member) -> None:
    project_id, champion = seated
    with transaction() as session:
        session.get_one(tables.Project, project_id).clock = MARCH
    winner(project_id, champion, 2, 0.7)

    (found,) = looked(member, project_id, month(9))

    assert (found.since, found.raised_at) == (MARCH, month(9))


def test_an_open_alert_says_how_it_is_by_now(seated: tuple[int, int], member: Member) -> None:
    project_id, _ = seated
    answers(seated, month(3), GOOD)
    answers(seated, month(3, 20), Sums(150, 0, {}))
    (before,) = looked(member, project_id, month(3, 23))
    answers(seated, month(3, 21), Sums(100, 0, {}))

    (after,) = looked(member, project_id, month(3, 25))

    assert after.id == before.id
    assert after.what == "No label has come for 250 answers since 2026-03-11."


def test_two_workers_that_look_at_once_raise_it_and_end_it_once_and_tell_both_once(
    seated: tuple[int, int], member: Member
) -> None:
    project_id, _ = seated
    answers(seated, month(3), GOOD)
    answers(seated, month(3, 20), Sums(150, 0, {}))
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.EMAIL, "ada@example.org", MARCH)
    together = Barrier(2)

    def look(day: int) -> tuple[int, int]:
        together.wait()
        with transaction() as session:
            return watch_project(session, member, project_id, month(3, day))

    def both(day: int) -> list[tuple[int, int]]:
        with ThreadPoolExecutor(2) as pool:
            return sorted(one.result() for one in [pool.submit(look, day) for _ in range(2)])

    assert both(23) == [(0, 0), (1, 0)]
    answers(seated, month(3, 22), GOOD)
    assert both(24) == [(0, 0), (0, 1)]
    with reading() as session:
        events = session.scalars(sa.select(tables.AlertDelivery.event).order_by(tables.AlertDelivery.id)).all()
        assert session.scalar(sa.select(sa.func.count()).select_from(tables.Alert)) == 1
    assert events == ["raised", "resolved"]


def test_an_archived_project_raises_nothing(seated: tuple[int, int], member: Member) -> None:
    project_id, _ = seated
    answers(seated, month(3), GOOD)
    answers(seated, month(3, 20), Sums(150, 0, {}))
    with transaction() as session:
        archive_project(session, member, project_id, MARCH)

    assert looked(member, project_id, month(3, 23)) == []


def test_what_cannot_be_said_to_an_alert_is_refused(seated: tuple[int, int], member: Member) -> None:
    project_id, _ = seated
    answers(seated, month(3), GOOD)
    answers(seated, month(3, 20), Sums(150, 0, {}))
    (found,) = looked(member, project_id, month(3, 23))
    assert found.id is not None

    with transaction() as session:
        with pytest.raises(Invalid, match="at most 1,000 characters"):
            acknowledge_alert(session, member, found.id, "x" * 1001, MARCH)
        with pytest.raises(NotFound, match="There is no alert 99"):
            acknowledge_alert(session, member, 99, "", MARCH)
        viewer = Member(9, "eve", "Eve", frozenset({Role.VIEWER}))
        with pytest.raises(Exception, match="may not train"):
            acknowledge_alert(session, viewer, found.id, "", MARCH)
    answers(seated, month(3, 21), GOOD)
    looked(member, project_id, month(3, 24))
    with transaction() as session, pytest.raises(Conflict, match="is over since 2026-03-24"):
        acknowledge_alert(session, member, found.id, "", MARCH + timedelta(days=30))
