"""Widgets that make a search space: algorithms, recipes, values per parameter, kept triples."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mms.domain.errors import Invalid
from mms.domain.triples import Parameter, Triple, Value, described
from mms.usecases.spaces import Choice, Offer, Options
from pages.parts.formatting import counted

_NONE = "none"
"""How None is written where a parameter allows it."""


def kept_triples(earlier: Sequence[Triple]) -> list[Triple]:
    """The triples of an earlier run, each of which may be left out."""
    st.markdown(f"**From the earlier run**: {counted(len(earlier), 'triple')}; untick what you do not want again.")
    frame = pd.DataFrame(
        {
            "keep": [True] * len(earlier),
            "algorithm": [t.algorithm for t in earlier],
            "hyperparameters": [described(t.hyperparameters, 99) or "defaults" for t in earlier],
            "recipe": [t.recipe.name for t in earlier],
        }
    )
    edited = st.data_editor(
        frame,
        key="kept",
        hide_index=True,
        disabled=["algorithm", "hyperparameters", "recipe"],
        column_config={"keep": st.column_config.CheckboxColumn("Keep")},
    )
    return [triple for triple, keep in zip(earlier, edited["keep"], strict=True) if keep]


def algorithm_choices(options: Options, *, fresh: bool) -> dict[str, Choice]:
    """What to try: algorithm -> recipes and values. fresh: begin with the proposed first space."""
    offers = {offer.name: offer for offer in options.algorithms}
    first = list(dict.fromkeys(triple.algorithm for triple in options.first_space)) if fresh else []
    chosen = st.multiselect(
        "Algorithms",
        list(offers),
        default=first,
        format_func=lambda name: offers[name].label,
        key="algorithms",
        help="The Dummy baseline is always among them: a model that does not beat it has learned nothing.",
    )
    return {name: _choice(options, offers[name]) for name in chosen}


def _choice(options: Options, offer: Offer) -> Choice:
    recipes = {recipe.name: recipe for recipe in options.recipes}
    with st.expander(f"**{offer.label}** · {offer.explanation}"):
        names = st.multiselect(
            "Recipes",
            list(recipes),
            default=[offer.recipe] if offer.recipe in recipes else list(recipes)[:1],
            key=f"recipes_{offer.name}",
            help="feature pipelines: how columns become numbers",
        )
        values = {parameter.name: _values(offer, parameter) for parameter in offer.parameters}
    if not names:
        raise Invalid(f"{offer.label} has no recipe: choose at least one, or leave the algorithm out.")
    return Choice(tuple(recipes[name] for name in names), values)


def _values(offer: Offer, parameter: Parameter) -> tuple[Value, ...]:
    """Every value chosen is tried. Numbers may be typed in."""
    typed = parameter.kind in ("integer", "number")
    offered = (parameter.default, *offer.grid.get(parameter.name, ()), *parameter.choices)
    if parameter.kind == "boolean":
        offered = (*offered, True, False)
    if parameter.optional:
        offered = (*offered, None)
    known = {_text(value): value for value in offered}
    chosen = st.multiselect(
        parameter.name,
        list(known),
        default=[_text(parameter.default)],
        key=f"values_{offer.name}_{parameter.name}",
        accept_new_options=typed,
        help=f"{parameter.explanation or parameter.name}. Takes {parameter.takes}; every value chosen is tried.",
    )
    return tuple(known[text] if text in known else _parsed(text, parameter, offer) for text in chosen)


def _text(value: Value) -> str:
    if value is None:
        return _NONE
    return f"{value:g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)


def _parsed(text: str, parameter: Parameter, offer: Offer) -> Value:
    try:
        return parameter.checked(float(text), offer.name)
    except ValueError as error:
        raise Invalid(f"'{parameter.name}' of {offer.label} takes {parameter.takes}; it got '{text}'.") from error
