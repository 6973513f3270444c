"""A metric by the age of each version, all over one another: how long a model of this kind keeps its score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from mms.charts.theme import bare, dash_of, empty, faded
from mms.domain.buckets import Estimate
from mms.domain.scores import METRICS


@dataclass(frozen=True, slots=True)
class Aged:
    """One step of a version's age, which begins at `age` days."""

    age: int
    estimate: Estimate
    n: int
    labelled: int
    mature: bool


@dataclass(frozen=True, slots=True)
class AgeInfo:
    """All the chart shows. lines: model id -> (name, its steps), in the order of the legend. step: days."""

    metric: str
    step: int
    lines: Mapping[int, tuple[str, tuple[Aged, ...]]]


def words(info: AgeInfo) -> str:
    """How the score of a version changes with its age: its first step against its last, on average."""
    label = METRICS[info.metric].label
    both = []
    for _, points in info.lines.values():
        judged = [point for point in points if point.mature]
        if len(judged) > 1:
            both.append(judged)
    if not both:
        return "No version has answered long enough, with its labels known, to see it age."
    start = sum(points[0].estimate.value for points in both) / len(both)
    end = sum(points[-1].estimate.value for points in both) / len(both)
    oldest = max(points[-1].age for points in both) + info.step
    first = min(points[0].age for points in both)
    values = f"{start:.3f} {f'from {first} days on' if first else 'when new'} and {end:.3f} at last"
    if len(both) == 1:
        (name,) = (name for name, points in info.lines.values() if sum(point.mature for point in points) > 1)
        return f"{label} of {name}, the only version that answered long enough, was {values}, {oldest} days old."
    return f"{label} of {len(both)} versions was, on average, {values}, up to {oldest} days old."


def figure(info: AgeInfo, colours: Mapping[int, str]) -> go.Figure:
    """One line a version, days since it was built to the right; ● mature, ○ not yet."""
    if not any(points for _, points in info.lines.values()):
        return empty("By age", words(info))
    drawn = bare("", x="days since the model was built", y=METRICS[info.metric].label, height=420)
    for model_id, (name, points) in info.lines.items():
        if points:
            _line(drawn, points, name, (colours[model_id], dash_of(model_id, colours)), info.step)
    return drawn


def _line(drawn: go.Figure, points: Sequence[Aged], name: str, look: tuple[str, str], step: int) -> None:
    colour, dash = look
    group: dict[str, Any] = {"legendgroup": name}
    banded = [p for p in points if p.estimate.low is not None]
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    at = [p.age + step / 2 for p in banded]
    drawn.add_scatter(x=at, y=[p.estimate.high for p in banded], **edge, **group)
    fill = {"fill": "tonexty", "fillcolor": faded(colour, 0.1)}
    drawn.add_scatter(x=at, y=[p.estimate.low for p in banded], **fill, **edge, **group)
    drawn.add_scatter(
        x=[p.age + step / 2 for p in points], y=[p.estimate.value for p in points], mode="lines+markers", name=name,
        line={"color": colour, "width": 2, "dash": dash}, text=[_hover(p, step) for p in points],
        marker={"color": colour, "size": 7, "symbol": ["circle" if p.mature else "circle-open" for p in points]},
        hovertemplate="%{text}<extra>" + name + "</extra>", **group,
    )  # fmt: skip


def _hover(point: Aged, step: int) -> str:
    e = point.estimate
    band = "" if e.low is None or e.high is None else f" ({e.low:.3f} to {e.high:.3f})"
    return (
        f"{point.age} to {point.age + step} days: {e.value:.3f}{band}<br>{point.labelled:,} of {point.n:,} labels known"
    )
