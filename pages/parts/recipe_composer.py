"""A recipe composed by widgets: branches of columns, chains of steps, and steps over all features."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from mms.domain.recipes import columns_words
from mms.domain.tables import Column
from mms.domain.triples import Branch, Recipe
from mms.usecases.composer import StepOffer, flow_after, flow_of, groups_of, step_offers
from pages.parts.draft import text_of
from pages.parts.recipe_chain import chain

_DRAFT = "draft"
_WRITTEN, _REVISION = "recipe_written", "recipe_revision"
_BY_NAME = "chosen by name"


def composer(recipe: Recipe, columns: Sequence[Column]) -> Recipe:
    """Draw a recipe's widgets; return the recipe as they say. The address follows."""
    _notice_other_address()
    known = step_offers()
    branches: list[Branch] = []
    changed = False
    for number, branch in enumerate(recipe.branches):
        with st.container(border=True):
            now, other = _branch(branch, number, columns, known)
        branches += [] if now is None else [now]
        changed = changed or other
    added = _new_branch(columns)
    st.markdown("**Over all features** side by side: selection and decomposition.")
    with st.container(border=True):
        after, other = chain(recipe.after, flow_after(recipe), known, _key("after"))
    composed = replace(recipe, branches=(*branches, *added), after=after)
    _keep(composed)
    if changed or other or added:
        st.session_state[_REVISION] = _revision() + 1
        st.rerun()
    return composed


def _keep(recipe: Recipe) -> None:
    """Write the recipe into the address."""
    text = text_of(recipe.to_json())
    st.session_state[_WRITTEN] = text
    if st.query_params.get(_DRAFT) != text:
        st.query_params[_DRAFT] = text


def _branch(
    branch: Branch, number: int, columns: Sequence[Column], known: Mapping[str, StepOffer]
) -> tuple[Branch | None, bool]:
    """One branch; None where it was removed, and whether its widgets must be drawn anew."""
    top, corner = st.columns([5, 2], vertical_alignment="bottom")
    with top:
        taken = _columns_of(branch, number, columns)
    if corner.button("Remove branch", key=_key(f"branch_gone_{number}"), type="tertiary", icon=":material/delete:"):
        return None, True
    if taken != branch.columns:
        return replace(branch, columns=taken), True
    steps, changed = chain(branch.steps, flow_of(branch, columns), known, _key(f"branch_{number}"))
    return Branch(taken, steps), changed


def _columns_of(branch: Branch, number: int, columns: Sequence[Column]) -> str | tuple[str, ...]:
    """The columns of a branch: a group by type, or names."""
    by_type = isinstance(branch.columns, str)
    groups = list(dict.fromkeys([*groups_of(columns), *([branch.columns] if by_type else [])]))
    options = [*groups, _BY_NAME]
    now = branch.columns if by_type else _BY_NAME
    place = options.index(str(now))
    chosen = st.selectbox(
        f"Branch {number + 1} takes", options, place, key=_key(f"takes_{number}"),
        format_func=lambda o: "columns chosen by name" if o == _BY_NAME else f"all {columns_words(o)}",
        help="By type, a branch also takes columns that a later snapshot brings.",
    )  # fmt: skip
    if chosen != _BY_NAME:
        return str(chosen)
    names = [column.name for column in columns]
    before = list(branch.columns) if not by_type else []
    return tuple(
        st.multiselect(
            "Columns", list(dict.fromkeys([*names, *before])), before, key=_key(f"names_{number}"),
            help="Columns of one kind: numbers, categories, times or texts.",
        )
    )  # fmt: skip


def _new_branch(columns: Sequence[Column]) -> tuple[Branch, ...]:
    """An empty branch where its button was clicked, of the first group by type."""
    if not st.button("Add a branch", icon=":material/add:", key=_key("branch_add")):
        return ()
    return (Branch(groups_of(columns)[0], ()),)


def _notice_other_address() -> None:
    """An address that is not of our writing (a link, Back) draws every widget anew."""
    if st.query_params.get(_DRAFT) != st.session_state.get(_WRITTEN):
        st.session_state[_REVISION] = _revision() + 1


def _revision() -> int:
    return int(st.session_state.get(_REVISION, 0))


def _key(name: str) -> str:
    return f"recipe_{_revision()}_{name}"
