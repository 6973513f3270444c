"""Jobs, their steps, logs and schedules."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Job(Base):
    """Queued work with a lease and a heartbeat. attempt: the fence; failures: how often it raised."""

    __tablename__ = "job"
    __table_args__ = (sa.Index("ix_job_ready", "state", "priority", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id"))
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str]
    priority: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    progress: Mapped[dict[str, Any]]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class JobStep(Base):
    """A checkpoint: written in one transaction with what the step produced."""

    __tablename__ = "job_step"

    job_id: Mapped[int] = mapped_column(sa.ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[int]
    at: Mapped[datetime]


class JobLog(Base):
    """One line a job logged."""

    __tablename__ = "job_log"
    __table_args__ = (sa.Index("ix_job_log_job", "job_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(sa.ForeignKey("job.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    level: Mapped[str]
    message: Mapped[str]


class Schedule(Base):
    """When a job is queued again: cron in a time zone; next_run is advanced by compare-and-swap."""

    __tablename__ = "schedule"

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    cron: Mapped[str]
    zone: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    next_run: Mapped[datetime]
