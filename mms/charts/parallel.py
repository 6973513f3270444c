"""Triples side by side: one axis for algorithm, recipe and each hyperparameter that differs, one line a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

import numpy as np
import plotly.graph_objects as go

from mms.charts.theme import bare, empty
from mms.domain.changes import value_words
from mms.domain.models import RankedModel
from mms.domain.scores import Metric

LINES = 200
"""So many triples are drawn, the best ones; with all axes they stay within 2,000 points."""

AXES = 8
"""Besides the score: more cannot be told apart."""

_TICKS = 12
"""Names an axis has room for."""

_ORDERS = 100.0
"""Numbers that differ by as much stand on a logarithmic axis."""

_SCALE = ((0.0, "#E69F00"), (0.5, "#AAAAAA"), (1.0, "#0072B2"))


@dataclass(frozen=True, slots=True)
class Axis:
    """One property of all models, in their order. places: (n,) float, where the line crosses; ticks: place -> words."""

    name: str
    places: np.ndarray
    ticks: dict[float, str]


@dataclass(frozen=True, slots=True)
class ParallelInfo:
    """Models, best first, and what they differ in. shared: what the best quarter have in common, unlike all others."""

    models: tuple[RankedModel, ...]
    axes: tuple[Axis, ...]
    shared: tuple[str, ...]


def parallel_of(models: Sequence[RankedModel]) -> ParallelInfo:
    """The best `LINES` of the models on at most `AXES` axes: of what has several values, those first that most have."""
    best = sorted(models, key=lambda model: (-model.score, model.id))[:LINES]
    values = {name: [_value(model, name) for model in best] for name in _names(best)}
    differing = {name: given for name, given in values.items() if _varies(given)}
    chosen = sorted(differing, key=lambda name: (name not in _FIXED, -_present(differing[name])))[:AXES]
    leaders = max(2, len(best) // 4)
    shared = [
        f"{name} {value_words(differing[name][0])}"
        for name in chosen
        if len({_key(value) for value in differing[name][:leaders]}) == 1 and differing[name][0] is not _MISSING
    ]
    return ParallelInfo(tuple(best), tuple(_axis(name, differing[name]) for name in chosen), tuple(shared))


def words(info: ParallelInfo) -> str:
    """The finding in one sentence: what the best of them share."""
    if len(info.models) < 2:
        return "There are not two triples to draw side by side."
    if not info.axes:
        return f"These {len(info.models)} triples do not differ in algorithm, recipe or hyperparameters."
    leaders = max(2, len(info.models) // 4)
    if not info.shared:
        return f"The best {leaders} of {len(info.models)} triples have nothing in common that the others lack."
    return f"The best {leaders} of {len(info.models)} triples have in common: {', '.join(info.shared)}."


def figure(info: ParallelInfo, metric: Metric) -> go.Figure:
    """A line a model, from its algorithm to its score; drag along an axis to keep some of the lines."""
    title = "Triples"
    if not info.axes or len(info.models) < 2:
        return empty(title, words(info))
    scores = [metric.natural(model.score) for model in info.models]
    dimensions = [
        {"label": axis.name, "values": axis.places, "tickvals": list(axis.ticks), "ticktext": list(axis.ticks.values())}
        for axis in info.axes
    ]
    drawn = bare(title, height=460)
    drawn.add_parcoords(
        dimensions=[*dimensions, {"label": metric.label, "values": scores}],
        line={"color": [model.score for model in info.models], "colorscale": _SCALE},
        labelangle=-20,
    )
    drawn.update_layout(margin={"l": 110, "r": 50, "t": 120, "b": 20})
    return drawn


_FIXED = ("algorithm", "recipe")
_MISSING = object()
"""What stands where a model has no such hyperparameter; none is a value."""


def _names(models: Sequence[RankedModel]) -> list[str]:
    tuned = (name for model in models for name in sorted(model.hyperparameters))
    return list(dict.fromkeys((*_FIXED, *tuned)))


def _value(model: RankedModel, name: str) -> Any:
    if name in _FIXED:
        return str(getattr(model, name))
    return model.hyperparameters.get(name, _MISSING)


def _key(value: Any) -> tuple[str, str]:
    """1 and 1.0 are one value, 1 and true are two."""
    return ("number", repr(float(value))) if _is_number(value) else (type(value).__name__, str(value))


def _varies(values: Sequence[Any]) -> bool:
    """Whether models that have it differ in it."""
    return len({_key(value) for value in values if value is not _MISSING}) > 1


def _present(values: Sequence[Any]) -> int:
    return sum(value is not _MISSING for value in values)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _axis(name: str, values: Sequence[Any]) -> Axis:
    """Numbers where they lie, by factors where they span orders; names by their order; what is no number below."""
    numbers = [float(value) for value in values if _is_number(value)]
    others = sorted({_words(value) for value in values if not _is_number(value)})
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 0.0)
    by_factors = low > 0 and high / low >= _ORDERS

    def place(number: float) -> float:
        return log10(number) if by_factors else number

    span = place(high) - place(low) if numbers else 0.0
    step = (span or 1.0) / 6
    bottom = place(low) if numbers else step
    below = {words: bottom - step * (i + 1) for i, words in enumerate(reversed(others))}
    places = [place(float(value)) if _is_number(value) else below[_words(value)] for value in values]
    marks = np.unique(numbers)
    if len(marks) > _TICKS // 2:
        marks = np.unique(np.quantile(numbers, [0, 0.25, 0.5, 0.75, 1], method="nearest"))
    ticks = {below[words]: words for words in others[-_TICKS:]} | {place(float(x)): f"{x:.3g}" for x in marks}
    return Axis(name, np.array(places), ticks)


def _words(value: Any) -> str:
    return "–" if value is _MISSING else value_words(value)
