"""Recipes: listed by name, saved."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from db.queries import recipes as queries
from db.queries.projects import get_project, get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.triples import Recipe
from mms.usecases.recipes import save_recipe

router = APIRouter(tags=["recipes"])


class RecipeBody(BaseModel):
    """A recipe to save: its name, branches of steps side by side, and steps over all features after them."""

    model_config = ConfigDict(extra="forbid")
    name: str
    branches: list[dict[str, Any]]
    after: list[dict[str, Any]] = []


@router.get("/projects/{project}/recipes")
def listed(project: str, member: CurrentMember) -> Response:
    """The newest version of each recipe, by name."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"recipes": queries.recipes(session, opened.id)})


@router.get("/recipes/{recipe_id}")
def one(recipe_id: Id, member: CurrentMember) -> Response:
    """One stored recipe."""
    with reading() as session:
        stored = queries.get_recipe(session, recipe_id)
        get_project(session, member, stored.project_id)
        return answer({"recipe": stored})


@router.post("/projects/{project}/recipes", status_code=201)
def save(project: str, body: RecipeBody, member: CurrentMember, now: Now) -> Response:
    """Save a recipe as the next version of its name; one that does the same as a stored one is that one."""
    recipe = Recipe.from_json(body.model_dump())
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        saved = save_recipe(session, member, opened.id, recipe, now)
        return answer({"recipe": saved.stored, "note": saved.note}, 200 if saved.note else 201)
