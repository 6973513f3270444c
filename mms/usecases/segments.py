"""Segments: made and deleted."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.models import Segment as SegmentRow
from db.queries.projects import hold_project, live_project
from db.queries.promotions import find_champion
from db.queries.segments import live_segment, segment_of, segments
from db.queries.snapshots import get_snapshot, snapshot_frame
from db.queries.tables import get_instance_table, get_table
from mms.domain.errors import Conflict
from mms.domain.members import Member, Permission
from mms.domain.projects import checked_name
from mms.domain.segments import Segment, SegmentDraft, checked_rule, conditions_to_json
from mms.domain.tables import Column
from mms.ml.instances import feature_columns
from mms.ml.segments import rows_in
from mms.settings import settings
from mms.usecases.recounts import count_segment_later, forget_segment


def create_segment(session: Session, member: Member, project_id: int, draft: SegmentDraft, now: datetime) -> Segment:
    """A named rule over the project's features. Invalid: a rule that cannot be met; Conflict: the name is taken."""
    member.require(Permission.TRAIN)
    live_project(session, project_id)
    hold_project(session, project_id)
    name = checked_name(draft.name, "segment")
    if any(segment.name == name for segment in segments(session, project_id)):
        raise Conflict(f"The project has a segment '{name}' already: choose another name, or delete that one.")
    conditions = checked_rule(_features(session, project_id), draft.conditions)
    row = SegmentRow(
        project_id=project_id,
        name=name,
        conditions=conditions_to_json(conditions),
        description=draft.description.strip(),
        created_by=member.display_name,
        created_at=now,
    )
    session.add(row)
    session.flush()
    count_segment_later(session, row, now)
    return segment_of(row)


def delete_segment(session: Session, member: Member, segment_id: int, now: datetime) -> None:
    """Put a segment in the bin; what was learnt from its rows stays. Conflict: a champion answers for it."""
    member.require(Permission.TRAIN)
    row = live_segment(session, segment_id)
    hold_project(session, row.project_id)
    champion = find_champion(session, row.project_id, f"segment:{row.name}")
    if champion is not None:
        raise Conflict(
            f"Model {champion.model.name} is the champion of segment '{row.name}': keep it, or its rows would get "
            "another champion's answers; give a new rule another name."
        )
    row.deleted_at = now
    session.flush()
    forget_segment(session, row)


def rows_of_segments(session: Session, member: Member, snapshot_id: int) -> dict[int, int]:
    """How many rows of a snapshot each segment of its project holds; none for one whose column the snapshot lacks."""
    member.require(Permission.VIEW)
    snapshot = get_snapshot(session, snapshot_id)
    frame = snapshot_frame(session, settings().cache, snapshot)
    return {
        segment.id: int(rows_in(frame, segment.conditions).sum())
        for segment in segments(session, snapshot.project_id)
        if all(condition.column in frame.columns for condition in segment.conditions)
    }


def _features(session: Session, project_id: int) -> tuple[Column, ...]:
    declaration = get_instance_table(session, project_id)
    ids = (declaration.base_table_id, *(join.table_id for join in declaration.joins))
    return feature_columns(declaration, {id_: get_table(session, id_) for id_ in ids})
