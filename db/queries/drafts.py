"""Promotions in preparation: listed, opened, those that are due."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from db.models import Member as MemberRow
from db.models import Model as ModelRow
from db.models import Project as ProjectRow
from db.models import PromotionDraft as DraftRow
from mms.domain.drafts import OPEN_STATES, DraftState, PromotionDraft
from mms.domain.errors import NotFound

OPEN = [state.value for state in OPEN_STATES]
"""States in which somebody still has to do something, or a date has to come, as they are stored."""
_drafter, _decider = aliased(MemberRow), aliased(MemberRow)


def drafts(
    session: Session, project_id: int, *, model_id: int | None = None, everything: bool = False, limit: int = 100
) -> list[PromotionDraft]:
    """Newest first; those that nothing happens to any more only when everything is asked for."""
    stmt = _stmt().where(DraftRow.project_id == project_id).order_by(DraftRow.id.desc()).limit(limit)
    if model_id is not None:
        stmt = stmt.where(DraftRow.model_id == model_id)
    if not everything:
        stmt = stmt.where(DraftRow.state.in_(OPEN))
    return [_draft_of(*row) for row in session.execute(stmt)]


def open_drafts(session: Session, project_ids: Sequence[int]) -> dict[int, list[PromotionDraft]]:
    """What waits in many projects, oldest first, in one statement: project id -> drafts."""
    found: dict[int, list[PromotionDraft]] = {}
    stmt = _stmt().where(DraftRow.project_id.in_(project_ids), DraftRow.state.in_(OPEN)).order_by(DraftRow.id)
    for row in session.execute(stmt):
        found.setdefault(row[0].project_id, []).append(_draft_of(*row))
    return found


def get_draft(session: Session, draft_id: int) -> PromotionDraft:
    """The promotion in preparation of this id."""
    row = session.execute(_stmt().where(DraftRow.id == draft_id)).one_or_none()
    if row is None:
        raise no_draft(draft_id)
    return _draft_of(*row)


def due_drafts(session: Session, now: datetime) -> list[PromotionDraft]:
    """Scheduled ones whose time has come, in live projects, the earliest first."""
    live = (ProjectRow.deleted_at.is_(None), ProjectRow.archived_at.is_(None))
    scheduled = (DraftRow.state == DraftState.SCHEDULED.value, DraftRow.publish_at <= now)
    stmt = _stmt().join(ProjectRow, ProjectRow.id == DraftRow.project_id).where(*scheduled, *live)
    return [_draft_of(*row) for row in session.execute(stmt.order_by(DraftRow.publish_at, DraftRow.id))]


def no_draft(draft_id: int) -> NotFound:
    """There is none of this id."""
    return NotFound(f"There is no promotion {draft_id} in preparation: list the project's drafts.")


def _stmt() -> Select[DraftRow, int, str, str, str | None]:
    return (
        select(
            DraftRow,
            ModelRow.version,
            ModelRow.algorithm,
            func.coalesce(_drafter.display_name, DraftRow.drafted_by),
            func.coalesce(_decider.display_name, DraftRow.decided_by),
        )
        .join(ModelRow, ModelRow.id == DraftRow.model_id)
        .outerjoin(_drafter, _drafter.name == DraftRow.drafted_by)
        .outerjoin(_decider, _decider.name == DraftRow.decided_by)
    )


def _draft_of(row: DraftRow, version: int, algorithm: str, drafter: str, decider: str | None) -> PromotionDraft:
    return PromotionDraft(
        id=row.id,
        project_id=row.project_id,
        model_id=row.model_id,
        model=f"v{version} {algorithm}",
        scope=row.scope,
        reason=row.reason,
        against_advice=row.against_advice,
        state=DraftState(row.state),
        publish_at=row.publish_at,
        drafted_by=row.drafted_by,
        drafter=drafter,
        drafted_at=row.drafted_at,
        decided_by=row.decided_by,
        decider=decider,
        decided_at=row.decided_at,
        outcome=row.outcome,
        promotion_id=row.promotion_id,
    )
