"""Recipes of a project: listed by name, opened, found by what they do."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Project as ProjectRow
from db.models import Recipe as RecipeRow
from mms.domain.errors import NotFound
from mms.domain.recipes import StoredRecipe
from mms.domain.triples import Recipe


def recipes(session: Session, project_id: int) -> list[StoredRecipe]:
    """The newest version of each name, by name."""
    age = func.row_number().over(partition_by=RecipeRow.name, order_by=RecipeRow.version.desc()).label("age")
    ranked = select(RecipeRow.id, age).where(RecipeRow.project_id == project_id).subquery()
    stmt = select(RecipeRow).join(ranked, ranked.c.id == RecipeRow.id).where(ranked.c.age == 1).order_by(RecipeRow.name)
    return [recipe_of(row) for row in session.scalars(stmt)]


def get_recipe(session: Session, recipe_id: int) -> StoredRecipe:
    """The stored recipe of this id, in a live project."""
    alive = ProjectRow.deleted_at.is_(None)
    stmt = select(RecipeRow).join(ProjectRow, ProjectRow.id == RecipeRow.project_id).where(RecipeRow.id == recipe_id)
    row = session.scalar(stmt.where(alive))
    if row is None:
        raise NotFound(f"There is no recipe {recipe_id}: list the project's recipes and choose one of them.")
    return recipe_of(row)


def find_recipe(session: Session, project_id: int, recipe: Recipe) -> StoredRecipe | None:
    """The stored recipe that does the same, whatever its name."""
    stmt = select(RecipeRow).where(RecipeRow.project_id == project_id, RecipeRow.hash == recipe.hash)
    row = session.scalar(stmt)
    return None if row is None else recipe_of(row)


def recipe_of(row: RecipeRow) -> StoredRecipe:
    """The record of a row."""
    return StoredRecipe(
        row.id, row.project_id, row.version, Recipe.from_json(row.content), row.created_by, row.created_at
    )
