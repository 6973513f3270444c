"""Recipe: composed by widgets, seen at work, saved; the draft lies in the address."""

import pytest
from streamlit.testing.v1 import AppTest

from db.queries.recipes import recipes
from db.session import reading
from mms.domain.triples import Branch, Recipe, Step
from pages.parts.draft import text_of, value_of
from tests.pages.conftest import Open
from tests.staged import Stage

PLAIN = Recipe("mine", (Branch("numeric", (Step("impute", {}), Step("scale", {"method": "robust"}))),))


def draft_of(app: AppTest) -> Recipe:
    kept = app.query_params["draft"]
    return Recipe.from_json(value_of(kept if isinstance(kept, str) else kept[0]))


def chains(recipe: Recipe) -> list[list[str]]:
    return [[step.transformer for step in branch.steps] for branch in recipe.branches]


def key_of(app: AppTest, kind: str, ending: str) -> str:
    return next(w.key for w in getattr(app, kind) if w.key and w.key.endswith(ending))


def opened(open_staged: Open, stage: Stage, recipe: Recipe) -> AppTest:
    return open_staged("recipe", project=stage.project.id, draft=text_of(recipe.to_json()))


@pytest.mark.slow
def test_a_new_recipe_begins_with_the_proposal_and_shows_it_at_work(open_staged: Open, stage: Stage) -> None:
    page = open_staged("recipe", project=stage.project.id)

    assert not page.exception
    assert not page.error
    assert page.text_input(key="recipe_name").value == "my recipe"
    assert any("become **130 × " in m.value for m in page.markdown)


@pytest.mark.slow
def test_steps_are_moved_added_and_removed_by_clicks(open_staged: Open, stage: Stage) -> None:
    page = opened(open_staged, stage, PLAIN)

    page.button(key=key_of(page, "button", "branch_0_1_up")).click().run()
    assert chains(draft_of(page)) == [["scale", "impute"]]
    page.button(key=key_of(page, "button", "branch_0_0_gone")).click().run()
    assert chains(draft_of(page)) == [["impute"]]
    page.selectbox(key=key_of(page, "selectbox", "branch_0_add")).select("scale").run()
    assert chains(draft_of(page)) == [["impute", "scale"]]
    page.button(key=key_of(page, "button", "branch_add")).click().run()

    assert chains(draft_of(page)) == [["impute", "scale"], []]
    assert not page.exception


@pytest.mark.slow
def test_a_parameter_is_a_typed_widget_and_the_address_keeps_it(open_staged: Open, stage: Stage) -> None:
    page = opened(open_staged, stage, PLAIN)

    page.selectbox(key=key_of(page, "selectbox", "branch_0_0_strategy")).select("mean").run()

    kept = draft_of(page)
    assert kept.branches[0].steps[0].parameters["strategy"] == "mean"
    again = opened(open_staged, stage, kept)
    assert again.selectbox(key=key_of(again, "selectbox", "branch_0_0_strategy")).value == "mean"


def test_what_cannot_be_fitted_is_said_at_its_branch_and_not_saved(open_staged: Open, stage: Stage) -> None:
    times = Recipe("mine", (Branch("numeric", ()), Branch(("x", "y"), (Step("calendar", {}),))))
    page = opened(open_staged, stage, times)

    assert "'calendar' takes times, but here it would get numbers." in [e.value for e in page.error]
    assert page.button(key="recipe_save").disabled


def test_a_saved_recipe_is_in_the_library(open_staged: Open, stage: Stage) -> None:
    page = opened(open_staged, stage, PLAIN)

    page.button(key="recipe_save").click().run()

    assert not page.exception
    with reading() as session:
        assert "mine v1" in [stored.name for stored in recipes(session, stage.project.id)]


@pytest.mark.slow
def test_a_cut_address_gets_one_sentence(open_staged: Open, stage: Stage) -> None:
    text = text_of(PLAIN.to_json())
    for broken in (text[:-9], "no draft!", text_of([1, 2]), text_of({"name": "x", "branches": [{"columns": "a"}]})):
        page = open_staged("recipe", project=stage.project.id, draft=broken)

        assert not page.exception
        assert len(page.error) == 1
