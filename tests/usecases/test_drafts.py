"""Promotions in preparation: who may not asks, who may decides, and what is due is made by the rules of that day."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from db import models as tables
from db.queries.drafts import drafts, get_draft, open_drafts
from db.queries.promotions import find_champion, promotions
from db.session import reading, transaction
from mms.domain.drafts import DraftState, PromotionDraft
from mms.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mms.domain.jobs import JobDraft, JobKind
from mms.domain.members import Member, Role
from mms.domain.promotions import Seating
from mms.usecases.drafts import (
    draft_promotion,
    publish_due,
    publish_promotion,
    refuse_promotion,
    request_promotion,
    schedule_promotion,
    withdraw_promotion,
)
from mms.usecases.jobs import JobContext, claim, enqueue, finish
from mms.usecases.promotions import promote
from tests.wards import MARCH, a_model, a_snapshot, a_world

HOUR = timedelta(hours=1)


@pytest.fixture
def models(store: str, member: Member, now: datetime, tmp_path: Path) -> list[int]:
    """Wards with a champion, a better model and a worse one."""
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        snapshot_id = a_snapshot(session, project_id, 1, now)
        made = [
            a_model(session, project_id, snapshot_id, version, now, score=score)
            for version, score in enumerate((0.5, 0.7, 0.4), 1)
        ]
        promote(session, member, Seating(made[0], "the first one"), MARCH)
    return made


@pytest.fixture
def grace(store: str, now: datetime) -> Member:
    """Somebody who may not promote."""
    with transaction() as session:
        row = tables.Member(name="grace", display_name="Grace", roles=[Role.SCIENTIST.value], created_at=now)
        session.add(row)
        session.flush()
        return Member(row.id, row.name, row.display_name, frozenset({Role.SCIENTIST}))


def drafted(member: Member, model_id: int, *, against: bool = False, scope: str = "global") -> PromotionDraft:
    with transaction() as session:
        return draft_promotion(session, member, Seating(model_id, "it is better", scope, against), MARCH)


def scheduled(member: Member, model_id: int, at: datetime, *, against: bool = False) -> PromotionDraft:
    draft = drafted(member, model_id, against=against)
    with transaction() as session:
        return schedule_promotion(session, member, draft.id, at, MARCH)


def due(at: datetime) -> None:
    """The worker's look at that time."""
    with transaction() as session:
        enqueue(session, JobDraft(JobKind.PUBLISH, {}, priority=9), MARCH)
    with transaction() as session:
        job = claim(session, "test", at)
    assert job is not None
    assert job.kind is JobKind.PUBLISH
    publish_due(JobContext(job, transaction, lambda: at))
    with transaction() as session:
        finish(session, job.id, job.attempt, at)


def champion(project_id: int) -> int:
    with reading() as session:
        seat = find_champion(session, project_id)
    assert seat is not None
    return seat.model.id


def test_who_may_not_promote_asks_and_who_may_decides(models: list[int], member: Member, grace: Member) -> None:
    wish = drafted(grace, models[1])
    with transaction() as session:
        asked = request_promotion(session, grace, wish.id)
    with transaction() as session, pytest.raises(Forbidden, match="may not promote"):
        publish_promotion(session, grace, wish.id, MARCH + HOUR)
    with reading() as session:
        waiting = open_drafts(session, [wish.project_id])
    with transaction() as session:
        made = publish_promotion(session, member, wish.id, MARCH + HOUR)

    assert (asked.state, asked.drafter) == (DraftState.REQUESTED, "Grace")
    assert waiting == {wish.project_id: [asked]}
    assert (made.state, made.decider) == (DraftState.PUBLISHED, "Ada Lovelace")
    assert champion(wish.project_id) == models[1]
    with reading() as session:
        newest = promotions(session, wish.project_id)[0]
        assert (newest.id, newest.reason) == (made.promotion_id, "it is better")
        assert drafts(session, wish.project_id) == []
        assert drafts(session, wish.project_id, model_id=models[1], everything=True) == [made]
    with transaction() as session, pytest.raises(Conflict, match="published already"):
        publish_promotion(session, member, wish.id, MARCH + HOUR)


@pytest.mark.slow
def test_a_request_is_refused_with_a_reason_or_withdrawn(models: list[int], member: Member, grace: Member) -> None:
    first, second = drafted(grace, models[1]), drafted(grace, models[2])
    with transaction() as session:
        request_promotion(session, grace, first.id)
    with transaction() as session, pytest.raises(Invalid, match="A refusal needs a reason of at least 3 characters"):
        refuse_promotion(session, member, first.id, " ", MARCH)
    with transaction() as session:
        refused = refuse_promotion(session, member, first.id, "not before the audit", MARCH)
        withdrawn = withdraw_promotion(session, grace, second.id, MARCH)

    assert refused.words == "v2 logistic regression, refused by Ada Lovelace: not before the audit"
    assert withdrawn.state is DraftState.WITHDRAWN


def test_a_scheduled_promotion_is_made_when_it_is_due(models: list[int], member: Member) -> None:
    draft = scheduled(member, models[1], MARCH + HOUR)

    due(MARCH + HOUR / 2)
    early = champion(draft.project_id)
    due(MARCH + 2 * HOUR)
    due(MARCH + 3 * HOUR)

    assert early == models[0]
    assert champion(draft.project_id) == models[1]
    with reading() as session:
        assert get_draft(session, draft.id).state is DraftState.PUBLISHED
        assert len(promotions(session, draft.project_id)) == 2


def test_the_advice_of_that_day_counts_and_a_failure_keeps_its_reason(models: list[int], member: Member) -> None:
    worse = scheduled(member, models[2], MARCH + HOUR)
    due(MARCH + 2 * HOUR)
    with reading() as session:
        failed = get_draft(session, worse.id)
    knowingly = scheduled(member, models[2], MARCH + 3 * HOUR, against=True)
    due(MARCH + 4 * HOUR)

    assert failed.state is DraftState.FAILED
    assert "not promoted: gain -0.100" in failed.outcome
    assert champion(knowingly.project_id) == models[2]


@pytest.mark.slow
def test_who_lost_the_right_meanwhile_promotes_nothing(models: list[int], member: Member) -> None:
    draft = scheduled(member, models[1], MARCH + HOUR)
    with transaction() as session:
        session.get_one(tables.Member, member.id).roles = [Role.VIEWER.value]

    due(MARCH + 2 * HOUR)

    with reading() as session:
        assert "Ada Lovelace may not promote" in get_draft(session, draft.id).outcome
    assert champion(draft.project_id) == models[0]


@pytest.mark.slow
def test_dates_and_ids_that_cannot_be_are_refused(models: list[int], member: Member) -> None:
    draft = scheduled(member, models[1], MARCH + HOUR)
    other = drafted(member, models[2])

    with transaction() as session, pytest.raises(Invalid, match="is past"):
        schedule_promotion(session, member, draft.id, MARCH - HOUR, MARCH)
    with transaction() as session, pytest.raises(Conflict, match=f"Promotion {draft.id} is scheduled for 'global'"):
        schedule_promotion(session, member, other.id, MARCH + HOUR, MARCH)
    with transaction() as session, pytest.raises(NotFound, match="no promotion 99 in preparation"):
        withdraw_promotion(session, member, 99, MARCH)
    with pytest.raises(NotFound, match="no model 99"):
        drafted(member, 99)
    with pytest.raises(Invalid, match="is no scope"):
        drafted(member, models[1], scope="everywhere")
