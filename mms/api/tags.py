"""What members write on models: tags, descriptions, owners."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries.models import get_model
from db.session import acknowledged
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import LIST_ROWS, Id
from mms.api.models import OpenedModel
from mms.usecases.models import describe_model, hand_over_model
from mms.usecases.tags import tag_models

router = APIRouter(tags=["models"])


class Tagging(BaseModel):
    """Tags to put on models and to take off."""

    model_config = ConfigDict(extra="forbid")
    models: list[Id] = Field(max_length=LIST_ROWS)
    add: list[str] = Field([], max_length=LIST_ROWS)
    remove: list[str] = Field([], max_length=LIST_ROWS)


class Note(BaseModel):
    """What is written on a model anew; what is not given stays."""

    model_config = ConfigDict(extra="forbid")
    description: str | None = None
    owner: str | None = None


@router.post("/models/tags")
def tag(body: Tagging, member: CurrentMember, now: Now) -> Response:
    """Tag models: all or none."""
    with acknowledged() as session:
        changed = tag_models(session, member, body.models, now, add=body.add, remove=body.remove)
        return answer({"changed": changed})


@router.patch("/models/{model_id}")
def write(model: OpenedModel, body: Note, member: CurrentMember, now: Now) -> Response:
    """Describe a model (Markdown), or hand it over to another owner."""
    with acknowledged() as session:
        if body.description is not None:
            describe_model(session, member, model.id, body.description, now)
        if body.owner is not None:
            hand_over_model(session, member, model.id, body.owner, now)
        return answer({"model": get_model(session, model.id)})
