"""Alerts, where they are sent, and what was sent."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Deletable

OPEN = sa.text("resolved_at IS NULL")


class Alert(Base):
    """One alarm. key: what it is about; while an alert of this key is open, no other is raised."""

    __tablename__ = "alert"
    __table_args__ = (
        sa.Index("uq_alert_open_key", "project_id", "key", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index("ix_alert_project", "project_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    key: Mapped[str]
    kind: Mapped[str]
    content: Mapped[dict[str, Any]]
    since: Mapped[datetime | None]
    raised_at: Mapped[datetime]
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    snoozed_by: Mapped[str | None]
    snoozed_until: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]


class AlertChannel(Deletable, Base):
    """Where alerts of a project go. kind: 'email' or 'webhook'; secret signs what a webhook gets."""

    __tablename__ = "alert_channel"
    __table_args__ = (sa.Index("ix_alert_channel_project", "project_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    kind: Mapped[str]
    address: Mapped[str]
    secret: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime]


class AlertDelivery(Base):
    """One alert on its way over one channel: written with the alert, sent by the worker, tried until it arrives."""

    __tablename__ = "alert_delivery"
    __table_args__ = (
        sa.UniqueConstraint("alert_id", "channel_id", "event"),
        sa.Index("ix_alert_delivery_due", "state", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(sa.ForeignKey("alert.id"))
    channel_id: Mapped[int] = mapped_column(sa.ForeignKey("alert_channel.id"))
    event: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    error: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
