"""Buckets: additive sums per model, scope, segment and hour."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Bucket(Base):
    """One hour of one model, kept in the transaction that writes its predictions and feedback."""

    __tablename__ = "bucket"
    __table_args__ = (sa.Index("ix_bucket_project_hour", "project_id", "hour"),)

    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    segment: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    sums: Mapped[dict[str, Any]]
