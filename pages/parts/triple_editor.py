"""One triple, altered by widgets: algorithm, recipe and hyperparameters; of an ensemble what it has instead."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from mms.domain.triples import Recipe, Triple
from mms.usecases.spaces import Offer, Options
from pages.parts.ensemble_editor import ensemble_editor
from pages.parts.parameter_widget import parameter_widgets
from pages.parts.recipe_link import recipe_link

_AS_IT_IS = "as it is"


def triple_editor(triple: Triple, options: Options, recipes: Mapping[str, Recipe], key: str) -> Triple:
    """Draw the triple's widgets; return it as they say. recipes: the ones to choose, by their names."""
    offers = {offer.name: offer for offer in options.algorithms}
    if triple.members:
        return ensemble_editor(triple, options.task, key)
    if triple.algorithm not in offers:
        st.caption(f"'{triple.algorithm}' is not offered here, so that it stays as it is, or is left out.")
        return triple
    left, right = st.columns(2)
    with left:
        offer = _algorithm(triple, offers, key)
    with right:
        recipe = _recipe(triple, recipes, key)
    recipe_link(f"Edit the recipe '{recipe.name}'", recipe)
    before = triple.hyperparameters if offer.name == triple.algorithm else {}
    values = parameter_widgets(offer.parameters, before, f"{key}_{offer.name}") if offer.parameters else {}
    return replace(triple, algorithm=offer.name, recipe=recipe, hyperparameters=values)


def _algorithm(triple: Triple, offers: Mapping[str, Offer], key: str) -> Offer:
    names = list(offers)
    place = names.index(triple.algorithm)
    chosen = st.selectbox("Algorithm", names, place, key=f"{key}_algorithm", format_func=lambda n: offers[n].label)
    offer = offers[chosen]
    st.caption("; ".join([offer.explanation, *offer.needs]))
    return offer


def _recipe(triple: Triple, recipes: Mapping[str, Recipe], key: str) -> Recipe:
    hashes = {recipe.hash: name for name, recipe in recipes.items()}
    own = triple.recipe.hash
    named = dict(recipes) if own in hashes else {f"{triple.recipe.name} ({_AS_IT_IS})": triple.recipe, **recipes}
    names = list(named)
    place = names.index(hashes[own]) if own in hashes else 0
    return named[st.selectbox("Recipe", names, place, key=f"{key}_recipe", help="feature pipeline")]
