"""Segments: listed and opened."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Segment as SegmentRow
from mms.domain.errors import NotFound
from mms.domain.segments import Segment, conditions_from_json


def segments(session: Session, project_id: int) -> list[Segment]:
    """Live segments by name."""
    stmt = (
        select(SegmentRow)
        .where(SegmentRow.project_id == project_id, SegmentRow.deleted_at.is_(None))
        .order_by(SegmentRow.name)
    )
    return [segment_of(row) for row in session.scalars(stmt)]


def get_segment_named(session: Session, project_id: int, name: str) -> Segment:
    """The live segment of this name."""
    found = segments(session, project_id)
    for segment in found:
        if segment.name == name:
            return segment
    known = ", ".join(segment.name for segment in found)
    raise NotFound(
        f"The project has no segment '{name}': {f'it has {known}' if known else 'make one on the data page first'}."
    )


def live_segment(session: Session, segment_id: int) -> SegmentRow:
    """The row of a live segment, for use cases that change it."""
    row = session.get(SegmentRow, segment_id)
    if row is None or row.deleted_at is not None:
        raise NotFound(f"There is no segment {segment_id}: it was deleted or never made; list the project's segments.")
    return row


def segment_of(row: SegmentRow) -> Segment:
    """The record of a row."""
    return Segment(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        conditions=conditions_from_json(row.conditions),
        description=row.description,
        created_by=row.created_by,
        created_at=row.created_at,
    )
