"""Curves with the band of their folds, of one model or of many in one picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.theme import POINTS, dash_of, evenly, faded

BANDS = 3
"""Bands of more models than this would hide one another."""

_BAND = 2 * 101
"""Points of a band."""

DOTS = 400
"""Points of a chart that show when they are chosen: each is a shape of its own, seen or not, and slow to draw."""

_LINE = 20
"""Pixels of a line of a legend."""

NAMED = 3
"""A sentence names this many other models; of more it tells the range."""


@dataclass(frozen=True, slots=True)
class Curve:
    """x, y: (n,) over all rows. grid, low, high: (m,) mean of the folds' curves ± one standard deviation.

    picks: (n,) what a click on a point asks for, its threshold or its share of the rows; none where there is no click.
    """

    x: np.ndarray
    y: np.ndarray
    grid: np.ndarray
    low: np.ndarray
    high: np.ndarray
    picks: np.ndarray | None = None


class Named(Protocol):
    """What has a name."""

    @property
    def name(self) -> str:
        """For people."""


_N = TypeVar("_N", bound=Named)


def curve_of(
    tables: Mapping[str, pd.DataFrame],
    x: str,
    y: str,
    table: str = "curve",
    band: str = "band",
    picks: str = "threshold",
) -> Curve:
    """The columns x and y of a diagnostic's curve, its band over x, and the column that its points ask for."""
    lines, bands = tables[table], tables[band]
    columns = (lines[x], lines[y], bands[x], bands["low"], bands["high"], lines[picks])
    return Curve(*(column.to_numpy(float) for column in columns))


def add_curves(drawn: go.Figure, curves: Mapping[int, tuple[str, Curve]], colours: Mapping[int, str]) -> None:
    """Lines by model id with their labels; bands where there are few. Together they leave room for a reference line."""
    if len(curves) <= BANDS:
        for k, (i, (_, curve)) in enumerate(curves.items()):
            add_band(drawn, curve, colours[i], "folds ± 1 sd", legend=k == 0)
    bands = len(curves) if len(curves) <= BANDS else 0
    room = (POINTS - 10 - bands * _BAND) // max(1, len(curves))
    for i, (label, curve) in curves.items():
        at, line = evenly(len(curve.x), room), {"color": colours[i], "width": 2, "dash": dash_of(i, colours)}
        told = "%{x:.3f}, %{y:.3f}<extra>" + label + "</extra>"
        drawn.add_scatter(x=curve.x[at], y=curve.y[at], mode="lines", name=label, line=line, hovertemplate=told)
        if curve.picks is not None:
            drawn.data[-1].update(pickable(i, curve.picks[at], colours[i], DOTS // len(curves)))
    if len(curves) > 1:  # a legend of many gets room of its own below the axis: a row for each, at any width
        room = _LINE * (len(curves) + 1 + bool(bands))
        legend = {"orientation": "v", "yref": "container", "yanchor": "bottom", "y": 0, "maxheight": 1}
        drawn.update_layout(height=drawn.layout.height + room, margin={"l": 60, "b": room + 2 * _LINE}, legend=legend)
        drawn.update_xaxes(automargin=False)  # a chart that measures its own words is drawn twice
        drawn.update_yaxes(automargin=False)


def add_band(drawn: go.Figure, curve: Curve, colour: str, name: str, *, legend: bool = True) -> None:
    """The space between low and high."""
    quiet = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    drawn.add_scatter(x=curve.grid, y=curve.high, showlegend=False, **quiet)
    filled = {"fill": "tonexty", "fillcolor": faded(colour, 0.18)}
    drawn.add_scatter(x=curve.grid, y=curve.low, name=name, showlegend=legend, **filled, **quiet)


def pickable(model_id: int, picks: np.ndarray, colour: str, dots: int) -> dict[str, Any]:
    """What makes points of a line selectable: the model, what each asks for, and dots that show when chosen."""
    return {
        "mode": "lines+markers",
        "meta": model_id,
        "customdata": picks,
        "marker": {"color": colour, "size": 8, "opacity": 0, "maxdisplayed": dots},
        "selected": {"marker": {"opacity": 1, "size": 10}},
        "unselected": {"marker": {"opacity": 0}},
    }


def best_first(infos: Sequence[_N], values: Sequence[float]) -> tuple[_N, str]:
    """The one of the greatest value, and the others in words: '; v2 tree 0.712', or their range where they are many."""
    ranked = sorted(zip(values, range(len(infos)), strict=True), key=lambda pair: (-pair[0], pair[1]))
    best, others = infos[ranked[0][1]], ranked[1:]
    if len(others) > NAMED:
        return best, f"; {len(others)} others {others[-1][0]:.3f} to {others[0][0]:.3f}"
    named = ", ".join(f"{infos[i].name} {value:.3f}" for value, i in others)
    return best, f"; {named}" if named else ""
