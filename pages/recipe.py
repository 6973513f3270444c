"""Compose a recipe by widgets, see what it makes of real rows, save it under a name."""

from dataclasses import replace

import streamlit as st

from db.queries.recipes import get_recipe
from db.queries.snapshots import snapshots
from db.session import reading, transaction
from mms.domain.markdown import as_text
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from mms.domain.snapshots import Snapshot
from mms.domain.triples import Recipe
from mms.usecases.composer import first_draft, opened_recipe
from mms.usecases.recipes import save_recipe
from pages.parts.draft import value_of
from pages.parts.project import chosen_project, link_query
from pages.parts.recipe_composer import composer
from pages.parts.recipe_link import way_back
from pages.parts.recipe_preview import recipe_preview
from pages.parts.session import current_member, id_in_url, real_now
from pages.parts.snapshot_choice import snapshot_of_address
from pages.parts.told import told


def render(member: Member) -> None:
    """The sentence, the composer, and beside it what the recipe makes of the snapshot's first rows."""
    project = chosen_project(member)
    if project is None:
        return
    with told(), reading() as session:
        taken = snapshots(session, project.id)
    st.page_link("train.py", label="Train", icon=":material/arrow_back:", query_params=way_back())
    st.title("Recipe")
    if not taken:
        st.markdown(f"{as_text(project.name)} has no snapshot yet: a recipe is composed on one, to be seen at work.")
        if st.button("Take a snapshot first", type="primary"):
            st.switch_page("data.py", query_params=link_query(project, tab="Snapshots"))
        return
    with told():
        snapshot = snapshot_of_address(taken)
        started = opened_recipe(_started(snapshot))
    _compose(member, project, snapshot, started)


def _started(snapshot: Snapshot) -> Recipe:
    """The recipe that the address brings (`draft`, or a stored one, `recipe=ID`), else a proposed one to begin with."""
    text = st.query_params.get("draft")
    if text is not None:
        return Recipe.from_json(value_of(text))
    stored = id_in_url("recipe", "recipe")
    if stored is None:
        return first_draft(snapshot)
    with reading() as session:
        return get_recipe(session, stored).recipe


def _compose(member: Member, project: Project, snapshot: Snapshot, started: Recipe) -> None:
    st.markdown(
        f"A recipe turns columns into numbers. This one is composed on {snapshot.name} and fits every later snapshot "
        "that has its columns."
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        name = st.text_input("Name", started.name, max_chars=80, key="recipe_name", help="a taken name: next version")
        recipe = composer(replace(started, name=name), snapshot.schema)
    with right:
        st.header("What it does")
        works = recipe_preview(recipe, snapshot)
        _save(member, project, recipe, _why_not(member, recipe, works=works))


def _why_not(member: Member, recipe: Recipe, *, works: bool) -> str | None:
    """Why it cannot be saved now, None where it can."""
    if not member.may(Permission.TRAIN):
        return "You may not save recipes: ask an administrator for the role of a scientist."
    if not recipe.name.strip():
        return "Give the recipe a name."
    return None if works else "It cannot be fitted yet: mend what is marked."


def _save(member: Member, project: Project, recipe: Recipe, why: str | None) -> None:
    note = why or "Stores it under its name, as the next version where the name is taken, and takes you to Train."
    st.caption(note)
    if not st.button("Save recipe", type="primary", key="recipe_save", disabled=why is not None, help=note):
        return
    with told(stop=False):
        with transaction() as session:
            saved = save_recipe(session, member, project.id, recipe, real_now())
        st.toast(saved.note or f"Saved as '{saved.stored.name}'.")
        st.switch_page("train.py", query_params=way_back() | {"recipes": [saved.stored.name]})


render(current_member())
