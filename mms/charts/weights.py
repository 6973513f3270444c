"""What columns weigh in several models: a row of dots a column, a colour a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.theme import GREY, as_written, bare, empty

SHOWN = 20
"""Columns drawn, those that weigh most in any of the models."""


@dataclass(frozen=True, slots=True)
class ModelWeights:
    """One model: column -> (weight, its spread over the folds), in the unit of the picture."""

    model_id: int
    name: str
    by_column: Mapping[str, tuple[float, float]]


def shares_of(model_id: int, name: str, table: pd.DataFrame) -> ModelWeights:
    """Of the table "features" of the diagnostic importances: shares of all weight, since scales differ by algorithm."""
    total = float(table["mean"].abs().sum()) or 1.0
    pairs = zip(table["feature"], table["mean"].abs() / total, table["sd"].fillna(0.0) / total, strict=True)
    return ModelWeights(model_id, name, {feature: (float(mean), float(sd)) for feature, mean, sd in pairs})


def losses_of(model_id: int, name: str, table: pd.DataFrame, metric: str) -> ModelWeights:
    """Of the table "columns" of the diagnostic permutation importance: what the metric lost; one unit for all."""
    own = table[table["metric"] == metric]
    pairs = zip(own["column"], own["drop"], own["sd"].fillna(0.0), strict=True)
    return ModelWeights(model_id, name, {column: (float(drop), float(sd)) for column, drop, sd in pairs})


def words(models: Sequence[ModelWeights]) -> str:
    """The finding in one sentence: who looks at the same first, and who does not."""
    told = [model for model in models if model.by_column]
    if not told:
        return "None of these models tells weights."
    first = {model.name: _heaviest(model) for model in told}
    same = set(first.values())
    if len(same) == 1:
        return f"{same.pop()} weighs most in {'all ' if len(told) > 1 else ''}{len(told)} of {len(models)} models."
    return "; ".join(f"{column} weighs most in {name}" for name, column in list(first.items())[:4]) + "."


def figure(models: Sequence[ModelWeights], colours: Mapping[int, str], what: str) -> go.Figure:
    """Dots with whiskers, the column that weighs most on top. what: the axis."""
    columns = _shown(models)
    if not columns:
        return empty("What columns weigh", words(models))
    drawn = bare("What columns weigh", what, height=150 + 26 * len(columns))
    symbols = ("circle", "diamond", "square", "triangle-up", "x")
    for i, model in enumerate(models):
        own = [column for column in columns if column in model.by_column]
        if not own:
            continue
        weights, spreads = zip(*(model.by_column[column] for column in own), strict=True)
        colour = colours[model.model_id]
        drawn.add_scatter(
            x=weights, y=[as_written(column) for column in own], mode="markers", name=model.name,
            error_x={"type": "data", "array": spreads, "color": colour, "thickness": 1},
            marker={"color": colour, "size": 9, "symbol": symbols[i // 6 % len(symbols)]},
            hovertemplate="%{y}: %{x:.4g}<extra>" + model.name + "</extra>",
        )  # fmt: skip
    drawn.update_yaxes(
        type="category", categoryorder="array", categoryarray=[as_written(column) for column in columns[::-1]]
    )
    drawn.add_vline(x=0, line={"color": GREY, "width": 1})
    return drawn


def _heaviest(model: ModelWeights) -> str:
    return max(model.by_column, key=lambda column: abs(model.by_column[column][0]))


def _shown(models: Sequence[ModelWeights]) -> list[str]:
    heaviest: dict[str, float] = {}
    for model in models:
        for column, (weight, _) in model.by_column.items():
            heaviest[column] = max(heaviest.get(column, 0.0), float(np.abs(weight)))
    return sorted(heaviest, key=lambda column: -heaviest[column])[:SHOWN]
