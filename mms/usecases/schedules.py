"""Schedules: which jobs are queued again and again, each tick once in a whole cluster."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.jobs import UNFINISHED, store_time
from mms.domain.jobs import JobDraft, JobKind, JobState, Schedule
from mms.usecases.crons import checked_cron, next_tick
from mms.usecases.jobs import enqueue

KEPT = timedelta(days=1)
"""How long succeeded jobs of a schedule are kept."""


def ensure_schedule(session: Session, schedule: Schedule, now: datetime) -> None:
    """Store a schedule, or change the one of this name; the next tick stays where cron and zone stay. Invalid: cron."""
    row, at = session.get(tables.Schedule, schedule.name), store_time(session, now)
    cron = checked_cron(schedule.cron, schedule.zone, at)
    if row is None:
        row = tables.Schedule(name=schedule.name, cron="", zone="", enabled=True)
        session.add(row)
    row.kind, row.arguments = schedule.kind.value, dict(schedule.arguments)
    if (row.cron, row.zone) != (cron, schedule.zone):
        row.cron, row.zone = cron, schedule.zone
        row.next_run = next_tick(cron, schedule.zone, at)
    session.flush()


def tick(session: Session, now: datetime) -> list[int]:
    """Queue what is due; return the jobs' ids. Missed ticks coalesce; two workers that tick at once queue it once."""
    at = store_time(session, now)
    due = sa.select(tables.Schedule).where(tables.Schedule.enabled, tables.Schedule.next_run <= at)
    queued = [_fire(session, row, at) for row in session.scalars(due).all()]
    return [job_id for job_id in queued if job_id is not None]


def _fire(session: Session, row: tables.Schedule, at: datetime) -> int | None:
    due, schedule = row.next_run, tables.Schedule
    swap = (
        sa.update(schedule)
        .where(schedule.name == row.name, schedule.next_run == due)
        .values(next_run=next_tick(row.cron, row.zone, at))
        .returning(schedule.name)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(swap) is None:
        return None  # another worker was first
    job = tables.Job
    ours = job.dedupe_key.startswith(f"{row.name}@", autoescape=True)
    succeeded = job.state == JobState.SUCCEEDED.value
    session.execute(sa.delete(job).where(ours, succeeded, job.finished_at < at - KEPT))
    if session.scalar(sa.select(job.id).where(ours, job.state.in_(UNFINISHED)).limit(1)) is not None:
        return None  # the tick before still waits for a worker: one of them is enough
    draft = JobDraft(JobKind(row.kind), row.arguments, dedupe_key=f"{row.name}@{due.isoformat()}")
    return enqueue(session, draft, at)
