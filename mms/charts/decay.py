"""Decay: metrics by month with their bands, the share of labels known, promotions and firings, on one time axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mms.charts.theme import GREY, bare, empty, faded
from mms.domain.buckets import Estimate
from mms.domain.decay import DecayPoint
from mms.domain.scores import METRICS

AT_PROMOTION = "at promotion (newest rows)"

_MIDDLE = timedelta(days=14, hours=12)
"""A month's point stands in its middle, so that a promotion on the 3rd lies left of it."""


@dataclass(frozen=True, slots=True)
class DecayPanel:
    """One metric by month, natural units. reference: the champion's on its newest rows."""

    metric: str
    points: tuple[DecayPoint, ...]
    reference: Estimate | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened: kind "promotion" or "firing"."""

    at: datetime
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class DecayInfo:
    """All the chart shows. names: model id -> name, in the order in which the legend names them."""

    panels: tuple[DecayPanel, ...]
    names: Mapping[int, str]
    marks: tuple[Mark, ...] = ()

    @property
    def drawable(self) -> bool:
        """Whether any month of any metric has an estimate."""
        return any(point.estimate for panel in self.panels for point in panel.points)


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
        return "No month has labels yet."
    label = METRICS[info.panels[0].metric].label
    newest = max(points, key=lambda p: p.period)
    first = min((p for p in points if p.model_id == newest.model_id), key=lambda p: p.period)
    assert first.estimate
    assert newest.estimate
    name = info.names.get(newest.model_id, f"model {newest.model_id}")
    share = f"{newest.coverage:.0%} of its labels are known"
    if first is newest:
        return f"{label} of {name} was {newest.estimate.value:.3f} in {newest.period:%B %Y}; {share}."
    return (
        f"{label} of {name} went from {first.estimate.value:.3f} in {first.period:%B %Y} "
        f"to {newest.estimate.value:.3f} in {newest.period:%B %Y}; {share}."
    )


def figure(info: DecayInfo, colours: Mapping[int, str]) -> go.Figure:
    """Panels above one another, coverage bars below; ● mature, ○ not yet, ◆ promotion, ▲ firing."""
    if not info.drawable:
        return empty("Decay", words(info))
    rows = len(info.panels) + 1
    drawn = make_subplots(
        rows=rows, cols=1, shared_xaxes=True, vertical_spacing=0.06, row_heights=[1.0] * len(info.panels) + [0.45]
    )
    layout = bare("", height=230 * len(info.panels) + 170).layout
    drawn.update_layout(margin=layout.margin, height=layout.height, bargap=0.35)
    drawn.update_layout(legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0})
    for row, panel in enumerate(info.panels, start=1):
        _panel(drawn, panel, row, info.names, colours)
    _coverage(drawn, info, rows)
    _marks(drawn, info.marks, rows)
    drawn.update_xaxes(dtick="M1", tickformat="%b\n%Y", row=rows, col=1)
    return drawn


def _panel(drawn: go.Figure, panel: DecayPanel, row: int, names: Mapping[int, str], colours: Mapping[int, str]) -> None:
    for model_id, name in names.items():
        points = [p for p in panel.points if p.model_id == model_id and p.estimate]
        if points:
            _line(drawn, points, row, name, colours[model_id])
    if panel.reference:
        drawn.add_hline(
            y=panel.reference.value, line={"color": GREY, "dash": "dot"}, row=row, col=1,
            annotation_text=f"{panel.reference.value:.3f} {AT_PROMOTION}", annotation_font={"color": GREY},
            annotation_position="top right",
        )  # fmt: skip
    drawn.update_yaxes(title_text=METRICS[panel.metric].label, row=row, col=1, automargin=True)


def _line(drawn: go.Figure, points: Sequence[DecayPoint], row: int, name: str, colour: str) -> None:
    """The band, the dashed line of everything, the solid line of what is mature, and a dot for each point."""
    group: dict[str, Any] = {"legendgroup": name, "row": row, "col": 1}
    x = [p.period + _MIDDLE for p in points]
    y = [p.estimate.value for p in points if p.estimate]
    banded = [(p.period + _MIDDLE, p.estimate) for p in points if p.estimate and p.estimate.low is not None]
    if banded:
        at = [moment for moment, _ in banded]
        edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        drawn.add_scatter(x=at, y=[e.high for _, e in banded], **edge, **group)
        drawn.add_scatter(
            x=at, y=[e.low for _, e in banded], fill="tonexty", fillcolor=faded(colour, 0.15), **edge, **group
        )
    dashes = {"color": colour, "width": 2, "dash": "dash"}
    quiet = {"hoverinfo": "skip", "showlegend": False}
    drawn.add_scatter(x=x, y=_where(points, mature=False), mode="lines", line=dashes, **quiet, **group)
    drawn.add_scatter(
        x=x, y=_where(points, mature=True), mode="lines", line={"color": colour, "width": 2}, **quiet, **group
    )
    symbols = ["circle" if p.mature else "circle-open" for p in points]
    drawn.add_scatter(
        x=x, y=y, mode="markers", name=name, showlegend=row == 1, text=[_hover(p) for p in points],
        marker={"color": colour, "size": 9, "symbol": symbols, "line": {"color": colour, "width": 2}},
        hovertemplate="%{text}<extra>" + name + "</extra>", **group,
    )  # fmt: skip


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
    state = "" if point.mature else ", not mature"
    return f"{point.period:%B %Y}: {e.value:.3f}{band}<br>{point.labelled:,} of {point.n:,} labels known{state}"


def _coverage(drawn: go.Figure, info: DecayInfo, row: int) -> None:
    shares = coverage_of(info.panels[0].points)
    drawn.add_bar(
        x=[period + _MIDDLE for period in shares], y=list(shares.values()), name="labels known", showlegend=False,
        marker={"color": faded(GREY, 0.6)}, row=row, col=1, hovertemplate="%{y:.1%} of labels known<extra></extra>",
    )  # fmt: skip
    drawn.update_yaxes(
        title_text="labels known", range=[0, 1.45], tickvals=[0, 0.5, 1], tickformat=".0%", row=row, col=1,
        automargin=True,
    )  # fmt: skip


def _marks(drawn: go.Figure, marks: Sequence[Mark], row: int) -> None:
    shapes = {
        "promotion": ("promotion", "diamond", "#009E73"),
        "firing": ("trigger fired", "triangle-up", "#D55E00"),
    }
    for kind, (name, symbol, colour) in shapes.items():
        chosen = [mark for mark in marks if mark.kind == kind]
        if not chosen:
            continue
        drawn.add_scatter(
            x=[m.at for m in chosen], y=[1.25] * len(chosen), mode="markers", name=name, text=[m.text for m in chosen],
            marker={"symbol": symbol, "size": 12, "color": colour}, row=row, col=1,
            hovertemplate="%{x|%d %b %Y}: %{text}<extra></extra>",
        )  # fmt: skip
