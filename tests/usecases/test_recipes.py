"""Recipes of a project: stored once each, under a name, in versions; also those that a run brings."""

from dataclasses import replace
from pathlib import Path

import pytest

from db.queries.recipes import get_recipe, recipes
from db.session import reading, transaction
from mms.domain.errors import Conflict, Invalid, NotFound
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.recipes import SavedRecipe
from mms.domain.runs import Launch
from mms.domain.search import Choice, Search, SearchKind, space_to_json
from mms.domain.triples import Branch, Recipe, Step
from mms.usecases.projects import archive_project, delete_project
from mms.usecases.recipes import save_recipe
from mms.usecases.runs import launch_run
from tests.conftest import NOW
from tests.trained import a_project, a_snapshot, triple_of

PLAIN = Recipe("mine", (Branch("numeric", (Step("impute", {}), Step("scale", {}))),))
OTHER = Recipe("mine", (Branch("numeric", ()),))


@pytest.fixture
def project(member: Member, tmp_path: Path) -> Project:
    return a_project(member, tmp_path, NOW)


def saved(member: Member, project: Project, recipe: Recipe) -> SavedRecipe:
    with transaction() as session:
        return save_recipe(session, member, project.id, recipe, NOW)


def names(project: Project) -> list[str]:
    with reading() as session:
        return [stored.name for stored in recipes(session, project.id)]


def test_a_name_that_holds_something_else_gets_its_next_version(member: Member, project: Project) -> None:
    first, second = (saved(member, project, recipe) for recipe in (PLAIN, OTHER))

    assert [first.stored.name, second.stored.name] == ["mine v1", "mine v2"]
    assert (first.note, second.note) == (None, None)
    assert names(project) == ["mine v2"]
    with reading() as session:
        kept = get_recipe(session, first.stored.id)
    assert kept == first.stored
    assert kept.recipe.branches[0].steps[0].parameters["strategy"] == "median"


def test_two_equal_recipes_are_one_whatever_their_names(member: Member, project: Project) -> None:
    first = saved(member, project, PLAIN)
    again = saved(member, project, replace(PLAIN, name="yours"))

    assert again.stored == first.stored
    assert again.note == "'mine v1' does just the same: it is kept once, under that name."
    assert names(project) == ["mine v1"]


def test_a_launch_stores_the_recipes_it_brings_once(member: Member, project: Project) -> None:
    snapshot = a_snapshot(member, project, NOW)
    triples = [replace(triple_of(project, snapshot, name), recipe=PLAIN) for name in ("logistic", "tree")]

    with transaction() as session:
        for _ in range(2):
            launch_run(session, member, Launch(snapshot.id, tuple(triples)), NOW)

    assert names(project) == ["mine v1"]


def test_a_launch_of_trials_stores_the_recipes_of_its_space(member: Member, project: Project) -> None:
    pytest.importorskip("optuna")
    snapshot = a_snapshot(member, project, NOW)
    search = Search(SearchKind.TRIALS, trials=2, space=space_to_json({"logistic": Choice((PLAIN,), {})}))

    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, search=search), NOW)

    assert names(project) == ["mine v1"]


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        (replace(PLAIN, name=" "), "A recipe's name has 1 to 80"),
        (Recipe("empty", ()), "at least one branch"),
        (Recipe("magic", (Branch("numeric", (Step("magic", {}),)),)), "'magic' is no transformer"),
        (Recipe("odd", (Branch("numeric", (Step("scale", {"method": "odd"}),)),)), "takes one of"),
        (Recipe("gone", (Branch(("gone",), ()),)), "'gone', which is no feature"),
    ],
)
def test_what_fits_nothing_is_refused(member: Member, project: Project, recipe: Recipe, told: str) -> None:
    a_snapshot(member, project, NOW)

    with pytest.raises(Invalid, match=told):
        saved(member, project, recipe)

    assert names(project) == []


def test_recipes_live_and_end_with_their_project(member: Member, project: Project) -> None:
    stored = saved(member, project, PLAIN).stored
    with transaction() as session:
        archive_project(session, member, project.id, NOW)
    with pytest.raises(Conflict, match="is archived"):
        saved(member, project, OTHER)

    with transaction() as session:
        delete_project(session, member, project.id, NOW)
    with reading() as session, pytest.raises(NotFound, match=f"There is no recipe {stored.id}"):
        get_recipe(session, stored.id)
