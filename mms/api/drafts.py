"""Promotions in preparation: drafted, asked for, scheduled, decided."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries import drafts as queries
from db.queries.models import get_model
from db.queries.projects import get_project, get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id, Moment
from mms.domain.promotions import GLOBAL, Seating
from mms.usecases.drafts import (
    draft_promotion,
    publish_promotion,
    refuse_promotion,
    request_promotion,
    schedule_promotion,
    withdraw_promotion,
)
from mms.usecases.openings import look_at_holdout

router = APIRouter(tags=["promotions"])


class Draft(BaseModel):
    """A promotion to prepare."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(max_length=1000)
    scope: str = Field(GLOBAL, max_length=300)
    against_advice: bool = False


class Date(BaseModel):
    """When it is made, in real time."""

    model_config = ConfigDict(extra="forbid")
    publish_at: Moment


class Refusal(BaseModel):
    """Why not."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(max_length=1000)


@router.get("/projects/{project}/drafts")
def listed(project: str, member: CurrentMember, everything: bool = False) -> Response:
    """What waits, newest first; decided ones too when everything is asked for."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"drafts": queries.drafts(session, opened.id, everything=everything)})


@router.post("/models/{model_id}/drafts", status_code=201)
def draft(model_id: Id, body: Draft, member: CurrentMember, now: Now) -> Response:
    """Prepare a promotion and decide nothing."""
    seating = Seating(model_id, body.reason, body.scope, body.against_advice)
    with acknowledged() as session:
        get_project(session, member, get_model(session, model_id).ranked.project_id)
        return answer({"draft": draft_promotion(session, member, seating, now)}, 201)


@router.post("/drafts/{draft_id}/request")
def request(draft_id: Id, member: CurrentMember) -> Response:
    """Ask those who may promote."""
    with acknowledged() as session:
        return answer({"draft": request_promotion(session, member, draft_id)})


@router.post("/drafts/{draft_id}/schedule")
def schedule(draft_id: Id, body: Date, member: CurrentMember, now: Now) -> Response:
    """Give it a time to come; a worker makes it then, by the rules of that moment."""
    with acknowledged() as session:
        return answer({"draft": schedule_promotion(session, member, draft_id, body.publish_at, now)})


@router.post("/drafts/{draft_id}/publish")
def publish(draft_id: Id, member: CurrentMember, now: Now) -> Response:
    """Make the promotion now."""
    with reading() as session:
        look = look_at_holdout(session, member, queries.get_draft(session, draft_id).model_id)
    with acknowledged() as session:
        return answer({"draft": publish_promotion(session, member, draft_id, now, look)})


@router.post("/drafts/{draft_id}/refuse")
def refuse(draft_id: Id, body: Refusal, member: CurrentMember, now: Now) -> Response:
    """Say no to who asked, and why."""
    with acknowledged() as session:
        return answer({"draft": refuse_promotion(session, member, draft_id, body.reason, now)})


@router.post("/drafts/{draft_id}/withdraw")
def withdraw(draft_id: Id, member: CurrentMember, now: Now) -> Response:
    """Take it back."""
    with acknowledged() as session:
        return answer({"draft": withdraw_promotion(session, member, draft_id, now)})
