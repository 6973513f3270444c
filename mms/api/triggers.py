"""Triggers: made, edited, checked; their firings."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from db.queries import decay as queries
from db.queries.projects import get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.triggers import TriggerChanges, TriggerDraft, TriggerKind
from mms.usecases.triggers import check_triggers, create_trigger, delete_trigger, edit_trigger

router = APIRouter(tags=["triggers"])


class Rule(BaseModel):
    """A trigger to make; what a threshold counts depends on the kind."""

    model_config = ConfigDict(extra="forbid")
    kind: TriggerKind
    threshold: float
    cooldown_days: float = 30.0


class Changes(BaseModel):
    """What to change of a trigger; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    threshold: float | None = None
    cooldown_days: float | None = None
    enabled: bool | None = None


@router.get("/projects/{project}/triggers")
def listed(project: str, member: CurrentMember, now: Now) -> Response:
    """Live triggers, each with how far it is, and their firings, newest first."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        rows = queries.triggers(session, opened, opened.present(now))
        return answer({"triggers": rows, "firings": queries.firings(session, opened.id)})


@router.post("/projects/{project}/triggers", status_code=201)
def create(project: str, body: Rule, member: CurrentMember, now: Now) -> Response:
    """Make a trigger."""
    draft = TriggerDraft(body.kind, body.threshold, body.cooldown_days)
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        return answer({"trigger": create_trigger(session, member, opened.id, draft, opened.present(now))}, 201)


@router.patch("/triggers/{trigger_id}")
def edit(trigger_id: Id, body: Changes, member: CurrentMember) -> Response:
    """Change a trigger."""
    with acknowledged() as session:
        changes = TriggerChanges(body.threshold, body.cooldown_days, body.enabled)
        edit_trigger(session, member, trigger_id, changes)
        return answer({"trigger": trigger_id})


@router.delete("/triggers/{trigger_id}")
def delete(trigger_id: Id, member: CurrentMember, now: Now) -> Response:
    """Put a trigger in the bin; its firings stay."""
    with acknowledged() as session:
        delete_trigger(session, member, trigger_id, now)
        return answer({"trigger": trigger_id})


@router.post("/projects/{project}/triggers/check")
def check(project: str, member: CurrentMember, now: Now) -> Response:
    """Read every trigger now; those that fire launch a retraining."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        return answer({"runs": check_triggers(session, member, opened.id, now)})
