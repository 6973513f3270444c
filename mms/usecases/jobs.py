"""The queue: enqueue, claim, renew, checkpoint, finish.

A claim is a lease: whoever holds it renews it, and everybody else may claim the job when it ran out. `attempt` grows at
each claim and fences what the holder before may still try to write. So work is done at least once and recorded exactly
once. A run's state is its job's: both change in one transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.jobs import job_of, left_to_cancel, live_job, next_ready, progress_to_json, store_time
from db.session import Transaction
from mms.domain.errors import Cancelled, Conflict, Lost
from mms.domain.jobs import LEASE_SECONDS, MAX_FAILURES, Job, JobDraft, JobState, Progress
from mms.domain.members import Member, Permission

RETRY_SECONDS = 1.0
"""The rest before a failed job is tried again; doubled after each failure."""


def enqueue(session: Session, draft: JobDraft, now: datetime) -> int | None:
    """Queue work in the caller's transaction; None when the dedupe key is already there."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    stmt = (
        dialect.insert(tables.Job)
        .values(
            kind=draft.kind.value,
            arguments=dict(draft.arguments),
            project_id=draft.project_id,
            dedupe_key=draft.dedupe_key,
            state=JobState.QUEUED.value,
            priority=draft.priority,
            run_after=now,
            attempt=0,
            failures=0,
            cancel_requested=False,
            progress=progress_to_json(Progress(0, draft.total), now, 0),
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(tables.Job.id)
    )
    job_id: int | None = session.scalar(stmt)
    return job_id


def claim(session: Session, worker: str, now: datetime) -> Job | None:
    """The next ready job, leased to the worker: queued, or running with a lease that ran out."""
    clock = store_time(session, now)
    for left in left_to_cancel(session, clock):
        _end(session, left, JobState.CANCELLED, now)
    row = next_ready(session, clock)
    if row is None:
        return None
    row.state, row.worker, row.attempt = JobState.RUNNING.value, worker, row.attempt + 1
    row.lease_until, row.started_at = clock + timedelta(seconds=LEASE_SECONDS), now
    row.finished_at, row.error = None, None  # what stopped it before is told in its log
    row.progress = dict(row.progress) | {"before": row.progress.get("done", 0), "at": None}
    _tell_run(session, row)
    session.flush()
    return job_of(row)


def renew(session: Session, job_id: int, attempt: int, now: datetime) -> bool:
    """Heartbeat: extend the lease; return whether somebody asked for a stop. Lost when the fence has moved."""
    until = store_time(session, now) + timedelta(seconds=LEASE_SECONDS)
    return _fenced(session, job_id, attempt, lease_until=until)


def finish(session: Session, job_id: int, attempt: int, now: datetime) -> None:
    """Succeeded."""
    _end(session, _held(session, job_id, attempt), JobState.SUCCEEDED, now)


def fail(session: Session, job_id: int, attempt: int, error: str, now: datetime, *, retry: bool) -> None:
    """Failed: queued again while retries are left and `retry`, else final; cancelled where somebody asked for it."""
    row = _held(session, job_id, attempt)
    session.add(tables.JobLog(job_id=job_id, at=now, level="error", message=error))
    row.failures += 1
    if row.cancel_requested:
        _end(session, row, JobState.CANCELLED, now)
    elif retry and row.failures < MAX_FAILURES:
        rest = RETRY_SECONDS * 2 ** (row.failures - 1)
        _queue_again(session, row, error, store_time(session, now) + timedelta(seconds=rest))
    else:
        row.error = error
        _end(session, row, JobState.FAILED, now)


def release(session: Session, job_id: int, attempt: int, error: str, now: datetime) -> None:
    """Queue a held job again, not counted as a failure: what it needs (the store) was away, or its worker stops.

    A job that somebody asked to stop is cancelled instead.
    """
    row = _held(session, job_id, attempt)
    session.add(tables.JobLog(job_id=job_id, at=now, level="warning", message=error))
    if row.cancel_requested:
        _end(session, row, JobState.CANCELLED, now)
    else:
        _queue_again(session, row, error, store_time(session, now))


def cancel_job(session: Session, member: Member, job_id: int, now: datetime) -> None:
    """Ask for a stop; a queued job is cancelled at once."""
    member.require(Permission.TRAIN)
    row = _locked(session, job_id)
    if JobState(row.state).is_final:
        raise Conflict(f"Job {job_id} is {row.state} already: there is nothing to stop.")
    if row.state == JobState.QUEUED.value:
        _end(session, row, JobState.CANCELLED, now)
    else:
        row.cancel_requested = True
        session.flush()


def mark_cancelled(session: Session, job_id: int, attempt: int, now: datetime) -> None:
    """The worker has stopped it."""
    _end(session, _held(session, job_id, attempt), JobState.CANCELLED, now)


def retry_job(session: Session, member: Member, job_id: int, now: datetime) -> None:
    """Queue a failed or cancelled job again; finished steps are kept. Of a run, the triples that failed try again."""
    member.require(Permission.TRAIN)
    row = _locked(session, job_id)
    if row.state not in (JobState.FAILED.value, JobState.CANCELLED.value):
        raise Conflict(f"Job {job_id} is {row.state}: only a failed or cancelled job can be run again.")
    row.failures = 0
    row.finished_at = None
    _queue_again(session, row, None, store_time(session, now))
    triple, run = tables.RunTriple, tables.Run
    of_run = triple.run_id.in_(sa.select(run.id).where(run.job_id == job_id))
    failed = sa.update(triple).where(of_run, triple.state == JobState.FAILED.value)
    session.execute(failed.values(state=JobState.QUEUED.value, error=None))


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job's code holds: its fence, its finished steps, and the way to save the next one."""

    job: Job
    transaction: Transaction
    now: Callable[[], datetime]
    _saving: list[Session] = field(default_factory=list, repr=False, compare=False)

    def done(self) -> frozenset[str]:
        """Keys of finished steps, of all attempts."""
        with self.transaction() as session:
            keys = sa.select(tables.JobStep.key).where(tables.JobStep.job_id == self.job.id)
            return frozenset(session.scalars(keys))

    def save(self, key: str, progress: Progress, write: Callable[[Session], None] | None = None) -> None:
        """Checkpoint: step, progress and what `write` stores, in one fenced transaction. Lost, Cancelled."""

        def step(session: Session) -> None:
            session.add(tables.JobStep(job_id=self.job.id, key=key, attempt=self.job.attempt, at=self.now()))
            if write is not None:
                write(session)

        self.record(progress, step)

    def record(self, progress: Progress, write: Callable[[Session], None]) -> None:
        """Progress and what `write` stores, in one fenced transaction; its rows tell what is done. Lost, Cancelled.

        Failures before it are forgiven: what counts is how often a job fails and gets no further.
        """
        with self.transaction() as session:
            self._report(session, progress, failures=0)
            self._saving.append(session)
            try:
                write(session)
            finally:
                self._saving.pop()

    def say(self, progress: Progress) -> None:
        """Progress without a step. Lost, Cancelled."""
        with self.transaction() as session:
            self._report(session, progress)

    def log(self, message: str, level: str = "info") -> None:
        """One line in the job's log; inside `save`, in its transaction."""
        line = tables.JobLog(job_id=self.job.id, at=self.now(), level=level, message=message)
        if self._saving:
            self._saving[-1].add(line)
            return
        with self.transaction() as session:
            session.add(line)

    def _report(self, session: Session, progress: Progress, **values: Any) -> None:
        value = progress_to_json(progress, self.now(), self.job.progress.done)
        if _fenced(session, self.job.id, self.job.attempt, progress=value, **values):
            raise Cancelled(f"Somebody asked job {self.job.id} to stop.")


Handler = Callable[[JobContext], None]
"""The code of one kind of job."""


def _fenced(session: Session, job_id: int, attempt: int, **values: Any) -> bool:
    """Write to a job that is still ours; return whether somebody asked for a stop. Lost when it is not."""
    job = tables.Job
    stmt = (
        sa.update(job)
        .where(job.id == job_id, job.attempt == attempt, job.state == JobState.RUNNING.value)
        .values(**values)
        .returning(job.cancel_requested)
        .execution_options(synchronize_session=False)
    )
    stop = session.scalar(stmt)
    if stop is None:
        raise _lost(job_id)
    return stop


def _held(session: Session, job_id: int, attempt: int) -> tables.Job:
    row = _locked(session, job_id)
    if row.attempt != attempt or row.state != JobState.RUNNING.value:
        raise _lost(job_id)
    return row


def _lost(job_id: int) -> Lost:
    return Lost(f"Job {job_id} belongs to another worker by now: this one stops and writes nothing.")


def _locked(session: Session, job_id: int) -> tables.Job:
    row = live_job(session, job_id)
    session.refresh(row, with_for_update=True)
    return row


def _queue_again(session: Session, row: tables.Job, error: str | None, at: datetime) -> None:
    row.state, row.run_after, row.error = JobState.QUEUED.value, at, error
    row.worker, row.lease_until, row.cancel_requested = None, None, False
    _tell_run(session, row)
    session.flush()


def _end(session: Session, row: tables.Job, state: JobState, now: datetime) -> None:
    row.state, row.finished_at, row.lease_until, row.worker = state.value, now, None, None
    if state is not JobState.FAILED:
        row.error = None
    _tell_run(session, row)
    session.flush()


def _tell_run(session: Session, row: tables.Job) -> None:
    """A run is in the state of its job; triples that have not ended by then wait, or end with it."""
    run = session.scalar(sa.select(tables.Run).where(tables.Run.job_id == row.id))
    if run is None:
        return
    run.state, run.error, run.finished_at = row.state, row.error, row.finished_at
    run.started_at = run.started_at or row.started_at
    triple = tables.RunTriple
    open_ones = sa.update(triple).where(triple.run_id == run.id)
    if row.state in (JobState.CANCELLED.value, JobState.FAILED.value):
        ended = open_ones.where(triple.state.in_([JobState.QUEUED.value, JobState.RUNNING.value]))
        session.execute(ended.values(state=JobState.CANCELLED.value))
    elif row.state == JobState.QUEUED.value:
        waiting = open_ones.where(triple.state.in_([JobState.RUNNING.value, JobState.CANCELLED.value]))
        session.execute(waiting.values(state=JobState.QUEUED.value))
