"""The way to the composer and back: the address keeps what the page before was about."""

from dataclasses import replace

import streamlit as st

from mms.domain.triples import Recipe
from pages.parts.draft import text_of

_OWN = ("draft", "recipe", "recipes")
"""What the composer's address says by itself."""


def recipe_link(label: str, recipe: Recipe | None = None, *, copy: bool = False) -> None:
    """A link to the composer with this recipe in it; without one, with a proposal. copy: under a name of its own."""
    icon = ":material/add:" if recipe is None else ":material/content_copy:" if copy else ":material/edit:"
    query = way_back()
    if recipe is not None:
        named = replace(recipe, name=f"copy of {recipe.name}"[:80]) if copy else recipe
        query["draft"] = [text_of(named.to_json())]
    st.page_link("recipe.py", label=label, icon=icon, query_params=query)


def way_back() -> dict[str, list[str]]:
    """The address without what belongs to the composer: the view of the page that led to it."""
    return {name: st.query_params.get_all(name) for name in st.query_params if name not in _OWN}
