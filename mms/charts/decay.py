"""Decay: a metric by period with its band, what it is judged by, labels known, their delay, and what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go

from mms.charts.theme import DASHES, GREY, MARGIN, dash_of, empty, faded
from mms.domain.buckets import Estimate
from mms.domain.decay import DecayPoint, Grain
from mms.domain.scores import METRICS

AT_PROMOTION = "at promotion (newest rows)"

WORSE = "#D55E00"

_FEW = 60
"""So many points of a line are each a large dot."""

_MANY = 200
"""More points than so many are drawn as lines alone."""

_SPACE = 0.05
"""Between rows, as a share of the height."""

_WORDS = {Grain.HOUR: "%-d %B %Y, %H:00", Grain.DAY: "%-d %B %Y"}
"""The words of a period, as the browser writes them of its middle."""

MARKS: Mapping[str, tuple[str, str, str]] = {
    "promotion": ("promotion", "diamond", "#009E73"),
    "retraining": ("retraining launched", "square", "#56B4E9"),
    "firing": ("trigger fired", "triangle-up", WORSE),
}
"""Name, symbol and colour of each kind of mark."""


@dataclass(frozen=True, slots=True)
class Line:
    """A rule without a model: (period, value) in natural units, in time order."""

    name: str
    values: tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, slots=True)
class DecayPanel:
    """One metric, natural units. reference: the champion's on its newest rows; estimated: points without labels."""

    metric: str
    points: tuple[DecayPoint, ...]
    reference: Estimate | None
    estimated: tuple[DecayPoint, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened: kind is one of MARKS."""

    at: datetime
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class DecayInfo:
    """All the chart shows. names: model id -> name, in the order in which the legend names them.

    onset: since when errors rose, where that is known.
    """

    panels: tuple[DecayPanel, ...]
    names: Mapping[int, str]
    marks: tuple[Mark, ...] = ()
    onset: datetime | None = None

    @property
    def drawable(self) -> bool:
        """Whether any period of any metric has an estimate, of labels or without."""
        return any(point.estimate for panel in self.panels for point in (*panel.points, *panel.estimated))


def middle(point: DecayPoint) -> datetime:
    """Where a period's point stands, so that what happened early in it lies left of it."""
    return _middle(point.period, point.grain)


@lru_cache(maxsize=4_096)
def _middle(period: datetime, grain: Grain) -> datetime:
    """Asked for by every trace of a chart."""
    return period + (grain.next_of(period) - period) / 2


def relabelled(point: DecayPoint, line: int) -> DecayPoint:
    """The point as one of another line than its model's: of a segment, say."""
    return replace(point, model_id=line)


def coverage_of(points: Sequence[DecayPoint]) -> dict[datetime, float]:
    """Share of all models' predictions of each period whose truth is known, 0 to 1, in time order."""
    counts: dict[datetime, tuple[int, int]] = {}
    for point in points:
        n, labelled = counts.get(point.period, (0, 0))
        counts[point.period] = (n + point.n, labelled + point.labelled)
    return {period: labelled / n for period, (n, labelled) in sorted(counts.items()) if n}


def words(info: DecayInfo) -> str:
    """The finding in one sentence: the first metric of the model that answered last, from start to end."""
    points = [p for p in info.panels[0].points if p.estimate] if info.panels else []
    if not points:
        return "No period has labels yet."
    label = METRICS[info.panels[0].metric].label
    newest = max(points, key=lambda p: p.period)
    first = min((p for p in points if p.model_id == newest.model_id), key=lambda p: p.period)
    assert first.estimate
    assert newest.estimate
    name = info.names.get(newest.model_id, f"model {newest.model_id}")
    share = f"{newest.coverage:.0%} of its labels are known"
    if first is newest:
        return f"{label} of {name} was {newest.estimate.value:.3f} in {newest.words}; {share}."
    return (
        f"{label} of {name} went from {first.estimate.value:.3f} in {first.words} "
        f"to {newest.estimate.value:.3f} in {newest.words}; {share}."
    )


def figure(info: DecayInfo, colours: Mapping[int, str]) -> go.Figure:
    """Panels above one another, labels known and their delay below; ● mature, ○ not yet, dotted: estimated.

    It is put together as plain records and checked once: each `add_trace` on a figure costs more than drawing it.
    """
    if not info.drawable:
        return empty("Decay", words(info))
    count = len(info.panels)
    drawn = _Drawn(_layout(count))
    for row, panel in enumerate(info.panels, start=1):
        _panel(drawn, panel, row, info, colours)
    _coverage(drawn, info.panels[0].points, count + 1)
    _marks(drawn, info.marks, count + 1)
    _delays(drawn, info.panels[0].points, count + 2)
    if info.onset is not None:
        edge = {"color": WORSE, "width": 1, "dash": "dashdot"}
        drawn.shapes.append({"x0": info.onset, "x1": info.onset, "y0": 0, "y1": 1, "yref": "paper", "line": edge})
        _onset_words(drawn, info, info.onset)
    return go.Figure(
        {"data": drawn.traces, "layout": drawn.layout | {"shapes": drawn.shapes, "annotations": drawn.notes}}
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A figure in the making."""

    layout: dict[str, Any]
    traces: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: int, **trace: Any) -> None:
        """A trace of a row, a scatter where it says nothing else."""
        self.traces.append({"type": "scatter", "xaxis": "x", "yaxis": _y(row)} | trace)

    def axis(self, row: int, **more: Any) -> None:
        """How a row's values are told."""
        self.layout[_y(row).replace("y", "yaxis")].update(more)


def _y(row: int) -> str:
    return "y" if row == 1 else f"y{row}"


def _layout(panels: int) -> dict[str, Any]:
    """Rows of one time axis, the panels highest."""
    heights = [1.0] * panels + [0.45, 0.4]
    share = (1 - _SPACE * (len(heights) - 1)) / sum(heights)
    layout: dict[str, Any] = {}
    top = 1.0
    for row, height in enumerate(heights, start=1):
        low = max(0.0, top - height * share)
        layout[_y(row).replace("y", "yaxis")] = {"anchor": "x", "domain": [low, top], "automargin": False}
        top = low - _SPACE
    return layout | {
        "xaxis": {"type": "date", "anchor": _y(len(heights)), "automargin": False},
        "margin": MARGIN | {"l": 64, "b": 28},  # fixed: a chart that measures its own words is drawn twice
        "height": 230 * panels + 250,
        "bargap": 0.35,
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        "dragmode": "select",  # periods are brushed; zooming is in the tool bar
        "selectdirection": "h",
    }


def _panel(drawn: _Drawn, panel: DecayPanel, row: int, info: DecayInfo, colours: Mapping[int, str]) -> None:
    for i, line in enumerate(panel.lines):
        drawn.add(
            row, x=_times([at for at, _ in _in_the_middle(line, panel.points)]),
            y=np.array([value for _, value in line.values]), mode="lines", name=line.name, showlegend=row == 1,
            legendgroup=line.name, line={"color": GREY, "width": 1.5, "dash": DASHES[2 - i]},
            hovertemplate="%{y:.3f}<extra>" + line.name + "</extra>",
        )  # fmt: skip
    for model_id, name in info.names.items():
        points = [p for p in panel.points if p.model_id == model_id and p.estimate]
        if points:
            _line(drawn, points, row, name, (colours[model_id], dash_of(model_id, colours)))
        estimated = [p for p in panel.estimated if p.model_id == model_id and p.estimate]
        if estimated:
            _estimated(drawn, estimated, row, name, colours[model_id])
    drawn.axis(row, title={"text": METRICS[panel.metric].label})
    if panel.reference:
        _reference(drawn, panel.reference, row)


def _reference(drawn: _Drawn, reference: Estimate, row: int) -> None:
    across = {"xref": "x domain", "yref": _y(row), "x0": 0, "x1": 1}
    value, grey = reference.value, {"color": GREY}
    drawn.shapes.append({**across, "type": "line", "y0": value, "y1": value, "line": {"color": GREY, "dash": "dot"}})
    drawn.notes.append(
        {"xref": "x domain", "x": 1, "xanchor": "right", "yref": _y(row), "y": value, "yanchor": "bottom",
         "text": f"{value:.3f} {AT_PROMOTION}", "showarrow": False, "font": grey}
    )  # fmt: skip
    if reference.low is not None and reference.high is not None:
        drawn.shapes.append(
            {**across, "type": "rect", "y0": reference.low, "y1": reference.high, "layer": "below",
             "fillcolor": faded(GREY, 0.12), "line": {"width": 0}}
        )  # fmt: skip


def _onset_words(drawn: _Drawn, info: DecayInfo, onset: datetime) -> None:
    """Below the first panel, where no line and no other words are, towards the side that has more room."""
    told = [point.period for point in info.panels[0].points]
    late = onset - min(told) > max(told) - onset
    drawn.notes.append(
        {"x": onset, "y": drawn.layout["yaxis"]["domain"][0], "yref": "paper", "text": "decay began here",
         "xanchor": "right" if late else "left", "yanchor": "top", "showarrow": False, "font": {"color": WORSE}}
    )  # fmt: skip


def _in_the_middle(line: Line, points: Sequence[DecayPoint]) -> list[tuple[datetime, float]]:
    places = {point.period: middle(point) for point in points}
    return [(places.get(at, at), value) for at, value in line.values]


def _times(moments: Sequence[datetime]) -> np.ndarray:
    """(N,) milliseconds since 1970, as the browser counts them: numbers travel packed, dates as so many words."""
    return np.array([1000 * moment.timestamp() for moment in moments])


def _band(drawn: _Drawn, points: Sequence[DecayPoint], colour: str, row: int, group: str, alpha: float) -> None:
    banded = [(middle(p), p.estimate) for p in points if p.estimate and p.estimate.low is not None]
    if not banded:
        return
    at = _times([moment for moment, _ in banded])
    high, low = (np.array([getattr(e, end) for _, e in banded], np.float64) for end in ("high", "low"))
    drawn.add(
        row, x=np.concatenate([at, at[::-1]]), y=np.concatenate([high, low[::-1]]), mode="lines", line={"width": 0},
        fill="toself", fillcolor=faded(colour, alpha), hoverinfo="skip", showlegend=False, legendgroup=group,
    )  # fmt: skip


def _line(drawn: _Drawn, points: Sequence[DecayPoint], row: int, name: str, look: tuple[str, str]) -> None:
    """The band, the dashed line of what is not mature, the solid line of what is, and a dot for each point.

    Of many points the lines tell what the dots would: each dot is a shape of its own, which the browser is slow to
    draw, and they would lie upon one another.
    """
    colour, dash = look
    many = len(points) > _MANY
    x, mature = _times([middle(p) for p in points]), np.array([p.mature for p in points])
    y = np.array([p.estimate.value for p in points if p.estimate])
    told = {"hovertemplate": "%{text}<extra>" + name + "</extra>", "name": name, "legendgroup": name}
    _band(drawn, points, colour, row, name, 0.15)
    for kind, stroke in ((False, "dash"), (True, dash)):
        values = _where(y, mature, mature_ones=kind)
        if np.isnan(values).all():
            continue
        said: dict[str, Any] = {"legendgroup": name, "showlegend": False, "hoverinfo": "skip"}
        if many and kind and points[0].grain in _WORDS:
            said = told | _numbers(points, name) | {"showlegend": row == 1}
        elif many:
            texts = [_hover(p) if is_drawn else "" for p, is_drawn in zip(points, ~np.isnan(values), strict=True)]
            said = told | {"text": texts, "showlegend": row == 1 and kind}
        line = {"color": colour, "width": 1.5 if many else 2, "dash": stroke}
        drawn.add(row, x=x, y=values, mode="lines", line=line, **said)
    hovers = np.array([] if many else [_hover(p) for p in points])
    size = 9 if len(points) <= _FEW else 5
    kinds = [(kind, symbol) for kind, symbol in ((True, "circle"), (False, "circle-open")) if (mature == kind).any()]
    for i, (kind, symbol) in enumerate(() if many else kinds):  # one symbol a trace: one a point is drawn far slower
        chosen = np.flatnonzero(mature == kind).tolist()
        drawn.add(
            row, x=x[chosen], y=y[chosen], mode="markers", showlegend=row == 1 and i == 0, text=hovers[chosen],
            customdata=np.array([points[at].period.isoformat() for at in chosen]),
            marker={"color": colour, "size": size, "symbol": symbol, "line": {"color": colour, "width": 2}}, **told,
        )  # fmt: skip


def _estimated(drawn: _Drawn, points: Sequence[DecayPoint], row: int, name: str, colour: str) -> None:
    """Dotted: what is expected of a model whose labels are not known; nothing is drawn between periods apart."""
    group = f"{name}, estimated"
    for i, run in enumerate(_runs(points)):
        _band(drawn, run, colour, row, group, 0.07)
        drawn.add(
            row, x=_times([middle(p) for p in run]), y=np.array([p.estimate.value for p in run if p.estimate]),
            mode="lines+markers", name=f"{name}, estimated without labels", showlegend=row == 1 and i == 0,
            line={"color": colour, "width": 2, "dash": "dot"}, marker={"color": colour, "size": 4}, legendgroup=group,
            hovertemplate="%{y:.3f} expected<extra>" + name + ", estimated</extra>",
        )  # fmt: skip


def _runs(points: Sequence[DecayPoint]) -> list[list[DecayPoint]]:
    """Points of periods that follow one another."""
    found: list[list[DecayPoint]] = []
    for point in points:
        if found and found[-1][-1].grain.next_of(found[-1][-1].period) == point.period:
            found[-1].append(point)
        else:
            found.append([point])
    return found


def _where(values: np.ndarray, mature: np.ndarray, *, mature_ones: bool) -> np.ndarray:
    """(T,) the values, NaN where a stretch is of the other kind; a stretch is mature when both its ends are."""
    stretches = (mature[:-1] & mature[1:]) == mature_ones
    kept: np.ndarray = np.where(np.r_[stretches, False] | np.r_[False, stretches], values, np.nan)
    return kept


def _hover(point: DecayPoint) -> str:
    assert point.estimate
    e = point.estimate
    band = "" if e.low is None or e.high is None else f" ({e.low:.3f} to {e.high:.3f})"
    why = f", not mature: {point.immature_because}" if point.immature_because else ""
    return f"{point.words}: {e.value:.3f}{band}<br>{point.labelled:,} of {point.n:,} labels known{why}"


def _numbers(points: Sequence[DecayPoint], name: str) -> dict[str, Any]:
    """What `_hover` says of mature points, put into words by the browser: numbers travel packed."""
    estimates = [point.estimate for point in points if point.estimate]
    ends = [[np.nan if end is None else end for end in (e.low, e.high)] for e in estimates]
    counts = [[point.labelled, point.n] for point in points]
    band = "" if np.isnan(ends).any() else " (%{customdata[2]:.3f} to %{customdata[3]:.3f})"
    words = f"%{{x|{_WORDS[points[0].grain]}}}: %{{y:.3f}}{band}"
    known = "%{customdata[0]:,} of %{customdata[1]:,} labels known"
    return {"customdata": np.hstack([counts, ends]), "hovertemplate": f"{words}<br>{known}<extra>{name}</extra>"}


def _coverage(drawn: _Drawn, points: Sequence[DecayPoint], row: int) -> None:
    shares, places = coverage_of(points), {point.period: middle(point) for point in points}
    colour = faded(GREY, 0.6)
    steps = {"mode": "lines", "line": {"shape": "hvh", "width": 0}, "fill": "tozeroy", "fillcolor": colour}
    bars = {"type": "bar", "marker": {"color": colour}} if len(shares) <= _FEW else steps  # one shape, not one a day
    drawn.add(
        row, x=_times([places[period] for period in shares]), y=np.array(list(shares.values())), name="labels known",
        showlegend=False, hovertemplate="%{y:.1%} of labels known<extra></extra>", **bars,
    )  # fmt: skip
    drawn.axis(row, title={"text": "labels known"}, range=[0, 1.45], tickvals=[0, 0.5, 1], tickformat=".0%")


def _delays(drawn: _Drawn, points: Sequence[DecayPoint], row: int) -> None:
    """The median delay of labels, and what 9 of 10 took at most; in days where they take days."""
    told = {p.period: (middle(p), p.delay) for p in points if p.delay}
    delays = [told[period] for period in sorted(told)]
    days = any(delay.median >= 48 for _, delay in delays)
    unit, hours = ("days", 24.0) if days else ("hours", 1.0)
    for name, values, dash in (
        ("median delay of labels", [delay.median / hours for _, delay in delays], "solid"),
        ("9 of 10 labels came within", [delay.most / hours for _, delay in delays], "dot"),
    ):
        drawn.add(
            row, x=_times([at for at, _ in delays]), y=np.array(values), name=name, showlegend=False,
            mode="lines+markers" if len(delays) <= _FEW else "lines", marker={"size": 4},
            line={"color": GREY, "dash": dash, "width": 1.5},
            hovertemplate=name + ": %{y:.1f} " + unit + "<extra></extra>",
        )  # fmt: skip
    drawn.axis(row, title={"text": f"delay, {unit}"}, rangemode="tozero")


def _marks(drawn: _Drawn, marks: Sequence[Mark], row: int) -> None:
    for kind, (name, symbol, colour) in MARKS.items():
        chosen = [mark for mark in marks if mark.kind == kind]
        if not chosen:
            continue
        drawn.add(
            row, x=_times([m.at for m in chosen]), y=np.full(len(chosen), 1.25), mode="markers", name=name,
            text=[m.text for m in chosen], marker={"symbol": symbol, "size": 12, "color": colour},
            hovertemplate="%{x|%d %b %Y}: %{text}<extra></extra>",
        )  # fmt: skip
