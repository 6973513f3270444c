"""Snapshots on a schedule: made, changed, and taken when their time comes."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.projects import live_project, project_of, projects
from db.queries.snapshot_schedules import due_schedules, snapshot_schedules
from db.queries.tables import get_instance_table
from mms.domain.errors import Lost, MmsError, NotFound, Unavailable
from mms.domain.members import PRODUCT, Member, Permission
from mms.domain.projects import Project
from mms.domain.snapshot_schedules import ScheduleChanges, ScheduleDraft, SnapshotSchedule
from mms.domain.snapshots import Snapshot, selection_to_json
from mms.usecases.crons import checked_cron, next_tick
from mms.usecases.jobs import JobContext
from mms.usecases.snapshots import take_snapshot


def create_schedule(session: Session, member: Member, project_id: int, draft: ScheduleDraft, now: datetime) -> int:
    """A new schedule; return its id. NotFound: nothing says yet what the project's rows are."""
    member.require(Permission.TRAIN)
    project = project_of(live_project(session, project_id))
    get_instance_table(session, project_id)
    present = project.present(now)
    cron = checked_cron(draft.cron, draft.zone, present)
    row = tables.SnapshotSchedule(
        project_id=project_id,
        cron=cron,
        zone=draft.zone,
        selection=selection_to_json(draft.selection),
        enabled=True,
        created_by=member.display_name,
        created_at=present,
        next_at=next_tick(cron, draft.zone, present),
    )
    session.add(row)
    session.flush()
    return row.id


def edit_schedule(session: Session, member: Member, schedule_id: int, changes: ScheduleChanges, now: datetime) -> None:
    """Change what is given; the next time is counted from now on."""
    member.require(Permission.TRAIN)
    row = _live(session, schedule_id)
    present = project_of(live_project(session, row.project_id)).present(now)
    zone = changes.zone or row.zone
    row.cron, row.zone = checked_cron(changes.cron or row.cron, zone, present), zone
    row.next_at = next_tick(row.cron, zone, present)
    if changes.enabled is not None:
        row.enabled = changes.enabled
    session.flush()


def delete_schedule(session: Session, member: Member, schedule_id: int, now: datetime) -> None:
    """Put a schedule in the bin; the snapshots it took stay."""
    member.require(Permission.TRAIN)
    _live(session, schedule_id).deleted_at = now
    session.flush()


def take_due_snapshots(context: JobContext) -> None:
    """Take what is due in every project, by its own present; missed times count once.

    A crash between the snapshot and its note takes it again, which finds the same content and changes nothing.
    """
    with context.transaction() as session:
        found = projects(session, PRODUCT)
    for project in found:
        if project.archived_at is not None:
            continue
        present = project.present(context.now())
        with context.transaction() as session:
            _wind(session, project.id, present)
            due = due_schedules(session, project.id, present)
        for schedule in due:
            _take(context, project, schedule, present)


def _wind(session: Session, project_id: int, present: datetime) -> None:
    """Where the clock was set back since, the next times are nearer than those that it gave then."""
    for schedule in snapshot_schedules(session, project_id):
        if schedule.next_at > (at := next_tick(schedule.cron, schedule.zone, present)):
            session.get_one(tables.SnapshotSchedule, schedule.id).next_at = at
    session.flush()


def _take(context: JobContext, project: Project, schedule: SnapshotSchedule, present: datetime) -> None:
    signed, taken = replace(PRODUCT, display_name=schedule.created_by), None
    try:
        taken = take_snapshot(context.transaction, signed, project.id, schedule.selection, present)
        outcome = f"took {taken.name}" if taken.id != schedule.last_snapshot_id else f"nothing new since {taken.name}"
    except (Unavailable, Lost):
        raise
    except MmsError as refusal:
        outcome = f"took nothing: {refusal.sentence}"
    with context.transaction() as session:
        noted = _noted(session, schedule, taken, outcome, present)
    if noted:
        context.log(f"The schedule of '{project.name}' {outcome.rstrip('.')}.")


def _noted(
    session: Session, schedule: SnapshotSchedule, taken: Snapshot | None, outcome: str, present: datetime
) -> bool:
    """Write what came of it and go on to the next time; False where another worker did, or somebody changed it."""
    row = tables.SnapshotSchedule
    values = {"outcome": outcome, "next_at": next_tick(schedule.cron, schedule.zone, present)}
    if taken is not None:
        values["last_snapshot_id"] = taken.id
    swap = sa.update(row).where(row.id == schedule.id, row.next_at == schedule.next_at).values(**values)
    done = session.scalar(swap.returning(row.id).execution_options(synchronize_session=False))
    return done is not None


def _live(session: Session, schedule_id: int) -> tables.SnapshotSchedule:
    row = session.get(tables.SnapshotSchedule, schedule_id)
    if row is None or row.deleted_at is not None:
        raise NotFound(f"There is no schedule {schedule_id}: it was deleted or never made; list the schedules.")
    return row
