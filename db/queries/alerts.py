"""Alerts, channels and deliveries, as they are listed; and how many alerts ask for somebody."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from db.models import Alert as AlertRow
from db.models import AlertChannel as ChannelRow
from db.models import AlertDelivery as DeliveryRow
from db.models import Project as ProjectRow
from db.models import Schedule as ScheduleRow
from mms.domain.alerts import (
    Alert,
    AlertKind,
    Channel,
    ChannelKind,
    Delivery,
    DeliveryState,
    shown_address,
    worker_alarm,
)
from mms.domain.errors import NotFound
from mms.domain.members import Member, Permission
from mms.domain.promotions import GLOBAL


def alerts(
    session: Session,
    member: Member,
    now: datetime,
    project_id: int | None = None,
    *,
    everything: bool = False,
    limit: int = 100,
) -> list[Alert]:
    """Open ones, of one live project or of all but archived ones, those that ask for somebody first, then the newest.

    everything: resolved ones too. A worker that is away is told first: it is seen by whoever looks.
    """
    member.require(Permission.VIEW)
    row = AlertRow
    stmt = sa.select(row, ProjectRow.name).join(ProjectRow, ProjectRow.id == row.project_id)
    stmt = (
        stmt.where(ProjectRow.deleted_at.is_(None)).order_by(row.resolved_at.is_not(None), row.id.desc()).limit(limit)
    )
    where = ProjectRow.archived_at.is_(None) if project_id is None else row.project_id == project_id
    stmt = stmt.where(where)
    if not everything:
        stmt = stmt.where(row.resolved_at.is_(None))
    found = [alert_of(one, name) for one, name in session.execute(stmt)]
    found.sort(key=lambda alert: (alert.resolved_at is not None, not alert.asks(now)))
    return [*_away(session, now), *found]


def asking(session: Session, member: Member, now: datetime) -> int:
    """How many alerts of live projects wait for somebody: the number beside the bell."""
    member.require(Permission.VIEW)
    row = AlertRow
    stmt = (
        sa.select(sa.func.count())
        .select_from(row)
        .join(ProjectRow, ProjectRow.id == row.project_id)
        .where(ProjectRow.deleted_at.is_(None), ProjectRow.archived_at.is_(None))
        .where(row.resolved_at.is_(None), row.acknowledged_at.is_(None))
        .where(sa.or_(row.snoozed_until.is_(None), row.snoozed_until <= now))
    )
    return (session.scalar(stmt) or 0) + len(_away(session, now))


def get_alert(session: Session, alert_id: int) -> Alert:
    """The alert of this id."""
    stmt = sa.select(AlertRow, ProjectRow.name).join(ProjectRow, ProjectRow.id == AlertRow.project_id)
    found = session.execute(stmt.where(AlertRow.id == alert_id, ProjectRow.deleted_at.is_(None))).one_or_none()
    if found is None:
        raise NotFound(f"There is no alert {alert_id}: list the alerts and choose one of them.")
    return alert_of(*found)


def channels(session: Session, project_id: int) -> list[Channel]:
    """Where a project's alerts go, in the order in which they were made; addresses as everybody may read them."""
    row = ChannelRow
    stmt = sa.select(row).where(row.project_id == project_id, row.deleted_at.is_(None)).order_by(row.id)
    found = map(channel_of, session.scalars(stmt))
    return [replace(one, address=shown_address(one.kind, one.address)) for one in found]


def get_channel(session: Session, channel_id: int) -> Channel:
    """The channel of this id."""
    row = session.get(ChannelRow, channel_id)
    if row is None or row.deleted_at is not None:
        raise NotFound(f"There is no channel {channel_id}: it was deleted or never made; list the channels.")
    return channel_of(row)


def deliveries(session: Session, project_id: int, limit: int = 100) -> list[Delivery]:
    """What was sent, and what is on its way; newest first."""
    stmt = (
        sa.select(DeliveryRow, ChannelRow.address, ChannelRow.kind)
        .join(ChannelRow, ChannelRow.id == DeliveryRow.channel_id)
        .where(ChannelRow.project_id == project_id)
        .order_by(DeliveryRow.id.desc())
        .limit(limit)
    )
    return [
        Delivery(
            id=row.id,
            alert_id=row.alert_id,
            channel=shown_address(ChannelKind(kind), address),
            kind=ChannelKind(kind),
            event=row.event,
            state=DeliveryState(row.state),
            attempts=row.attempts,
            next_try_at=row.next_try_at,
            error=row.error,
            delivered_at=row.delivered_at,
        )
        for row, address, kind in session.execute(stmt)
    ]


def due_deliveries(session: Session, now: datetime, limit: int = 100) -> Sequence[int]:
    """Ids of deliveries that are to be tried now, over channels that are on, of live projects: channels in turn, of
    each the longest due first.

    What failed is due later, so a channel that is dead keeps none of the others waiting, however many wait for it.
    What is over is not told before what was raised: of an alert, a channel gets one after the other.
    """
    row, before = DeliveryRow, aliased(DeliveryRow)
    earlier = sa.exists().where(
        before.alert_id == row.alert_id,
        before.channel_id == row.channel_id,
        before.state == DeliveryState.WAITING.value,
        before.id < row.id,
    )
    stmt = (
        sa.select(row.id)
        .join(ChannelRow, ChannelRow.id == row.channel_id)
        .join(ProjectRow, ProjectRow.id == ChannelRow.project_id)
        .where(row.state == DeliveryState.WAITING.value, row.next_try_at <= now, ProjectRow.deleted_at.is_(None))
        .where(ChannelRow.deleted_at.is_(None), ChannelRow.enabled, ~earlier)
    )
    turn = sa.func.row_number().over(partition_by=row.channel_id, order_by=(row.next_try_at, row.id))
    return list(session.scalars(stmt.order_by(turn, row.next_try_at, row.id).limit(limit)))


def alert_of(row: AlertRow, project: str) -> Alert:
    """The record of a row."""
    content: dict[str, Any] = row.content
    return Alert(
        id=row.id,
        project_id=row.project_id,
        project=project,
        kind=AlertKind(row.kind),
        what=content["what"],
        sure=content["sure"],
        do=content["do"],
        page=content["page"],
        since=row.since,
        raised_at=row.raised_at,
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at,
        note=row.note,
        snoozed_by=row.snoozed_by,
        snoozed_until=row.snoozed_until,
        resolved_at=row.resolved_at,
        scope=content.get("scope", GLOBAL),
    )


def channel_of(row: ChannelRow) -> Channel:
    """The record of a row, without its secret."""
    kind = ChannelKind(row.kind)
    return Channel(row.id, row.project_id, kind, row.address, row.enabled, row.created_by, row.created_at)


def _away(session: Session, now: datetime) -> list[Alert]:
    """That no worker works: it keeps the times of its schedules ahead of the clock."""
    due = session.scalar(sa.select(sa.func.min(ScheduleRow.next_run)).where(ScheduleRow.enabled))
    alarm = worker_alarm(due, now)
    if alarm is None:
        return []
    at = alarm.since or now
    return [Alert(None, None, "", alarm.kind, alarm.what, alarm.sure, alarm.do, alarm.page, at, at)]
