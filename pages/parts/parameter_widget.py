"""One widget for one typed, ranged parameter: of a step of a recipe, or of an algorithm."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mms.domain.triples import Parameter, Value

_ACROSS = 3
"""Widgets beside one another."""


def parameter_widgets(parameters: Sequence[Parameter], values: Mapping[str, Any], key: str) -> dict[str, Value]:
    """A widget for each parameter, with its value in it; returns the values they hold now."""
    cells = st.columns(_ACROSS)
    chosen = {}
    for place, parameter in enumerate(parameters):
        with cells[place % _ACROSS]:
            value = values.get(parameter.name, parameter.default)
            chosen[parameter.name] = parameter_widget(parameter, value, f"{key}_{parameter.name}")
    return chosen


def parameter_widget(parameter: Parameter, value: Value, key: str) -> Value:
    """The widget that the parameter's type and range ask for; emptied, it gives none or the default.

    value: what it shows first.
    """
    label, words = parameter.name, explained(parameter)
    if parameter.kind == "boolean" and not parameter.optional:
        return st.toggle(label, bool(value), key=key, help=words)
    if parameter.kind in ("choice", "boolean"):
        options: list[Value] = [*(parameter.choices or (True, False)), *([None] if parameter.optional else [])]
        index = next((i for i, option in enumerate(options) if option == value), 0)
        return st.selectbox(label, options, index, key=key, format_func=value_words, help=words)
    whole = parameter.kind == "integer"
    number = int if whole else float
    typed = st.number_input(
        label,
        min_value=None if parameter.low is None else number(parameter.low),
        max_value=None if parameter.high is None else number(parameter.high),
        value=None if value is None else number(value),
        step=1 if whole else _step_of(parameter),
        format="%d" if whole else "%g",
        placeholder="none" if parameter.optional else f"{parameter.default:g}",
        key=key,
        help=words,
    )
    return parameter.default if typed is None and not parameter.optional else typed


def explained(parameter: Parameter) -> str:
    """What a parameter means and takes."""
    return f"{parameter.explanation or parameter.name}. Takes {parameter.takes}."


def value_words(value: Value) -> str:
    """A value as people read it: 'none', 'true', '0.01'."""
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)


def _step_of(parameter: Parameter) -> float:
    """A tenth of the default where it is a number other than 0: the buttons move it by what matters."""
    default = parameter.default
    return abs(float(default)) / 10 if isinstance(default, int | float) and default else 0.1
