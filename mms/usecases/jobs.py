"""The queue: enqueue, claim, renew, checkpoint, finish. Leases and fences as docs/jobs.md explains."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.session import Transaction
from mms.domain.jobs import Job, JobDraft, Progress
from mms.domain.members import Member


def enqueue(session: Session, draft: JobDraft, now: datetime) -> int | None:
    """Queue work in the caller's transaction; None when the dedupe key is already there."""
    raise NotImplementedError


def claim(session: Session, worker: str, now: datetime) -> Job | None:
    """The next ready job, leased to the worker: queued, or running with a lease that ran out."""
    raise NotImplementedError


def renew(session: Session, job_id: int, attempt: int, now: datetime) -> bool:
    """Heartbeat: extend the lease; return whether somebody asked for a stop. Lost when the fence has moved."""
    raise NotImplementedError


def finish(session: Session, job_id: int, attempt: int, now: datetime) -> None:
    """Succeeded."""
    raise NotImplementedError


def fail(session: Session, job_id: int, attempt: int, error: str, now: datetime, *, retry: bool) -> None:
    """Failed: queued again while retries are left and `retry`, else final."""
    raise NotImplementedError


def cancel_job(session: Session, member: Member, job_id: int, now: datetime) -> None:
    """Ask for a stop; a queued job is cancelled at once."""
    raise NotImplementedError


def mark_cancelled(session: Session, job_id: int, attempt: int, now: datetime) -> None:
    """The worker has stopped it."""
    raise NotImplementedError


def retry_job(session: Session, member: Member, job_id: int, now: datetime) -> None:
    """Queue a failed or cancelled job again; finished steps are kept."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job's code holds: its fence, its finished steps, and the way to save the next one."""

    job: Job
    transaction: Transaction
    now: Callable[[], datetime]

    def done(self) -> frozenset[str]:
        """Keys of finished steps, of all attempts."""
        raise NotImplementedError

    def save(self, key: str, progress: Progress, write: Callable[[Session], None] | None = None) -> None:
        """Checkpoint: step, progress and what `write` stores, in one fenced transaction. Lost, Cancelled."""
        raise NotImplementedError

    def say(self, progress: Progress) -> None:
        """Progress without a step. Lost, Cancelled."""
        raise NotImplementedError

    def log(self, message: str, level: str = "info") -> None:
        """One line in the job's log."""
        raise NotImplementedError


Handler = Callable[[JobContext], None]
"""The code of one kind of job."""
