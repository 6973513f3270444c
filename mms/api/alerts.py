"""Alerts: listed, acknowledged, snoozed; channels, and what was sent over them."""

from datetime import timedelta

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries import alerts as queries
from db.queries.projects import get_project, get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.alerts import LONGEST_SNOOZE, ChannelKind
from mms.usecases.alerts import acknowledge_alert, create_channel, delete_channel, snooze_alert, switch_channel

router = APIRouter(tags=["alerts"])


class Note(BaseModel):
    """What one has to say."""

    model_config = ConfigDict(extra="forbid")
    note: str = ""


class Rest(BaseModel):
    """For how long an alert is left alone."""

    model_config = ConfigDict(extra="forbid")
    days: int = Field(ge=1, le=LONGEST_SNOOZE.days)


class ChannelBody(BaseModel):
    """Where to send alerts: an e-mail address, or the https address of a webhook."""

    model_config = ConfigDict(extra="forbid")
    kind: ChannelKind
    address: str


class Switch(BaseModel):
    """On or off."""

    model_config = ConfigDict(extra="forbid")
    enabled: bool


@router.get("/alerts")
def everywhere(member: CurrentMember, now: Now) -> Response:
    """Open alerts of all projects, those that ask for somebody first."""
    with reading() as session:
        return answer({"alerts": queries.alerts(session, member, now), "asking": queries.asking(session, member, now)})


@router.get("/projects/{project}/alerts")
def listed(project: str, member: CurrentMember, now: Now, everything: bool = False) -> Response:
    """Open alerts of a project; `everything`: resolved ones too."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"alerts": queries.alerts(session, member, now, opened.id, everything=everything)})


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge(alert_id: Id, body: Note, member: CurrentMember, now: Now) -> Response:
    """Say by name that one has seen to it."""
    with acknowledged() as session:
        acknowledge_alert(session, member, alert_id, body.note, now)
        return answer({"alert": queries.get_alert(session, alert_id)})


@router.post("/alerts/{alert_id}/snooze")
def snooze(alert_id: Id, body: Rest, member: CurrentMember, now: Now) -> Response:
    """Leave it alone for some days; what still holds then asks again."""
    with acknowledged() as session:
        snooze_alert(session, member, alert_id, now + timedelta(days=body.days), now)
        return answer({"alert": queries.get_alert(session, alert_id)})


@router.get("/projects/{project}/alert-channels")
def channels(project: str, member: CurrentMember) -> Response:
    """Where a project's alerts go; secrets are not told again."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"channels": queries.channels(session, opened.id)})


@router.post("/projects/{project}/alert-channels", status_code=201)
def create(project: str, body: ChannelBody, member: CurrentMember, now: Now) -> Response:
    """Make a channel; the secret that signs what a webhook gets is told this once."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        made, secret = create_channel(session, member, opened.id, body.kind, body.address, now)
        return answer({"channel": made, "secret": secret if body.kind is ChannelKind.WEBHOOK else None}, 201)


@router.patch("/alert-channels/{channel_id}")
def switch(channel_id: Id, body: Switch, member: CurrentMember) -> Response:
    """Switch a channel on or off."""
    with acknowledged() as session:
        get_project(session, member, queries.get_channel(session, channel_id).project_id)
        switch_channel(session, member, channel_id, enabled=body.enabled)
        return answer({"channel": channel_id})


@router.delete("/alert-channels/{channel_id}")
def delete(channel_id: Id, member: CurrentMember, now: Now) -> Response:
    """Put a channel in the bin."""
    with acknowledged() as session:
        get_project(session, member, queries.get_channel(session, channel_id).project_id)
        delete_channel(session, member, channel_id, now)
        return answer({"channel": channel_id})


@router.get("/projects/{project}/alert-deliveries")
def deliveries(project: str, member: CurrentMember) -> Response:
    """What was sent and what is on its way, newest first."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"deliveries": queries.deliveries(session, opened.id)})
