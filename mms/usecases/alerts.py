"""Alerts: raised and resolved, acknowledged, snoozed; channels, and what is sent over them.

A delivery is written in the transaction that raises its alert, and sent after it: at least once, whatever dies.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.alarms import alarms
from db.queries.alerts import channel_of, due_deliveries, get_alert, get_channel
from db.queries.projects import live_project, project_of
from mms.domain.alerts import (
    Alarm,
    Alert,
    Channel,
    ChannelKind,
    DeliveryState,
    checked_address,
    checked_snooze,
    next_try,
    settle,
)
from mms.domain.errors import Conflict, Invalid
from mms.domain.members import Member, Permission
from mms.domain.projects import Project

NOTE = 1000
"""Characters a note may have."""

_ERROR = 500


@dataclass(frozen=True, slots=True)
class Sending:
    """What is to be sent now. secret: signs what a webhook gets."""

    id: int
    event: str
    alert: Alert
    channel: Channel
    secret: str


def watch_project(session: Session, member: Member, project_id: int, now: datetime) -> tuple[int, int]:
    """Raise what is wrong, resolve what is over, wake what slept long enough; what is open says how it is by now.

    Return how many were raised and resolved.

    now: the real time.
    """
    member.require(Permission.TRAIN)
    project = project_of(live_project(session, project_id))
    if project.archived_at is not None:
        return 0, 0
    row, found = tables.Alert, alarms(session, project, now)
    stmt = sa.select(row).where(row.project_id == project_id, row.resolved_at.is_(None)).order_by(row.id)
    still = session.scalars(stmt.with_for_update()).all()  # who looks at once finds nothing left to end or wake
    settled = settle({one.key for one in still}, found)
    raised = sum(_raised(session, project, alarm, now) for alarm in settled.raised)
    by_key = {alarm.key: alarm for alarm in found}
    for one in still:
        if one.key in settled.resolved:
            one.resolved_at = now
            _send(session, one, "resolved", now)
            continue
        one.content, one.since = by_key[one.key].content, by_key[one.key].since or one.since
        if one.snoozed_until is not None and one.snoozed_until <= now:
            _send(session, one, f"woken {one.snoozed_until:%Y-%m-%dT%H:%M:%S}", now)
            one.snoozed_until = one.snoozed_by = one.acknowledged_at = None
    session.flush()
    return raised, len(settled.resolved)


def acknowledge_alert(session: Session, member: Member, alert_id: int, note: str, now: datetime) -> None:
    """Say by name that one sees to it, which ends a snooze; Conflict where it is over, or somebody does."""
    member.require(Permission.TRAIN)
    row = _open(session, alert_id)
    if row.acknowledged_at is not None:
        raise Conflict(f"Alert {alert_id} was acknowledged by {row.acknowledged_by} already.")
    if len(note.strip()) > NOTE:
        raise Invalid(f"A note has at most {NOTE:,} characters; this one has {len(note.strip()):,}.")
    row.acknowledged_by, row.acknowledged_at, row.note = member.display_name, now, note.strip()
    row.snoozed_by = row.snoozed_until = None
    session.flush()


def snooze_alert(session: Session, member: Member, alert_id: int, until: datetime, now: datetime) -> None:
    """Leave it alone until a time (real time); what still holds then asks, and is sent, again."""
    member.require(Permission.TRAIN)
    row = _open(session, alert_id)
    row.snoozed_by, row.snoozed_until = member.display_name, checked_snooze(until, now)
    session.flush()


def create_channel(
    session: Session, member: Member, project_id: int, kind: ChannelKind, address: str, now: datetime
) -> tuple[int, str]:
    """Make a channel; return its id, and the secret that signs what it gets: it is shown this once.

    A webhook makes the server call an address, so it is made by an administrator.
    """
    member.require(Permission.MANAGE if kind is ChannelKind.WEBHOOK else Permission.TRAIN)
    live_project(session, project_id)
    secret = secrets.token_urlsafe(32)
    row = tables.AlertChannel(
        project_id=project_id,
        kind=kind.value,
        address=checked_address(kind, address),
        secret=secret,
        created_by=member.display_name,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.id, secret


def switch_channel(session: Session, member: Member, channel_id: int, *, enabled: bool) -> None:
    """Switch a channel on or off; what waits goes on when it is on again."""
    member.require(Permission.TRAIN)
    _channel(session, channel_id).enabled = enabled
    session.flush()


def delete_channel(session: Session, member: Member, channel_id: int, now: datetime) -> None:
    """Put a channel in the bin; what was sent over it stays in the log."""
    member.require(Permission.TRAIN)
    _channel(session, channel_id).deleted_at = now
    session.flush()


def sending_of(session: Session, delivery_id: int, now: datetime) -> Sending | None:
    """What a delivery sends; None where there is nothing to do for it any more."""
    if delivery_id not in due_deliveries(session, now):
        return None
    row = session.get_one(tables.AlertDelivery, delivery_id)
    channel = session.get_one(tables.AlertChannel, row.channel_id)
    return Sending(row.id, row.event, get_alert(session, row.alert_id), channel_of(channel), channel.secret)


def note_delivery(session: Session, delivery_id: int, error: str | None, now: datetime) -> DeliveryState:
    """Write what came of a try: delivered, to be tried again after a rest that doubles, or given up."""
    row = session.get_one(tables.AlertDelivery, delivery_id)
    row.attempts += 1
    row.error = None if error is None else error[:_ERROR]
    again = next_try(row.attempts, now)
    if error is None:
        row.state, row.delivered_at = DeliveryState.DELIVERED.value, now
    elif again is None:
        row.state = DeliveryState.FAILED.value
    else:
        row.next_try_at = again
    session.flush()
    return DeliveryState(row.state)


def _raised(session: Session, project: Project, alarm: Alarm, now: datetime) -> bool:
    """Raise an alert, and write its deliveries; nothing where one of its key is open by now.

    What cannot tell since when it holds was seen first at the project's present.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    stmt = (
        dialect.insert(tables.Alert)
        .values(
            project_id=project.id,
            key=alarm.key,
            kind=alarm.kind.value,
            content=alarm.content,
            since=alarm.since or project.present(now),
            raised_at=now,
            note="",
        )
        .on_conflict_do_nothing()
        .returning(tables.Alert.id)
    )
    alert_id = session.scalar(stmt)
    if alert_id is None:
        return False
    _send(session, session.get_one(tables.Alert, alert_id), "raised", now)
    return True


def _send(session: Session, alert: tables.Alert, event: str, now: datetime) -> None:
    """Write a delivery over every channel that is on. What is over is told where its beginning was, or may be."""
    channel, delivery = tables.AlertChannel, tables.AlertDelivery
    stmt = sa.select(channel.id).where(
        channel.project_id == alert.project_id, channel.enabled, channel.deleted_at.is_(None)
    )
    if event == "resolved":
        told = delivery.alert_id == alert.id, delivery.state != DeliveryState.FAILED.value
        stmt = stmt.where(channel.id.in_(sa.select(delivery.channel_id).where(*told)))
    for channel_id in session.scalars(stmt.order_by(channel.id)).all():
        session.add(
            delivery(
                alert_id=alert.id,
                channel_id=channel_id,
                event=event,
                state=DeliveryState.WAITING.value,
                attempts=0,
                next_try_at=now,
            )
        )
    session.flush()


def _open(session: Session, alert_id: int) -> tables.Alert:
    get_alert(session, alert_id)
    row = session.get_one(tables.Alert, alert_id, with_for_update=True)
    if row.resolved_at is not None:
        raise Conflict(f"Alert {alert_id} is over since {row.resolved_at:%Y-%m-%d}: there is nothing to do.")
    return row


def _channel(session: Session, channel_id: int) -> tables.AlertChannel:
    get_channel(session, channel_id)
    return session.get_one(tables.AlertChannel, channel_id)
