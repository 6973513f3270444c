"""Recipes: listed, shown, added from a file."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from db.queries.projects import get_project_named
from db.queries.recipes import get_recipe, recipes
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, read_json, table, verb
from mms.domain.errors import Invalid
from mms.domain.recipes import recipe_words
from mms.domain.triples import Recipe
from mms.usecases.recipes import save_recipe


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of recipes."""
    noun = group(verbs, "recipes", "recipes: list, show, add")
    verb(noun, "list", "the newest version of each recipe", _list).add_argument("project", help="name or id")
    verb(noun, "show", "a recipe with its branches and steps", _show).add_argument("recipe", type=int, help="id")
    add = verb(noun, "add", "save a recipe; the same content gives the stored one", _add)
    add.add_argument("project", help="name or id")
    add.add_argument("file", type=Path, help="JSON file with name, branches and, if wished, after")


def _list(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        found = recipes(session, get_project_named(session, member, args.project).id)
    rows = [{"id": r.id, "name": r.name, "by": r.created_by, "made": f"{r.created_at:%Y-%m-%d %H:%M}"} for r in found]
    return Output({"recipes": found}, table(rows, "There are no recipes yet: a run stores those it fits."))


def _show(args: Namespace) -> Output:
    with reading() as session:
        stored = get_recipe(session, args.recipe)
    return Output({"recipe": stored}, [f"{stored.name} (id {stored.id})", *recipe_words(stored.recipe)])


def _add(args: Namespace) -> Output:
    member, now = acting()
    given = read_json(None, args.file, "recipe")
    if not isinstance(given, dict):
        raise Invalid("The file must hold one recipe: a JSON object with a name and branches.")
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        saved = save_recipe(session, member, project.id, Recipe.from_json(given), now)
    stored = saved.stored
    return Output({"recipe": stored, "note": saved.note}, [saved.note or f"Saved '{stored.name}' (id {stored.id})."])
