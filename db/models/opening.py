"""Openings of hold-outs."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Opening(Base):
    """One look at a snapshot's hold-out: a model's scores there (stored units), by whom, when, for which promotion."""

    __tablename__ = "opening"
    __table_args__ = (sa.UniqueConstraint("snapshot_id", "model_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(sa.ForeignKey("snapshot.id"))
    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id"), index=True)
    promotion_id: Mapped[int | None] = mapped_column(sa.ForeignKey("promotion.id"), index=True)
    rows: Mapped[int]
    scores: Mapped[dict[str, Any]]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]
