"""Feedback: the later truth about predictions, append-only; the newest counts."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import IDS_ONCE, Base


class Feedback(Base):
    """One piece of feedback. known_at: event time; recorded_at: when it arrived here.

    counts: whether it became the truth that counts when it came; replaced, replaced_at: the one that counted before.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        sa.Index("ix_feedback_prediction", "prediction_id"),
        sa.Index("ix_feedback_known", "project_id", "known_at"),
        sa.Index("ix_feedback_order", "project_id", "id"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    prediction_id: Mapped[int] = mapped_column(sa.ForeignKey("prediction.id", ondelete="CASCADE"))
    truth: Mapped[str]
    known_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    counts: Mapped[bool] = mapped_column(default=True)
    replaced: Mapped[str | None]
    replaced_at: Mapped[datetime | None]
