"""Promotions: the append-only ledger of seatings."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Promotion(Base):
    """One seating. The newest row of a scope names its champion."""

    __tablename__ = "promotion"
    __table_args__ = (sa.Index("ix_promotion_scope", "project_id", "scope", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    scope: Mapped[str]
    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id"), index=True)
    promoted_by: Mapped[str]
    promoted_at: Mapped[datetime]
    reason: Mapped[str]
    verdict: Mapped[str]
    against_advice: Mapped[bool]
    evidence: Mapped[dict[str, Any] | None]
