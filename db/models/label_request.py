"""Label requests: predictions whose truth a person was asked for."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class LabelRequest(Base):
    """why: 'random' (drawn with equal chance from its frame, so scores from it are unbiased) or 'informative'.

    drawn: number of the draw it belongs to; frame_n: predictions from which the draw was made.
    """

    __tablename__ = "label_request"
    __table_args__ = (
        sa.UniqueConstraint("prediction_id"),
        sa.Index("ix_label_request_open", "project_id", "answered_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    prediction_id: Mapped[int] = mapped_column(sa.ForeignKey("prediction.id", ondelete="CASCADE"))
    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id"))
    why: Mapped[str]
    drawn: Mapped[int]
    frame_n: Mapped[int]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    skipped: Mapped[bool] = mapped_column(default=False)
