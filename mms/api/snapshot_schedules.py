"""Schedules of snapshots: made, changed, deleted."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from db.queries.projects import get_project_named
from db.queries.snapshot_schedules import snapshot_schedules
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.snapshot_schedules import ScheduleChanges, ScheduleDraft
from mms.domain.snapshots import Extent, Selection
from mms.usecases.snapshot_schedules import create_schedule, delete_schedule, edit_schedule

router = APIRouter(tags=["snapshots"])


class ScheduleBody(BaseModel):
    """When to take a snapshot: cron on the clock of a zone. last_days: of the newest rows only."""

    model_config = ConfigDict(extra="forbid")
    cron: str
    zone: str = "UTC"
    last_days: int | None = None


class ScheduleEdit(BaseModel):
    """What to change of a schedule; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    cron: str | None = None
    zone: str | None = None
    enabled: bool | None = None


@router.get("/projects/{project}/snapshot-schedules")
def listed(project: str, member: CurrentMember) -> Response:
    """Live schedules, each with its next time and what the last one gave."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"schedules": snapshot_schedules(session, opened.id)})


@router.post("/projects/{project}/snapshot-schedules", status_code=201)
def create(project: str, body: ScheduleBody, member: CurrentMember, now: Now) -> Response:
    """Make a schedule."""
    selection = Selection() if body.last_days is None else Selection(Extent.LAST_DAYS, body.last_days)
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        draft = ScheduleDraft(body.cron, body.zone, selection)
        return answer({"schedule": create_schedule(session, member, opened.id, draft, now)}, 201)


@router.patch("/snapshot-schedules/{schedule_id}")
def edit(schedule_id: Id, body: ScheduleEdit, member: CurrentMember, now: Now) -> Response:
    """Change a schedule."""
    with acknowledged() as session:
        edit_schedule(session, member, schedule_id, ScheduleChanges(body.cron, body.zone, body.enabled), now)
        return answer({"schedule": schedule_id})


@router.delete("/snapshot-schedules/{schedule_id}")
def delete(schedule_id: Id, member: CurrentMember, now: Now) -> Response:
    """Put a schedule in the bin; the snapshots it took stay."""
    with acknowledged() as session:
        delete_schedule(session, member, schedule_id, now)
        return answer({"schedule": schedule_id})
