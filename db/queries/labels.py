"""Labels that came since a champion's snapshot, and the triggers that wait for them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Snapshot as SnapshotRow
from db.models import Trigger as TriggerTable
from db.physical import count_labelled_since
from db.queries.tables import find_instance_table, get_table
from mms.domain.triggers import Trigger, TriggerKind


def new_labels(session: Session, project_id: int, snapshot_id: int, now: datetime) -> int:
    """Base rows whose label is known at `now`, newer than a snapshot; without a time: more than it holds."""
    declaration = find_instance_table(session, project_id)
    if declaration is None:
        return 0
    row = SnapshotRow
    stmt = select(row.time_to, row.row_count).where(row.id == snapshot_id)
    time_to, row_count = session.execute(stmt).one()
    base = get_table(session, declaration.base_table_id)
    count = count_labelled_since(session, base, declaration, time_to, now)
    return count if time_to is not None else max(0, count - row_count)


def trigger_of(row: TriggerTable) -> Trigger:
    """The record of a row."""
    (condition,) = row.rule["conditions"]
    return Trigger(
        id=row.id,
        project_id=row.project_id,
        kind=TriggerKind(condition["kind"]),
        threshold=condition["threshold"],
        cooldown_days=row.rule["cooldown_days"],
        enabled=row.enabled,
        created_by=row.created_by,
        created_at=row.created_at,
        last_fired_at=row.last_fired_at,
    )
