"""Which recipes to try: proposed ones, and those of the project's library."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from mms.domain.recipes import recipe_words
from mms.domain.triples import Recipe
from pages.parts.recipe_link import recipe_link


def recipe_choices(recipes: Mapping[str, Recipe]) -> dict[str, Recipe]:
    """The recipes that every chosen algorithm tries, by name; none: each tries the one that suits it."""
    chosen = st.multiselect(
        "Recipes",
        list(recipes),
        key="recipes",
        bind="query-params",
        placeholder="for each algorithm the one that suits it",
        help="A recipe is a feature pipeline: how columns become numbers. Every algorithm tries each one chosen here.",
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        recipe_link("New recipe")
        with st.popover("Edit or clone one", icon=":material/edit:"):
            name = st.selectbox("Recipe", list(recipes), key="recipe_to_edit")
            if name is not None:
                recipe_link(f"Edit {name}", recipes[name])
                recipe_link(f"Clone {name}", recipes[name], copy=True)
    with st.expander("What each recipe does"):
        frame = pd.DataFrame({"recipe": list(recipes), "does": ["; ".join(recipe_words(r)) for r in recipes.values()]})
        does = st.column_config.TextColumn("does", width="large")
        st.dataframe(frame, hide_index=True, column_config={"does": does}, alt="recipes and what they do")
    return {name: recipes[name] for name in chosen}
