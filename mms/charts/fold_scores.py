"""Scores by fold: paired dots, joined by fold, because all models are fitted on the same folds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from mms.charts.theme import GREY, OKABE_ITO, bare, empty
from mms.domain.runs import FINAL_FIT, FoldResult
from mms.domain.scores import Metric

NAMED = len(OKABE_ITO)
"""A legend of more models takes the room of the chart; the axis names them all, and their means stand at the dots."""


@dataclass(frozen=True, slots=True)
class FoldSeries:
    """One model's score on each fold, natural units: fold (0 to 11) -> score."""

    model_id: int
    name: str
    scores: Mapping[int, float]

    @property
    def mean(self) -> float:
        """Mean over the folds."""
        return sum(self.scores.values()) / len(self.scores)


def series_of(model_id: int, name: str, results: Sequence[FoldResult], metric: Metric) -> FoldSeries:
    """The folds' scores without the final fit; a fold whose rows do not determine the metric is left out."""
    scores = {
        r.fold: metric.natural(r.scores[metric.name])
        for r in results
        if r.fold != FINAL_FIT and metric.name in r.scores
    }
    return FoldSeries(model_id, name, scores)


def words(series: Sequence[FoldSeries], metric: Metric) -> str:
    """The finding in one sentence: who is ahead, on how many of the folds."""
    drawn = [s for s in series if s.scores]
    if not drawn:
        return f"There are no folds scored by {metric.label} yet."
    if len(drawn) == 1:
        one = drawn[0]
        low, high = min(one.scores.values()), max(one.scores.values())
        return f"{metric.label} of {one.name} lies between {low:.3f} and {high:.3f} over {len(one.scores)} folds."
    best, next_ = sorted(drawn, key=lambda s: metric.stored(s.mean), reverse=True)[:2]
    shared = sorted(best.scores.keys() & next_.scores.keys())
    if not shared:
        return f"{best.name} and {next_.name} share no fold."
    gains = [metric.stored(best.scores[f]) - metric.stored(next_.scores[f]) for f in shared]
    ahead = sum(gain > 0 for gain in gains)
    mean = sum(gains) / len(gains)
    folds = f"{ahead} of {len(shared)} folds"
    return f"{best.name} is ahead of {next_.name} on {folds}, by {mean:.3f} {metric.label} on average."


def figure(series: Sequence[FoldSeries], metric: Metric, colours: Mapping[int, str]) -> go.Figure:
    """One column of dots a model (dot k is fold k+1), grey lines join the same fold; one model: folds left to right."""
    drawn = [s for s in series if s.scores]
    title = f"{metric.label} by fold ({metric.direction})"
    if not drawn:
        return empty(title, words(series, metric))
    if len(drawn) == 1:
        return _single(drawn[0], title, metric, colours)
    chart = bare(title, "", metric.label)
    names = [s.name for s in drawn]
    for fold in sorted(set().union(*(s.scores for s in drawn))):
        values = [s.scores.get(fold) for s in drawn]
        chart.add_scatter(
            x=names, y=values, mode="lines", line={"color": GREY, "width": 1}, opacity=0.6, showlegend=False,
            hoverinfo="skip",
        )  # fmt: skip
    for s in drawn:
        chart.add_scatter(
            x=[s.name] * len(s.scores), y=list(s.scores.values()), mode="markers", name=f"{s.name}, mean {s.mean:.3f}",
            marker={"color": colours[s.model_id], "size": 9}, text=[f"fold {f + 1}" for f in s.scores],
            hovertemplate=f"%{{text}}: %{{y:.4f}}<extra>{s.name}, mean {s.mean:.4f}</extra>",
        )  # fmt: skip
    chart.update_xaxes(type="category")
    chart.update_layout(showlegend=len(drawn) <= NAMED)
    return chart


def _single(s: FoldSeries, title: str, metric: Metric, colours: Mapping[int, str]) -> go.Figure:
    chart = bare(title, "fold", metric.label)
    chart.add_scatter(
        x=[f + 1 for f in s.scores], y=list(s.scores.values()), mode="markers", name=s.name,
        marker={"color": colours[s.model_id], "size": 9},
    )  # fmt: skip
    chart.add_hline(y=s.mean, line={"color": GREY, "dash": "dot"}, annotation_text=f"mean {s.mean:.3f}")
    chart.update_xaxes(dtick=1)
    return chart
