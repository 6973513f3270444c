"""Schedules of snapshots: listed, and those that are due."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import SnapshotSchedule as ScheduleRow
from mms.domain.snapshot_schedules import SnapshotSchedule
from mms.domain.snapshots import selection_from_json


def snapshot_schedules(session: Session, project_id: int) -> list[SnapshotSchedule]:
    """Live schedules of a project, in the order in which they were made."""
    row = ScheduleRow
    stmt = select(row).where(row.project_id == project_id, row.deleted_at.is_(None)).order_by(row.id)
    return [schedule_of(found) for found in session.scalars(stmt)]


def due_schedules(session: Session, project_id: int, now: datetime) -> list[SnapshotSchedule]:
    """Those that are switched on and whose time came by `now`, the project's present."""
    return [one for one in snapshot_schedules(session, project_id) if one.enabled and one.next_at <= now]


def schedule_of(row: ScheduleRow) -> SnapshotSchedule:
    """The record of a row."""
    return SnapshotSchedule(
        id=row.id,
        project_id=row.project_id,
        cron=row.cron,
        zone=row.zone,
        selection=selection_from_json(row.selection),
        enabled=row.enabled,
        created_by=row.created_by,
        created_at=row.created_at,
        next_at=row.next_at,
        last_snapshot_id=row.last_snapshot_id,
        outcome=row.outcome,
    )
