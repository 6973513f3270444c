"""Snapshots that are taken again and again."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Deletable


class SnapshotSchedule(Deletable, Base):
    """When a project's snapshot is taken. cron: five fields in `zone`; selection: which rows, as JSON."""

    __tablename__ = "snapshot_schedule"
    __table_args__ = (sa.Index("ix_snapshot_schedule_project", "project_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    cron: Mapped[str]
    zone: Mapped[str]
    selection: Mapped[dict[str, Any]]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    last_snapshot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("snapshot.id"), index=True)
    outcome: Mapped[str | None]
