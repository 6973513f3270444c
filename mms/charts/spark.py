"""A spark: a line as small as a word."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mms.charts.theme import OKABE_ITO, bare, empty


def words(values: Sequence[float], label: str) -> str:
    """The finding in one sentence."""
    if not values:
        return f"There is no {label} yet."
    if len(values) == 1:
        return f"{label} is {values[0]:.3f}."
    return f"{label} went from {values[0]:.3f} to {values[-1]:.3f} over {len(values)} periods."


def figure(values: Sequence[float], label: str, colour: str = OKABE_ITO[0]) -> go.Figure:
    """Values in time order, without axes."""
    if not values:
        return empty(label, words(values, label))
    drawn = bare("", height=64)
    drawn.add_scatter(y=list(values), mode="lines", name=label, line={"color": colour, "width": 2})
    drawn.update_layout(showlegend=False, margin={"l": 0, "r": 0, "t": 4, "b": 4})
    drawn.update_xaxes(visible=False)
    drawn.update_yaxes(visible=False)
    return drawn
