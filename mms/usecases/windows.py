"""Which rows a trigger's retraining learns from."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.queries.tables import get_instance_table
from mms.domain.errors import Conflict
from mms.domain.rules import WindowKind
from mms.domain.snapshots import Extent, Selection
from mms.domain.tables import Condition, Operator
from mms.domain.triggers import Situation, Trigger


def selection_of(session: Session, trigger: Trigger, seen: Situation) -> Selection | None:
    """The rows of a trigger's window as its firing sees them; None takes what the project's policy says.

    Conflict: the rows have no time, or nothing says when decay began.
    """
    window = trigger.rule.window
    if window is None:
        return None
    if window.kind is WindowKind.ALL:
        return Selection()
    if window.kind is WindowKind.LAST_DAYS:
        return Selection(Extent.LAST_DAYS, window.days)
    if window.kind is WindowKind.SINCE_SNAPSHOT:
        return _since(session, trigger.project_id, Operator.GT, seen.snapshot_to, "the champion's snapshot has no time")
    return _since(session, trigger.project_id, Operator.GE, seen.decaying_since, "no decay was seen that has a begin")


def _since(session: Session, project_id: int, operator: Operator, at: datetime | None, why_not: str) -> Selection:
    time = get_instance_table(session, project_id).prediction_time
    if time is None or at is None:
        reason = why_not if time else "the rows have no prediction time"
        raise Conflict(f"The trigger's window cannot be cut: {reason}. Give it another window.")
    return Selection(conditions=(Condition(time, operator, at.isoformat()),))
