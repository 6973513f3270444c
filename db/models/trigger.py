"""Triggers and their firings."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Deletable


class Trigger(Deletable, Base):
    """A rule that launches a retraining run. rule: conditions, how they combine, rest, window and space, as JSON.

    armed: whether the rule has let go since it last fired. ticks: the next tick of each condition, None without a cron.
    """

    __tablename__ = "trigger"
    __table_args__ = (sa.Index("ix_trigger_project", "project_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    name: Mapped[str]
    scope: Mapped[str]
    rule: Mapped[dict[str, Any]]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    last_fired_at: Mapped[datetime | None]
    armed: Mapped[bool] = mapped_column(default=True)
    ticks: Mapped[list[Any]] = mapped_column(default=list)


class Firing(Base):
    """One time a trigger fired, with its evidence and what came of it. gain: what the retraining was worth, later."""

    __tablename__ = "firing"
    __table_args__ = (sa.Index("ix_firing_project", "project_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    trigger_id: Mapped[int] = mapped_column(sa.ForeignKey("trigger.id"))
    fired_at: Mapped[datetime]
    evidence: Mapped[dict[str, Any]]
    outcome: Mapped[str | None]
    gain: Mapped[dict[str, Any] | None]
