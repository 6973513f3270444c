"""Regression: answers against truths, and what is left over."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from mms.charts.theme import GREY, bare, empty, faded

DOTS = 1500
"""At most this many dots are drawn: evenly spaced rows, so that every fold keeps its share."""


@dataclass(frozen=True, slots=True)
class ResidualInfo:
    """truth, value: (n,) float, all rows. mean_error: mean of value - truth; mae: mean of its size."""

    model_id: int
    name: str
    truth: np.ndarray
    value: np.ndarray
    mean_error: float
    mae: float


def residuals_of(model_id: int, name: str, truth: np.ndarray, value: np.ndarray) -> ResidualInfo | None:
    """The errors in numbers; None without rows."""
    if not len(truth):
        return None
    error = value - truth
    return ResidualInfo(model_id, name, truth, value, float(error.mean()), float(np.abs(error).mean()))


def words(info: ResidualInfo | None) -> str:
    """The finding in one sentence."""
    if info is None:
        return "There are no answered rows to compare."
    side = "high" if info.mean_error > 0 else "low"
    return (
        f"{info.name} is off by {info.mae:,.3g} on average, "
        f"and its answers are {abs(info.mean_error):,.3g} too {side} overall."
    )


def figure(info: ResidualInfo | None, colour: str) -> go.Figure:
    """Answers against truths, with the line on which they agree."""
    if info is None:
        return empty("Answered against true", words(info))
    truth, value = _dots(info)
    drawn = bare("Answered against true", "true", "answered")
    ends = [float(min(truth.min(), value.min())), float(max(truth.max(), value.max()))]
    drawn.add_scatter(x=ends, y=ends, mode="lines", name="right", line={"color": GREY, "dash": "dot"})
    drawn.add_scatter(x=truth, y=value, mode="markers", name=info.name, marker=_marker(colour))
    return drawn


def residual_figure(info: ResidualInfo | None, colour: str) -> go.Figure:
    """Errors against answers: a shape here is something the model did not learn."""
    if info is None:
        return empty("Errors", words(info))
    truth, value = _dots(info)
    drawn = bare("Errors", "answered", "answered - true")
    drawn.add_scatter(x=value, y=value - truth, mode="markers", name=info.name, marker=_marker(colour))
    drawn.add_hline(y=0, line={"color": GREY, "dash": "dot"})
    return drawn


def _dots(info: ResidualInfo) -> tuple[np.ndarray, np.ndarray]:
    at = np.unique(np.linspace(0, len(info.truth) - 1, min(DOTS, len(info.truth))).astype(int))
    return info.truth[at], info.value[at]


def _marker(colour: str) -> dict[str, object]:
    return {"color": faded(colour, 0.55), "size": 6}
