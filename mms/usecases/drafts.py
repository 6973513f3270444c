"""Promotions in preparation: drafted, asked for, scheduled, published, refused, withdrawn."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.drafts import due_drafts, get_draft, no_draft
from db.queries.members import find_member
from db.queries.models import get_model
from db.queries.projects import get_project, hold_project, live_project, project_of
from db.session import reading
from mms.domain.drafts import DraftAction, DraftState, PromotionDraft, checked_date, require_action, state_after
from mms.domain.errors import Conflict, Forbidden, Lost, MmsError, Unavailable
from mms.domain.members import PRODUCT, Member, Permission
from mms.domain.promotions import Seating, checked_reason, checked_scope
from mms.usecases.jobs import JobContext
from mms.usecases.openings import Look, look_at_holdout
from mms.usecases.promotions import promote


def draft_promotion(session: Session, member: Member, seating: Seating, now: datetime) -> PromotionDraft:
    """Prepare a promotion and decide nothing; whoever may see the project may."""
    member.require(Permission.VIEW)
    scope, reason = checked_scope(seating.scope), checked_reason(seating.reason)
    model = get_model(session, seating.model_id).ranked
    get_project(session, member, model.project_id)
    row = tables.PromotionDraft(
        project_id=model.project_id,
        model_id=model.id,
        scope=scope,
        reason=reason,
        against_advice=seating.against_advice,
        state=DraftState.DRAFT.value,
        drafted_by=member.name,
        drafted_at=now,
        outcome="",
    )
    session.add(row)
    session.flush()
    return get_draft(session, row.id)


def request_promotion(session: Session, member: Member, draft_id: int) -> PromotionDraft:
    """Ask those who may promote."""
    return _moved(session, _held(session, member, draft_id, DraftAction.REQUEST), DraftAction.REQUEST, {})


def schedule_promotion(
    session: Session, member: Member, draft_id: int, publish_at: datetime, now: datetime
) -> PromotionDraft:
    """Decide that it is made at a time to come; the verdict counts that is true then. Times: real ones."""
    row = _held(session, member, draft_id, DraftAction.SCHEDULE)
    _refuse_twin(session, row)
    changes = {"publish_at": checked_date(publish_at, now), "outcome": ""} | _decision(member, now)
    return _moved(session, row, DraftAction.SCHEDULE, changes)


def publish_promotion(
    session: Session, member: Member, draft_id: int, now: datetime, look: Look | None = None
) -> PromotionDraft:
    """Make the promotion now, by all rules of `promote`; what that refuses changes nothing. now: the real time.

    look: at the hold-out, taken before so that nobody waits for it.
    """
    row = _held(session, member, draft_id, DraftAction.PUBLISH)
    present = project_of(live_project(session, row.project_id)).present(now)
    seating = Seating(row.model_id, row.reason, row.scope, row.against_advice)
    promotion_id = promote(session, member, seating, present, look)
    changes = {"promotion_id": promotion_id, "outcome": "It was promoted."} | _decision(member, now)
    return _moved(session, row, DraftAction.PUBLISH, changes)


def refuse_promotion(session: Session, member: Member, draft_id: int, reason: str, now: datetime) -> PromotionDraft:
    """Say no to who asked, and why."""
    row = _held(session, member, draft_id, DraftAction.REFUSE)
    changes = {"outcome": checked_reason(reason, "refusal")} | _decision(member, now)
    return _moved(session, row, DraftAction.REFUSE, changes)


def withdraw_promotion(session: Session, member: Member, draft_id: int, now: datetime) -> PromotionDraft:
    """Take it back: who drafted it may, and who may promote."""
    row = _held(session, member, draft_id, DraftAction.WITHDRAW)
    return _moved(session, row, DraftAction.WITHDRAW, _decision(member, now))


def publish_due(context: JobContext) -> None:
    """Make every scheduled promotion whose time has come; one that is refused keeps the reason."""
    with reading() as session:
        due = due_drafts(session, context.now())
    for draft in due:
        try:
            with reading() as session:
                decider = _decider_of(session, draft)
                look = look_at_holdout(session, decider, draft.model_id)
            with context.transaction() as session:
                publish_promotion(session, decider, draft.id, context.now(), look)
        except (Unavailable, Lost):
            raise
        except MmsError as refusal:
            with context.transaction() as session:
                _fail(session, draft.id, refusal.sentence, context.now())
            context.log(f"{draft.model} was not promoted as scheduled: {refusal.sentence}", "warning")
        else:
            context.log(f"{draft.model} was promoted as scheduled.")


def _decider_of(session: Session, draft: PromotionDraft) -> Member:
    """Who scheduled it, with the rights that are left today."""
    found = find_member(session, draft.decided_by or "")
    if found is None:
        raise Forbidden(f"{draft.decider or 'Who scheduled it'} is no member any more: let another member schedule it.")
    return found


def _fail(session: Session, draft_id: int, reason: str, now: datetime) -> None:
    """Keep why a scheduled promotion was not made; one that was decided meanwhile stays as it is."""
    row = _held(session, PRODUCT, draft_id, None)
    if row.state == DraftState.SCHEDULED.value:
        _moved(session, row, DraftAction.FAIL, {"outcome": reason, "decided_at": now})


def _held(session: Session, member: Member, draft_id: int, action: DraftAction | None) -> tables.PromotionDraft:
    """The row, nobody else decides about it meanwhile; the action, where given, is permitted to the member."""
    project_id = session.scalar(select(tables.PromotionDraft.project_id).where(tables.PromotionDraft.id == draft_id))
    if project_id is None:
        raise no_draft(draft_id)
    live_project(session, project_id)
    hold_project(session, project_id)
    row = session.get_one(tables.PromotionDraft, draft_id, populate_existing=True)
    if action is not None:
        require_action(member, action, row.drafted_by)
        state_after(DraftState(row.state), action)
    return row


def _refuse_twin(session: Session, row: tables.PromotionDraft) -> None:
    """Two promotions of one scope at two times would overtake each other unseen."""
    draft = tables.PromotionDraft
    twins = select(draft.id).where(draft.project_id == row.project_id, draft.scope == row.scope, draft.id != row.id)
    twin = session.scalar(twins.where(draft.state == DraftState.SCHEDULED.value).limit(1))
    if twin is not None:
        raise Conflict(
            f"Promotion {twin} is scheduled for '{row.scope}' already: withdraw that one first, or publish this one."
        )


def _decision(member: Member, now: datetime) -> dict[str, Any]:
    return {"decided_by": member.name, "decided_at": now}


def _moved(
    session: Session, row: tables.PromotionDraft, action: DraftAction, changes: Mapping[str, Any]
) -> PromotionDraft:
    row.state = state_after(DraftState(row.state), action).value
    for name, value in changes.items():
        setattr(row, name, value)
    session.flush()
    return get_draft(session, row.id)
