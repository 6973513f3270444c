"""Decay: a metric by period with its band, what it is judged by, labels known, their delay, and what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mms.charts.theme import DASHES, GREY, bare, dash_of, empty, faded
from mms.domain.buckets import Estimate
from mms.domain.decay import DecayPoint
from mms.domain.scores import METRICS

AT_PROMOTION = "at promotion (newest rows)"

MARKS: Mapping[str, tuple[str, str, str]] = {
    "promotion": ("promotion", "diamond", "#009E73"),
    "retraining": ("retraining launched", "square", "#56B4E9"),
    "firing": ("trigger fired", "triangle-up", "#D55E00"),
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
    return point.period + (point.grain.next_of(point.period) - point.period) / 2


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
    """Panels above one another, labels known and their delay below; ● mature, ○ not yet, dotted: estimated."""
    if not info.drawable:
        return empty("Decay", words(info))
    rows = len(info.panels) + 2
    drawn = make_subplots(
        rows=rows, cols=1, shared_xaxes=True, vertical_spacing=0.05,
        row_heights=[1.0] * len(info.panels) + [0.45, 0.4],
    )  # fmt: skip
    layout = bare("", height=230 * len(info.panels) + 250).layout
    drawn.update_layout(margin=layout.margin, height=layout.height, bargap=0.35)
    drawn.update_layout(legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0})
    drawn.update_layout(dragmode="select", selectdirection="h")  # periods are brushed; zooming is in the tool bar
    for row, panel in enumerate(info.panels, start=1):
        _panel(drawn, panel, row, info, colours)
    _coverage(drawn, info.panels[0].points, rows - 1)
    _marks(drawn, info.marks, rows - 1)
    _delays(drawn, info.panels[0].points, rows)
    if info.onset is not None:
        drawn.add_vline(x=info.onset, line={"color": "#D55E00", "width": 1, "dash": "dashdot"})
        drawn.add_annotation(
            x=info.onset, y=1, xref="x", yref="y domain", text="decay began here", showarrow=False, xanchor="left",
            font={"color": "#D55E00"},
        )  # fmt: skip
    return drawn


def _panel(drawn: go.Figure, panel: DecayPanel, row: int, info: DecayInfo, colours: Mapping[int, str]) -> None:
    for i, line in enumerate(panel.lines):
        drawn.add_scatter(
            x=_times([at for at, _ in _in_the_middle(line, panel.points)]), y=[value for _, value in line.values],
            mode="lines", name=line.name, showlegend=row == 1, legendgroup=line.name, row=row, col=1,
            line={"color": GREY, "width": 1.5, "dash": DASHES[2 - i]},
            hovertemplate="%{y:.3f}<extra>" + line.name + "</extra>",
        )  # fmt: skip
    for model_id, name in info.names.items():
        points = [p for p in panel.points if p.model_id == model_id and p.estimate]
        if points:
            _line(drawn, points, row, name, (colours[model_id], dash_of(model_id, colours)))
        estimated = [p for p in panel.estimated if p.model_id == model_id and p.estimate]
        if estimated:
            _estimated(drawn, estimated, row, name, colours[model_id])
    if panel.reference:
        drawn.add_hline(
            y=panel.reference.value, line={"color": GREY, "dash": "dot"}, row=row, col=1,
            annotation_text=f"{panel.reference.value:.3f} {AT_PROMOTION}", annotation_font={"color": GREY},
            annotation_position="top right",
        )  # fmt: skip
        if panel.reference.low is not None and panel.reference.high is not None:
            drawn.add_hrect(
                y0=panel.reference.low, y1=panel.reference.high, fillcolor=faded(GREY, 0.12), line_width=0,
                layer="below", row=row, col=1,
            )  # fmt: skip
    drawn.update_yaxes(title_text=METRICS[panel.metric].label, row=row, col=1, automargin=True)


def _in_the_middle(line: Line, points: Sequence[DecayPoint]) -> list[tuple[datetime, float]]:
    places = {point.period: middle(point) for point in points}
    return [(places.get(at, at), value) for at, value in line.values]


def _times(moments: Sequence[datetime]) -> np.ndarray:
    """(N,) UTC: Plotly copies and checks the times of a list one by one, which is most of the time of a long chart."""
    return np.array([moment.replace(tzinfo=None) for moment in moments], "datetime64[us]")


def _band(drawn: go.Figure, points: Sequence[DecayPoint], colour: str, group: dict[str, Any], alpha: float) -> None:
    banded = [(middle(p), p.estimate) for p in points if p.estimate and p.estimate.low is not None]
    if not banded:
        return
    at = _times([moment for moment, _ in banded])
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    drawn.add_scatter(x=at, y=np.array([e.high for _, e in banded]), **edge, **group)
    fill = {"fill": "tonexty", "fillcolor": faded(colour, alpha)}
    drawn.add_scatter(x=at, y=np.array([e.low for _, e in banded]), **fill, **edge, **group)


def _line(drawn: go.Figure, points: Sequence[DecayPoint], row: int, name: str, look: tuple[str, str]) -> None:
    """The band, the dashed line of what is not mature, the solid line of what is, and a dot for each point."""
    colour, dash = look
    group: dict[str, Any] = {"legendgroup": name, "row": row, "col": 1}
    x = _times([middle(p) for p in points])
    _band(drawn, points, colour, group, 0.15)
    quiet = {"hoverinfo": "skip", "showlegend": False, "mode": "lines"}
    for mature, stroke in ((False, "dash"), (True, dash)):
        values = _where(points, mature=mature)
        if any(value is not None for value in values):
            drawn.add_scatter(x=x, y=values, line={"color": colour, "width": 2, "dash": stroke}, **quiet, **group)
    symbols = np.where([p.mature for p in points], "circle", "circle-open")
    size = 9 if len(points) <= 60 else 5
    drawn.add_scatter(
        x=x, y=np.array([p.estimate.value for p in points if p.estimate]), mode="markers", name=name,
        showlegend=row == 1, text=np.array([_hover(p) for p in points]),
        customdata=np.array([p.period.isoformat() for p in points]),
        marker={"color": colour, "size": size, "symbol": symbols, "line": {"color": colour, "width": 2}},
        hovertemplate="%{text}<extra>" + name + "</extra>", **group,
    )  # fmt: skip


def _estimated(drawn: go.Figure, points: Sequence[DecayPoint], row: int, name: str, colour: str) -> None:
    """Dotted: what is expected of a model whose labels are not known; nothing is drawn between periods apart."""
    group: dict[str, Any] = {"legendgroup": f"{name}, estimated", "row": row, "col": 1}
    for i, run in enumerate(_runs(points)):
        _band(drawn, run, colour, group, 0.07)
        drawn.add_scatter(
            x=_times([middle(p) for p in run]), y=[p.estimate.value for p in run if p.estimate], mode="lines+markers",
            name=f"{name}, estimated without labels", showlegend=row == 1 and i == 0,
            line={"color": colour, "width": 2, "dash": "dot"}, marker={"color": colour, "size": 4},
            hovertemplate="%{y:.3f} expected<extra>" + name + ", estimated</extra>", **group,
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


def _where(points: Sequence[DecayPoint], *, mature: bool) -> list[float | None]:
    """Values, with gaps where a stretch is of the other kind; a stretch is mature when both its ends are."""
    values: list[float | None] = [None] * len(points)
    for i in range(len(points) - 1):
        if (points[i].mature and points[i + 1].mature) is mature:
            for at in (i, i + 1):
                estimate = points[at].estimate
                values[at] = estimate.value if estimate else None
    return values


def _hover(point: DecayPoint) -> str:
    assert point.estimate
    e = point.estimate
    band = "" if e.low is None or e.high is None else f" ({e.low:.3f} to {e.high:.3f})"
    why = f", not mature: {point.immature_because}" if point.immature_because else ""
    return f"{point.words}: {e.value:.3f}{band}<br>{point.labelled:,} of {point.n:,} labels known{why}"


def _coverage(drawn: go.Figure, points: Sequence[DecayPoint], row: int) -> None:
    shares, places = coverage_of(points), {point.period: middle(point) for point in points}
    drawn.add_bar(
        x=_times([places[period] for period in shares]), y=np.array(list(shares.values())), name="labels known",
        showlegend=False, marker={"color": faded(GREY, 0.6)}, row=row, col=1,
        hovertemplate="%{y:.1%} of labels known<extra></extra>",
    )  # fmt: skip
    drawn.update_yaxes(
        title_text="labels known", range=[0, 1.45], tickvals=[0, 0.5, 1], tickformat=".0%", row=row, col=1,
        automargin=True,
    )  # fmt: skip


def _delays(drawn: go.Figure, points: Sequence[DecayPoint], row: int) -> None:
    """The median delay of labels, and what 9 of 10 took at most; in days where they take days."""
    told = {p.period: (middle(p), p.delay) for p in points if p.delay}
    delays = [told[period] for period in sorted(told)]
    days = any(delay.median >= 48 for _, delay in delays)
    unit, hours = ("days", 24.0) if days else ("hours", 1.0)
    for name, values, dash in (
        ("median delay of labels", [delay.median / hours for _, delay in delays], "solid"),
        ("9 of 10 labels came within", [delay.most / hours for _, delay in delays], "dot"),
    ):
        drawn.add_scatter(
            x=_times([at for at, _ in delays]), y=np.array(values), mode="lines+markers", name=name,
            showlegend=False, row=row, col=1, line={"color": GREY, "dash": dash, "width": 1.5}, marker={"size": 4},
            hovertemplate=name + ": %{y:.1f} " + unit + "<extra></extra>",
        )  # fmt: skip
    drawn.update_yaxes(title_text=f"delay, {unit}", rangemode="tozero", row=row, col=1, automargin=True)


def _marks(drawn: go.Figure, marks: Sequence[Mark], row: int) -> None:
    for kind, (name, symbol, colour) in MARKS.items():
        chosen = [mark for mark in marks if mark.kind == kind]
        if not chosen:
            continue
        drawn.add_scatter(
            x=[m.at for m in chosen], y=[1.25] * len(chosen), mode="markers", name=name, text=[m.text for m in chosen],
            marker={"symbol": symbol, "size": 12, "color": colour}, row=row, col=1,
            hovertemplate="%{x|%d %b %Y}: %{text}<extra></extra>",
        )  # fmt: skip
