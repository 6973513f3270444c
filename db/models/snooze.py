"""Snoozes: until when a project's warning is known and waits."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Snooze(Base):
    """Somebody has seen what is wrong with a project; its card stays calm until then, or until it gets worse.

    need, value: what the project needed then, and the watched metric of its newest judged month (natural units).
    """

    __tablename__ = "snooze"

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), primary_key=True)
    until: Mapped[datetime]
    reason: Mapped[str]
    snoozed_by: Mapped[str]
    snoozed_at: Mapped[datetime]
    need: Mapped[str | None]
    value: Mapped[float | None]
