"""Jobs: what is queued, running and done, with their logs."""

from sqlalchemy.orm import Session

from mms.domain.jobs import Job, LogLine


def get_job(session: Session, job_id: int) -> Job:
    """The job of this id."""
    raise NotImplementedError


def jobs(session: Session, project_id: int | None = None, limit: int = 50) -> list[Job]:
    """Newest first."""
    raise NotImplementedError


def unfinished_jobs(session: Session, project_id: int) -> list[Job]:
    """Queued and running jobs of a project."""
    raise NotImplementedError


def log_lines(session: Session, job_id: int, limit: int = 200) -> list[LogLine]:
    """The newest lines, oldest of them first."""
    raise NotImplementedError
