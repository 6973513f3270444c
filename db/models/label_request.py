"""Label requests: predictions whose truth a person was asked for, draw by draw."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import IDS_ONCE, Base


class LabelDraw(Base):
    """Rows drawn together. why: 'random' (equal chances, so scores from it are unbiased) or 'informative'.

    since, until: answers of which whole days (UTC); frame_n: how many of them had no truth then, so could be drawn.
    """

    __tablename__ = "label_draw"
    __table_args__ = (sa.UniqueConstraint("project_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    number: Mapped[int]
    why: Mapped[str]
    scope: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    frame_n: Mapped[int]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]


class LabelRequest(Base):
    """One row that is asked for, open while its prediction has no truth and nobody closed it.

    position: its place in the draw, from 0. reserved_by, reserved_at: who has it on the screen, since when (real time).
    answered_by without answered_at: the answer was taken back. answered_at without a truth: the person did not know.
    """

    __tablename__ = "label_request"
    __table_args__ = (
        sa.UniqueConstraint("prediction_id"),
        sa.Index("ix_label_request_draw", "draw_id", "position"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("label_draw.id"))
    prediction_id: Mapped[int] = mapped_column(sa.ForeignKey("prediction.id", ondelete="CASCADE"))
    position: Mapped[int]
    skips: Mapped[int] = mapped_column(default=0)
    reserved_by: Mapped[str | None]
    reserved_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]
