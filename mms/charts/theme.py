"""Colours, lines and the bare layout of every figure. Axes and fonts follow Streamlit's light or dark theme."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

OKABE_ITO: tuple[str, ...] = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
"""Safe for colour-blind readers, and legible on white and on dark grey."""

GREY = "#888888"
"""Reference lines and joins: visible on both backgrounds, louder than neither."""

POINTS = 2_000
"""No chart sends more."""

MARGIN = {"l": 8, "r": 8, "t": 44, "b": 8}
"""Thin: the axes make room for their own words."""

DASHES = ("solid", "dash", "dot", "dashdot")
"""How lines of equal colour are told apart."""


def colours_of(model_ids: Sequence[int]) -> dict[int, str]:
    """One colour for each model, by order of appearance, so that it keeps its colour on every chart of a page."""
    return {model_id: OKABE_ITO[i % len(OKABE_ITO)] for i, model_id in enumerate(dict.fromkeys(model_ids))}


def faded(colour: str, alpha: float) -> str:
    """A hex colour as rgba with this opacity (0 to 1)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def as_written(text: str) -> str:
    """The text as it is: Plotly takes tags for marks and for links, and a column or a class may bear any name."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def bare(title: str, x: str = "", y: str = "", height: int = 340) -> go.Figure:
    """A figure with a title, axis titles and thin margins, and no data yet."""
    figure = go.Figure()
    figure.update_layout(
        title={"text": as_written(title), "x": 0, "xanchor": "left"},
        margin=MARGIN,
        height=height,
        legend={"orientation": "h", "yanchor": "top", "y": -0.28, "x": 0},
    )
    figure.update_xaxes(title_text=as_written(x), automargin=True)
    figure.update_yaxes(title_text=as_written(y), automargin=True)
    return figure


def empty(title: str, why: str) -> go.Figure:
    """A titled figure without data that says why there is none."""
    figure = bare(title, height=220)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(
        text=as_written(why), showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper", font={"color": GREY}
    )
    return figure


def dash_of(model_id: int, colours: Mapping[int, str]) -> str:
    """Solid for the first six models; the next six have the same colours, dashed, and so on: no two look alike."""
    return DASHES[list(colours).index(model_id) // len(OKABE_ITO) % len(DASHES)]


def evenly(count: int, limit: int) -> np.ndarray:
    """Positions of at most `limit` of `count` things, at equal steps, both ends among them."""
    return np.unique(np.linspace(0, count - 1, min(count, max(2, limit))).astype(int)) if count else np.arange(0)
