"""Jobs: what is queued, running and done, with their logs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from db.models import Backtest, Clustering, Diagnostic, JobLog, Run
from db.models import Job as JobRow
from mms.domain.errors import NotFound
from mms.domain.jobs import Job, JobKind, JobState, LogLine, Progress, seconds_left

UNFINISHED = (JobState.QUEUED.value, JobState.RUNNING.value)
"""States in which something may still happen to a job or a run."""

COUNT_CAP = 10_000
"""Counts of upkeep stop here: "10,000+"."""


Queued = TypeVar("Queued", Backtest, Clustering, Diagnostic, Run)
"""A row that a job works at."""


def newest_with_jobs(table: type[Queued], which: ColumnElement[bool]) -> Select[Queued, JobRow]:
    """Rows that jobs work at, newest first, each with its job, or None where it is gone."""
    stmt = select(table, JobRow).outerjoin(JobRow, JobRow.id == table.job_id)
    return stmt.where(which).order_by(table.id.desc())


def get_job(session: Session, job_id: int) -> Job:
    """The job of this id."""
    return job_of(live_job(session, job_id))


def jobs(session: Session, project_id: int | None = None, limit: int = 50, *, upkeep: bool = True) -> list[Job]:
    """Newest first. upkeep: False leaves out what the product does by itself, unless it failed."""
    stmt = select(JobRow).order_by(JobRow.id.desc()).limit(limit)
    if not upkeep:
        stmt = stmt.where(not_(_is_quiet_upkeep()))
    if project_id is not None:
        stmt = stmt.where(JobRow.project_id == project_id)
    return [job_of(row) for row in session.scalars(stmt)]


def quiet_upkeep(session: Session) -> int:
    """How many jobs the product queued by itself that did not fail, counted from the newest up to `COUNT_CAP` and one.

    They grow by the minute, and an idle reader should not count a year of them.
    """
    newest = select(JobRow.id).where(_is_quiet_upkeep()).order_by(JobRow.id.desc()).limit(COUNT_CAP + 1)
    return session.scalars(select(func.count()).select_from(newest.subquery())).one()


def running_upkeep(session: Session) -> int:
    """How many jobs that the product queued by itself run now."""
    running = JobRow.state == JobState.RUNNING.value
    return session.scalars(select(func.count()).select_from(JobRow).where(running, _is_quiet_upkeep())).one()


def _is_quiet_upkeep() -> ColumnElement[bool]:
    upkeep = [kind.value for kind in JobKind if kind.is_upkeep]
    return and_(JobRow.kind.in_(upkeep), JobRow.state != JobState.FAILED.value)


def unfinished_jobs(session: Session, project_id: int) -> list[Job]:
    """Queued and running jobs of a project, oldest first."""
    stmt = select(JobRow).where(JobRow.project_id == project_id, JobRow.state.in_(UNFINISHED)).order_by(JobRow.id)
    return [job_of(row) for row in session.scalars(stmt)]


def jobs_ahead(session: Session, job: JobRow) -> int:
    """How many jobs a worker does before this queued one: those that run, and queued ones that it would take first."""
    if job.state != JobState.QUEUED.value:
        return 0
    first = or_(JobRow.priority > job.priority, and_(JobRow.priority == job.priority, JobRow.id < job.id))
    queued = and_(JobRow.state == JobState.QUEUED.value, first)
    stmt = select(func.count()).where(or_(JobRow.state == JobState.RUNNING.value, queued))
    return session.scalars(stmt).one()


def log_lines(session: Session, job_id: int, limit: int = 200) -> list[LogLine]:
    """The newest lines, oldest of them first."""
    stmt = select(JobLog).where(JobLog.job_id == job_id).order_by(JobLog.id.desc()).limit(limit)
    newest = [LogLine(row.at, row.level, row.message) for row in session.scalars(stmt)]
    return newest[::-1]


def live_job(session: Session, job_id: int) -> JobRow:
    """The row of a job, for use cases that change it."""
    row = session.get(JobRow, job_id)
    if row is None:
        raise NotFound(f"There is no job {job_id}: list the jobs and choose one of them.")
    return row


def store_time(session: Session, now: datetime) -> datetime:
    """The clock that leases are measured by: the database's own on PostgreSQL, where hosts may disagree; else `now`."""
    if session.get_bind().dialect.name != "postgresql":
        return now
    clock: datetime = session.scalars(select(func.clock_timestamp())).one()
    return clock


def next_ready(session: Session, at: datetime) -> JobRow | None:
    """The row of the next job to claim, locked: queued and due, or running with a lease that ran out."""
    ready = or_(
        and_(JobRow.state == JobState.QUEUED.value, JobRow.run_after <= at),
        and_(JobRow.state == JobState.RUNNING.value, JobRow.lease_until < at),
    )
    stmt = (
        select(JobRow)
        .where(ready, JobRow.cancel_requested.is_(False))
        .order_by(JobRow.priority.desc(), JobRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalar(stmt)


def left_to_cancel(session: Session, at: datetime) -> list[JobRow]:
    """Rows of jobs that somebody asked to stop and whose worker is gone, locked."""
    stmt = (
        select(JobRow)
        .where(JobRow.state == JobState.RUNNING.value, JobRow.lease_until < at, JobRow.cancel_requested)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(stmt))


def job_of(row: JobRow) -> Job:
    """The record of a row."""
    return Job(
        id=row.id,
        kind=JobKind(row.kind),
        arguments=row.arguments,
        project_id=row.project_id,
        state=JobState(row.state),
        priority=row.priority,
        attempt=row.attempt,
        failures=row.failures,
        cancel_requested=row.cancel_requested,
        progress=progress_of(row.progress),
        error=row.error,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def progress_of(value: Mapping[str, Any]) -> Progress:
    """The record of a stored progress."""
    return Progress(value.get("done", 0), value.get("total", 0), value.get("doing", ""))


def progress_to_json(progress: Progress, at: datetime, before: int) -> dict[str, Any]:
    """A progress as it is stored: with the moment it was said, and what earlier attempts had done already."""
    return {
        "done": progress.done,
        "total": progress.total,
        "doing": progress.doing,
        "at": at.isoformat(),
        "before": before,
    }


def seconds_left_of(row: JobRow) -> float | None:
    """Time left of a running job in seconds, at the pace of its present attempt."""
    said = row.progress.get("at")
    if row.state != JobState.RUNNING.value or row.started_at is None or said is None:
        return None
    before = row.progress["before"]
    pace = Progress(row.progress["done"] - before, row.progress["total"] - before)
    return seconds_left(pace, (datetime.fromisoformat(said) - row.started_at).total_seconds())
