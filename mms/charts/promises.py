"""Realised less promised: what came true beside what a model's answers promised, period by period."""

from dataclasses import dataclass
from datetime import datetime

import plotly.graph_objects as go

from mms.charts.theme import GREY, bare, empty, faded
from mms.domain.promises import Promises
from mms.domain.scores import METRICS

_WORSE = "#D55E00"


@dataclass(frozen=True, slots=True)
class GapsInfo:
    """By period: the gap, and the band in which it lies without concept drift; natural units. finding: in words."""

    label: str
    periods: tuple[datetime, ...]
    gaps: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    worse: tuple[bool, ...]
    finding: str


def gaps_of(promises: Promises) -> GapsInfo:
    """What is drawn of promises."""
    gaps = [gap for gap in promises.gaps if gap.promised.low is not None and gap.promised.high is not None]
    return GapsInfo(
        METRICS[promises.metric].label,
        tuple(gap.period for gap in gaps),
        tuple(gap.amount for gap in gaps),
        tuple((gap.promised.low or 0.0) - gap.promised.value for gap in gaps),
        tuple((gap.promised.high or 0.0) - gap.promised.value for gap in gaps),
        tuple(gap.is_worse(promises.metric) for gap in gaps),
        promises.sentence,
    )


def words(info: GapsInfo) -> str:
    """The finding in words."""
    return info.finding


def figure(info: GapsInfo) -> go.Figure:
    """Dots about zero with the band shaded; those beyond it on the worse side are triangles."""
    title = f"{info.label}, realised less promised"
    if not info.periods:
        return empty(title, "no period with all its labels yet")
    drawn = bare(title, "", "realised less promised")
    for values, fill in ((info.high, None), (info.low, "tonexty")):
        drawn.add_scatter(
            x=info.periods, y=values, mode="lines", line={"width": 0}, fill=fill, fillcolor=faded(GREY, 0.2),
            hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    drawn.add_hline(y=0, line={"color": GREY, "width": 1})
    for is_worse, name, symbol in (
        (False, "not worse than promised", "circle"),
        (True, "worse than promised", "triangle-down"),
    ):
        chosen = [i for i, worse in enumerate(info.worse) if worse is is_worse]
        if chosen:
            drawn.add_scatter(
                x=[info.periods[i] for i in chosen], y=[info.gaps[i] for i in chosen], mode="markers", name=name,
                marker={"size": 9, "symbol": symbol, "color": _WORSE if is_worse else GREY},
                hovertemplate="%{x|%d %b %Y}: %{y:+.3f}<extra>" + name + "</extra>",
            )  # fmt: skip
    return drawn
