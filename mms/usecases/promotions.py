"""Promote models, and undo it by a new promotion."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.models import get_model
from db.queries.projects import hold_project, live_project
from db.queries.promotions import Advice, Champion, advice_for, champions, seated_before
from mms.domain.errors import Conflict
from mms.domain.members import Member, Permission
from mms.domain.models import ModelState, RankedModel, purged
from mms.domain.promotions import Seating, checked_reason, checked_scope, evidence_to_json, nobody_before
from mms.usecases.openings import Look, open_holdout


def promote(session: Session, member: Member, seating: Seating, now: datetime, look: Look | None = None) -> int:
    """Seat a model as champion of a scope, and open its hold-out; return the promotion's id.

    look: at the hold-out, taken before so that nobody waits for it; None takes it in here. Conflict when the verdict is
    against it, or another model took the seat since the member looked.
    """
    member.require(Permission.PROMOTE)
    scope, reason = checked_scope(seating.scope), checked_reason(seating.reason)
    model = get_model(session, seating.model_id).ranked
    live_project(session, model.project_id)
    hold_project(session, model.project_id)
    _refuse_gone(session, model)
    advice = advice_for(session, model.id, scope)
    if advice.champion is not None and advice.champion.model.id == model.id:
        raise Conflict(f"Model {model.name} is the champion of '{scope}' already: choose another model to promote.")
    _refuse_unseen(seating.former, advice.champion, scope)
    overruled = not advice.verdict.promote
    if overruled and not seating.against_advice:
        raise Conflict(
            f"Model {model.name} is not promoted: {advice.verdict.reason}. "
            "Promote it against the advice to seat it all the same."
        )
    row = _ledger_row(member, model, scope, advice, now)
    row.reason, row.against_advice = reason, overruled
    promotion_id = _seat(session, row, advice.champion)
    open_holdout(session, member, model.id, promotion_id, now, look)
    return promotion_id


def roll_back(session: Session, member: Member, project_id: int, now: datetime, *, scope: str, reason: str) -> int:
    """Seat the champion before the present one again: a new promotion, recorded as such."""
    member.require(Permission.PROMOTE)
    scope, reason = checked_scope(scope), checked_reason(reason)
    live_project(session, project_id)
    hold_project(session, project_id)
    model = seated_before(session, project_id, scope)
    if model is None:
        raise Conflict(nobody_before(scope))
    _refuse_gone(session, model)
    advice = advice_for(session, model.id, scope)
    present = advice.champion.model.name if advice.champion else "an empty seat"
    row = _ledger_row(member, model, scope, advice, now)
    row.reason, row.verdict = reason, f"rolled back from {present} to the champion before it"
    return _seat(session, row, advice.champion)


def _refuse_gone(session: Session, model: RankedModel) -> None:
    """Read anew: it may have been archived while we waited for our turn."""
    stmt = select(tables.Model.archived_at, tables.Model.purged_at).where(tables.Model.id == model.id)
    archived_at, purged_at = session.execute(stmt).one()
    if purged_at is not None:
        raise purged(model.name, purged_at)
    if archived_at is not None:
        raise Conflict(f"Model {model.name} is archived: bring it back before it is promoted.")


def _refuse_unseen(seen: int | None, seated: Champion | None, scope: str) -> None:
    """Nobody is unseated by one who read the evidence against another."""
    if seen is not None and seen != (seated.model.id if seated else 0):
        by = f"{seated.model.name}, seated by {seated.promotion.promoted_by}, sits" if seated else "nobody sits"
        raise Conflict(f"The seat of '{scope}' changed while you looked: {by} there now. Weigh the evidence anew.")


def _ledger_row(member: Member, model: RankedModel, scope: str, advice: Advice, now: datetime) -> tables.Promotion:
    return tables.Promotion(
        project_id=model.project_id,
        scope=scope,
        model_id=model.id,
        promoted_by=member.display_name,
        promoted_at=now,
        verdict=advice.verdict.reason,
        against_advice=False,
        evidence=evidence_to_json(advice.evidence) if advice.evidence else None,
    )


def _seat(session: Session, row: tables.Promotion, former: Champion | None) -> int:
    """Write the ledger and the states: the new champion's, and the former one's where it holds no other seat."""
    session.add(row)
    session.flush()
    seated = session.get_one(tables.Model, row.model_id)
    seated.state, seated.touched_at = ModelState.CHAMPION.value, row.promoted_at
    seated.retired_at = seated.retired_because = None
    holders = {champion.model.id for champion in champions(session, row.project_id)}
    if former is not None and former.model.id not in holders:
        retired = session.get_one(tables.Model, former.model.id)
        retired.state, retired.touched_at = ModelState.RETIRED.value, row.promoted_at
        retired.retired_at = row.promoted_at
    session.flush()
    return row.id
