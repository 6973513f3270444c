"""Champions and the ledger of promotions."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries import promotions as queries
from db.queries.models import get_model
from db.queries.projects import get_project, get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import LIST_ROWS, Id, Moment
from mms.domain.promotions import GLOBAL, Seating
from mms.usecases.openings import look_at_holdout
from mms.usecases.promotions import promote, roll_back

router = APIRouter(tags=["promotions"])


class Seat(BaseModel):
    """A promotion to make."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(max_length=1000)
    scope: str = Field(GLOBAL, max_length=300)
    against_advice: bool = False


class Undo(BaseModel):
    """A promotion to undo."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(max_length=1000)
    scope: str = Field(GLOBAL, max_length=300)


@router.get("/projects/{project}/champions")
def champions(project: str, member: CurrentMember, as_of: Moment | None = None) -> Response:
    """The champion of every scope, now or as of a moment."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"champions": queries.champions(session, opened.id, as_of)})


@router.get("/projects/{project}/promotions")
def ledger(project: str, member: CurrentMember, limit: Annotated[int, Query(ge=1, le=LIST_ROWS)] = 100) -> Response:
    """Who seated what, when and why; newest first."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"promotions": queries.promotions(session, opened.id, limit)})


@router.get("/models/{model_id}/advice")
def advice(model_id: Id, member: CurrentMember, scope: str = GLOBAL) -> Response:
    """Whether this model should be champion of a scope, and on what evidence."""
    with reading() as session:
        get_project(session, member, get_model(session, model_id).ranked.project_id)
        return answer({"advice": queries.advice_for(session, model_id, scope)})


@router.post("/models/{model_id}/promotions", status_code=201)
def seat(model_id: Id, body: Seat, member: CurrentMember, now: Now) -> Response:
    """Make a model champion of a scope."""
    seating = Seating(model_id, body.reason, body.scope, body.against_advice)
    with reading() as session:
        opened = get_project(session, member, get_model(session, model_id).ranked.project_id)
        look = look_at_holdout(session, member, model_id)
    with acknowledged() as session:
        return answer({"promotion": promote(session, member, seating, opened.present(now), look)}, 201)


@router.post("/projects/{project}/rollbacks", status_code=201)
def undo(project: str, body: Undo, member: CurrentMember, now: Now) -> Response:
    """Seat the champion before the present one again."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        promotion = roll_back(session, member, opened.id, opened.present(now), scope=body.scope, reason=body.reason)
        return answer({"promotion": promotion}, 201)
