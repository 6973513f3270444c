"""Snooze what is wrong with a project, and wake it."""

from datetime import datetime

from sqlalchemy.orm import Session

from db import models as tables
from db.queries.health import health_of_project, judged_value
from db.queries.projects import hold_project, live_project
from mms.domain.errors import Conflict
from mms.domain.members import Member, Permission
from mms.domain.promotions import checked_reason
from mms.domain.snoozes import checked_until


def snooze_project(
    session: Session, member: Member, project_id: int, *, until: datetime, reason: str, now: datetime
) -> None:
    """Keep a project's card calm until a day, or until it gets worse; what is wrong now is remembered for that.

    until, now: real time. Conflict: nothing is wrong.
    """
    member.require(Permission.TRAIN)
    live_project(session, project_id)
    hold_project(session, project_id)
    row = health_of_project(session, member, project_id, now)
    if row.well:
        raise Conflict(f"{row.project.name} is well: there is nothing to snooze.")
    until, reason = checked_until(until, now), checked_reason(reason, "snooze")
    snooze = session.get(tables.Snooze, project_id) or tables.Snooze(project_id=project_id)
    snooze.until, snooze.reason, snooze.snoozed_by, snooze.snoozed_at = until, reason, member.display_name, now
    snooze.need, snooze.value = row.action, judged_value(row.decay)
    session.add(snooze)
    session.flush()


def wake_project(session: Session, member: Member, project_id: int) -> None:
    """End a project's snooze before its time; one that does not sleep stays awake."""
    member.require(Permission.TRAIN)
    live_project(session, project_id)
    row = session.get(tables.Snooze, project_id)
    if row is not None:
        session.delete(row)
        session.flush()
