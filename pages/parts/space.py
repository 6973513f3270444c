"""Widgets that make a search space: algorithms by how easy they are to read, and the values each tries."""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd
import streamlit as st

from mms.domain.errors import Invalid
from mms.domain.triples import Parameter, Recipe, Value
from mms.usecases.spaces import Choice, Offer, Options, choice_of
from pages.parts.parameter_widget import explained, value_words

_OWN = "own values"
_SIZES = {"defaults": "default", "small grid": "small", "large grid": "large", "whole ranges": "range", _OWN: "default"}
"""What people choose -> the size of an algorithm's choice."""

_GROUPS = (("readable", "Easy to read", 3), ("middling", "In between", 6), ("strong", "Strong, hard to read", 9))
"""The name in the address, the words, and the highest rank of each group."""


def algorithm_choices(options: Options, recipes: Mapping[str, Recipe], first: Collection[str]) -> dict[str, Choice]:
    """What to try: algorithm -> recipes and values. first: the algorithms to begin with.

    recipes: those that every algorithm tries; none: each tries the one that suits it.
    """
    chosen = [offer for group in _GROUPS for offer in _group(options, first, *group)]
    st.caption("The Dummy baseline is always among them: a model that does not beat it has learned nothing.")
    with st.expander("What each algorithm is and needs"):
        st.dataframe(_needs(options), hide_index=True, alt="algorithms, what they are and what they need")
    if not chosen:
        return {}
    size = st.radio(
        "Values to try", list(_SIZES), horizontal=True, key="values", bind="query-params",
        help="Of each algorithm's hyperparameters. Every combination is a triple; whole ranges are drawn from at "
        "random or by trials.",
    )  # fmt: skip
    return {offer.name: _choice(options, offer, recipes, str(size)) for offer in chosen}


def _group(options: Options, first: Collection[str], name: str, words: str, highest: int) -> list[Offer]:
    lower = max((rank for _, _, rank in _GROUPS if rank < highest), default=-1)
    offers = {offer.label: offer for offer in options.algorithms if lower < offer.rank <= highest}
    if not offers:
        return []
    default = [label for label, offer in offers.items() if offer.name in first]
    labels = st.multiselect(words, list(offers), default=default, key=name, bind="query-params", placeholder="none")
    return [offers[label] for label in labels]


def _needs(options: Options) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "algorithm": [offer.label for offer in options.algorithms],
            "needs": ["; ".join(offer.needs) or "nothing special" for offer in options.algorithms],
            "suits": [f"recipe '{offer.recipe}'" for offer in options.algorithms],
            "is": [offer.explanation for offer in options.algorithms],
        }
    )


def _choice(options: Options, offer: Offer, recipes: Mapping[str, Recipe], size: str) -> Choice:
    ready = {recipe.name: recipe for recipe in options.recipes}
    suited = [ready[offer.recipe]] if offer.recipe in ready else list(options.recipes)[:1]
    tried = list(recipes.values()) or suited
    with st.expander(f"**{offer.label}** · {offer.explanation}"):
        if offer.needs:
            st.caption(f"It {'; it '.join(offer.needs)}.")
        st.markdown(f"Recipes: {', '.join(recipes) or ', '.join(recipe.name for recipe in suited)}")
        if size == _OWN:
            return Choice(tuple(tried), {p.name: _values(offer, p) for p in offer.parameters})
        choice = choice_of(options, offer.name, tried, _SIZES[size])
        for name, values in choice.values.items():
            st.markdown(f"- {name}: {_words(values)}")
        if not choice.values:
            st.markdown("Hyperparameters at their defaults.")
    return choice


def _words(values: object) -> str:
    if isinstance(values, Sequence):
        return ", ".join(value_words(value) for value in values)
    return f"from {values.low:g} to {values.high:g}"  # type: ignore[attr-defined]


def _values(offer: Offer, parameter: Parameter) -> tuple[Value, ...]:
    """Every value chosen is tried. Numbers may be typed in."""
    typed = parameter.kind in ("integer", "number")
    offered = [parameter.default, *offer.large.get(parameter.name, ()), *offer.grid.get(parameter.name, ())]
    offered += [*parameter.choices, *((True, False) if parameter.kind == "boolean" else ())]
    known = {value_words(value): value for value in [*offered, *([None] if parameter.optional else [])]}
    chosen = st.multiselect(
        parameter.name,
        list(known),
        default=[value_words(parameter.default)],
        key=f"values_{offer.name}_{parameter.name}",
        bind="query-params",
        accept_new_options=typed,
        help=f"{explained(parameter)} Every value chosen is tried.",
    )
    return tuple(known[text] if text in known else _parsed(text, parameter, offer) for text in chosen)


def _parsed(text: str, parameter: Parameter, offer: Offer) -> Value:
    try:
        return parameter.checked(float(text), offer.name)
    except ValueError as error:
        raise Invalid(f"'{parameter.name}' of {offer.label} takes {parameter.takes}; it got '{text}'.") from error
