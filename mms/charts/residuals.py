"""Regression: answers against truths, and what is left over, coloured by fold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.theme import GREY, bare, empty

_SCALE = "Cividis"
"""Folds from first to last: even in lightness, and the same to colour-blind readers."""


@dataclass(frozen=True, slots=True)
class ResidualInfo:
    """Some rows as points, and what all rows say. rows: places in the snapshot; folds, truth, value: (n,).

    facts: n, mean_error, mae, rmse, r2, q05 .. q95 of value - truth. fold_mae: fold -> mean size of its errors.
    """

    name: str
    rows: np.ndarray
    folds: np.ndarray
    truth: np.ndarray
    value: np.ndarray
    facts: Mapping[str, float]
    fold_mae: Mapping[int, float]


def residuals_of(name: str, tables: Mapping[str, pd.DataFrame]) -> ResidualInfo | None:
    """Of the tables of the diagnostic residuals; None without rows."""
    points, folds = tables["points"], tables["folds"]
    if points.empty:
        return None
    return ResidualInfo(
        name,
        points["row"].to_numpy(int),
        points["fold"].to_numpy(int),
        points["truth"].to_numpy(float),
        points["value"].to_numpy(float),
        {str(name): float(value) for name, value in tables["facts"].iloc[0].items()},
        dict(zip(folds["fold"].tolist(), folds["mae"].tolist(), strict=True)),
    )


def words(info: ResidualInfo | None) -> str:
    """The finding in exact numbers, over all rows."""
    if info is None:
        return "There are no answered rows to compare."
    facts = info.facts
    side = "high" if facts["mean_error"] > 0 else "low"
    explained = "" if np.isnan(facts["r2"]) else f" R² is {facts['r2']:.3f}."
    worst = max(info.fold_mae, key=lambda fold: info.fold_mae[fold])
    return (
        f"{info.name} is off by {facts['mae']:,.3g} on average over {facts['n']:,.0f} rows, and its answers are "
        f"{abs(facts['mean_error']):,.3g} too {side} overall; nine of ten errors lie between {facts['q05']:,.3g} and "
        f"{facts['q95']:,.3g}.{explained} Fold {worst + 1} is answered worst (off by {info.fold_mae[worst]:,.3g})."
    )


def figure(info: ResidualInfo | None) -> go.Figure:
    """Answers against truths, with the line on which they agree."""
    if info is None:
        return empty("Answered against true", words(info))
    drawn = bare("Answered against true", "true", "answered")
    ends = [float(min(info.truth.min(), info.value.min())), float(max(info.truth.max(), info.value.max()))]
    drawn.add_scatter(x=ends, y=ends, mode="lines", name="right", line={"color": GREY, "dash": "dot"})
    return _dots(drawn, info, info.truth, info.value)


def residual_figure(info: ResidualInfo | None) -> go.Figure:
    """Errors against answers: a shape here is something the model did not learn."""
    if info is None:
        return empty("Errors", words(info))
    drawn = bare("Errors", "answered", "answered - true")
    drawn.add_hline(y=0, line={"color": GREY, "dash": "dot"})
    return _dots(drawn, info, info.value, info.value - info.truth)


def _dots(drawn: go.Figure, info: ResidualInfo, x: np.ndarray, y: np.ndarray) -> go.Figure:
    marker = {
        "color": info.folds + 1, "colorscale": _SCALE, "size": 6, "opacity": 0.7,
        "colorbar": {"title": {"text": "fold"}, "thickness": 10},
    }  # fmt: skip
    drawn.add_scatter(
        x=x, y=y, mode="markers", name=info.name, marker=marker, customdata=info.rows, showlegend=False,
        text=info.folds + 1, hovertemplate="row %{customdata}, fold %{text}<br>%{x:.4g}, %{y:.4g}<extra></extra>",
    )  # fmt: skip
    return drawn
