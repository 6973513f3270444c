"""Promotions that are not made yet: drafts, requests, and those with a date."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class PromotionDraft(Base):
    """A seating in preparation. state: draft, requested, scheduled, published, refused, withdrawn or failed.

    publish_at: when a scheduled one is made, in real time. outcome: what came of it, in one sentence.
    """

    __tablename__ = "promotion_draft"
    __table_args__ = (sa.Index("ix_promotion_draft_state", "project_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id"), index=True)
    scope: Mapped[str]
    reason: Mapped[str]
    against_advice: Mapped[bool]
    state: Mapped[str]
    publish_at: Mapped[datetime | None]
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    promotion_id: Mapped[int | None] = mapped_column(sa.ForeignKey("promotion.id"))
