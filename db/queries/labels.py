"""Labels that came since a champion's snapshot."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Snapshot as SnapshotRow
from db.physical import count_labelled_since
from db.queries.tables import find_instance_table, get_table


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
