"""Colours, the bare layout of every figure, and thinning. Axes and fonts follow Streamlit's light or dark theme."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

OKABE_ITO: tuple[str, ...] = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
"""Safe for colour-blind readers, and legible on white and on dark grey."""

GREY = "#888888"
"""Reference lines and joins: visible on both backgrounds, louder than neither."""

POINTS = 500
"""A thinned curve keeps at most this many points."""


def colours_of(model_ids: Sequence[int]) -> dict[int, str]:
    """One colour for each model, by order of appearance, so that it keeps its colour on every chart of a page."""
    return {model_id: OKABE_ITO[i % len(OKABE_ITO)] for i, model_id in enumerate(dict.fromkeys(model_ids))}


def faded(colour: str, alpha: float) -> str:
    """A hex colour as rgba with this opacity (0 to 1)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def bare(title: str, x: str = "", y: str = "", height: int = 340) -> go.Figure:
    """A figure with a title, axis titles and thin margins, and no data yet."""
    figure = go.Figure()
    figure.update_layout(
        title={"text": title, "x": 0, "xanchor": "left"},
        margin={"l": 8, "r": 8, "t": 44, "b": 8},
        height=height,
        legend={"orientation": "h", "yanchor": "top", "y": -0.28, "x": 0},
    )
    figure.update_xaxes(title_text=x, automargin=True)
    figure.update_yaxes(title_text=y, automargin=True)
    return figure


def empty(title: str, why: str) -> go.Figure:
    """A titled figure without data that says why there is none."""
    figure = bare(title, height=220)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(text=why, showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper", font={"color": GREY})
    return figure


def thinned(x: np.ndarray, y: np.ndarray, limit: int = POINTS) -> tuple[np.ndarray, np.ndarray]:
    """The same curve in at most `limit` points: its ends, and corners at equal steps along its length.

    Inner points of straight stretches go first, which changes nothing. On a curve of length L (in units of the axes'
    ranges) no point that then goes lies further than L/limit from a point that stays.
    """
    keep = _corners(x, y)
    x, y = x[keep], y[keep]
    if len(x) <= limit:
        return x, y
    walked = np.concatenate([[0.0], np.cumsum(np.hypot(_scaled(np.diff(x), x), _scaled(np.diff(y), y)))])
    steps = np.linspace(0.0, walked[-1], limit)
    picked = np.unique(np.searchsorted(walked, steps).clip(0, len(x) - 1))
    return x[picked], y[picked]


def _corners(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    if len(x) < 3:
        return np.ones(len(x), dtype=bool)
    dx, dy = np.diff(x), np.diff(y)
    turn = dx[:-1] * dy[1:] - dx[1:] * dy[:-1]
    return np.concatenate([[True], np.abs(turn) > 1e-15, [True]])


def _scaled(steps: np.ndarray, values: np.ndarray) -> np.ndarray:
    span = float(np.ptp(values))
    return steps / span if span else steps
