"""Recipes stored under a name: each version once, whoever made it and wherever."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.projects import hold_project, live_project, project_of
from db.queries.recipes import find_recipe, recipe_of
from db.queries.snapshots import snapshots
from mms.domain.errors import Conflict, Invalid
from mms.domain.members import Member, Permission
from mms.domain.projects import checked_name
from mms.domain.recipes import SavedRecipe, StoredRecipe
from mms.domain.triples import Recipe
from mms.ml.recipes import checked_recipe, completed


def save_recipe(session: Session, member: Member, project_id: int, recipe: Recipe, now: datetime) -> SavedRecipe:
    """Store a recipe: a name that is taken by another content gets its next version; equal content is stored once.

    It must fit the newest snapshot, where there is one. Invalid: what is unknown or fits nothing; Conflict: the
    project is archived.
    """
    member.require(Permission.TRAIN)
    project = project_of(live_project(session, project_id))
    if project.archived_at is not None:
        raise Conflict(f"Project '{project.name}' is archived: bring it back before you save recipes in it.")
    named = replace(recipe, name=checked_name(recipe.name, "recipe"))
    if not named.branches:
        raise Invalid("A recipe needs at least one branch: choose columns, and what is done with them.")
    taken = snapshots(session, project_id)
    complete = checked_recipe(named, taken[0].schema) if taken else completed(named)
    hold_project(session, project_id)
    stored = find_recipe(session, project_id, complete)
    if stored is not None:
        return SavedRecipe(stored, f"'{stored.name}' does just the same: it is kept once, under that name.")
    return SavedRecipe(_store(session, project_id, complete, member.display_name, project.present(now)))


def store_recipes(session: Session, project_id: int, recipes: Iterable[Recipe], by: str, at: datetime) -> None:
    """Store those that the project does not have yet: what a launch fits has a name and a version."""
    hold_project(session, project_id)
    for recipe in recipes:
        if find_recipe(session, project_id, recipe) is None:
            _store(session, project_id, recipe, by, at)


def _store(session: Session, project_id: int, recipe: Recipe, by: str, at: datetime) -> StoredRecipe:
    table = tables.Recipe
    same_name = sa.select(sa.func.max(table.version)).where(table.project_id == project_id, table.name == recipe.name)
    row = table(
        project_id=project_id,
        name=recipe.name,
        version=(session.scalar(same_name) or 0) + 1,
        hash=recipe.hash,
        content=recipe.to_json(),
        created_by=by,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return recipe_of(row)
