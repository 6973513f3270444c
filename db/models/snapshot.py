"""Snapshots."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Deletable, live_unique


class Snapshot(Deletable, Base):
    """A frozen instance table: two blobs (Parquet rows, block assignment) and what describes them."""

    __tablename__ = "snapshot"
    __table_args__ = (
        live_unique("uq_snapshot_live_content", "project_id", "content_hash"),
        sa.UniqueConstraint("project_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    number: Mapped[int]
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    row_count: Mapped[int]
    columns: Mapped[list[Any]]
    target: Mapped[str]
    entity_key: Mapped[list[Any]]
    time: Mapped[str | None]
    label_time: Mapped[str | None]
    selection: Mapped[dict[str, Any]]
    fold_kind: Mapped[str]
    fold_seed: Mapped[int]
    profile: Mapped[dict[str, Any]]
    data_blob: Mapped[str] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    folds_blob: Mapped[str] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    time_from: Mapped[datetime | None]
    time_to: Mapped[datetime | None]
    taken_by: Mapped[str]
    created_at: Mapped[datetime]
    fold_group: Mapped[str | None]
    holdout: Mapped[dict[str, Any] | None]
    held_out: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
