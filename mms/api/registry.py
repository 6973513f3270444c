"""What may be named in a triple, and triples made of described scikit-learn objects."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries.projects import get_project_named
from db.session import reading
from mms.api.access import CurrentMember
from mms.api.answers import answer
from mms.api.limits import TRIPLES, Id
from mms.usecases.registry import vetted_algorithms, vetted_transformers
from mms.usecases.translations import Objects, translate

router = APIRouter(tags=["registry"])


class ToTranslate(BaseModel):
    """Pipelines or estimators as `mms.client` describes them: {"class", "parameters"}, nested."""

    model_config = ConfigDict(extra="forbid")
    snapshot_id: Id
    objects: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=TRIPLES)]
    recipe: str | None = Field(None, min_length=1, max_length=60, description="the recipes' name; default: their steps")


@router.get("/transformers")
def transformers(member: CurrentMember) -> Response:
    """The vetted steps of recipes."""
    return answer({"transformers": vetted_transformers(member)})


@router.get("/algorithms")
def algorithms(member: CurrentMember) -> Response:
    """The vetted algorithms."""
    return answer({"algorithms": vetted_algorithms(member)})


@router.post("/projects/{project}/translations")
def translations(project: str, body: ToTranslate, member: CurrentMember) -> Response:
    """The triples of described objects, and what differs from them; launches nothing."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        request = Objects(opened.id, body.snapshot_id, body.objects, body.recipe)
        return answer({"translation": translate(session, member, request)})
