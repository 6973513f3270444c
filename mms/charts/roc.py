"""ROC: the share of the class that is found, against the share of the rest that is flagged wrongly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from mms.charts.ranking import Ranked, counted
from mms.charts.theme import GREY, bare, empty, faded, thinned

_GRID = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, slots=True)
class RocInfo:
    """One model's curve over all out-of-fold rows, and the band of its folds.

    area: mean over the folds of the area under the curve (what scores rank by); pooled: that of the curve drawn.
    low, high: mean of the folds' curves minus and plus one standard deviation, at 101 even false-positive rates.
    """

    model_id: int
    name: str
    class_name: str
    false_rate: np.ndarray
    true_rate: np.ndarray
    area: float
    pooled: float
    low: np.ndarray
    high: np.ndarray


def roc_of(rows: Ranked) -> RocInfo | None:
    """The curve, or None where the rows lack the class or the rest. Equals scikit-learn's roc_curve, roc_auc_score."""
    if not rows.drawable:
        return None
    false_rate, true_rate = _curve(rows.positive, rows.score)
    folds = [_curve(rows.positive[at], rows.score[at]) for at in _drawable_folds(rows)] or [(false_rate, true_rate)]
    inner = np.array([np.interp(_GRID, x, y) for x, y in folds])
    mean, sd = inner.mean(axis=0), inner.std(axis=0)
    return RocInfo(
        rows.model_id,
        rows.name,
        rows.class_name,
        false_rate,
        true_rate,
        float(np.mean([np.trapezoid(y, x) for x, y in folds])),
        float(np.trapezoid(true_rate, false_rate)),
        np.clip(mean - sd, 0, 1),
        np.clip(mean + sd, 0, 1),
    )


def words(infos: Sequence[RocInfo]) -> str:
    """The finding in one sentence."""
    if not infos:
        return "There are no ranked rows to draw a ROC curve from."
    best = max(infos, key=lambda info: info.area)
    start = f"{best.name} ranks a {best.class_name} row above another one {best.area:.0%} of the time"
    others = ", ".join(f"{i.name} {i.area:.3f}" for i in infos if i is not best)
    return f"{start} (ROC AUC {best.area:.3f}, mean of the folds{'; ' + others if others else ''})."


def figure(infos: Sequence[RocInfo], colours: Mapping[int, str]) -> go.Figure:
    """One curve a model; the band of the folds where there is one model."""
    if not infos:
        return empty("ROC", words(infos))
    drawn = bare(f"ROC, class {infos[0].class_name}", "share of the rest flagged wrongly", "share of the class found")
    if len(infos) == 1:
        _band(drawn, infos[0], colours[infos[0].model_id])
    for info in infos:
        x, y = thinned(info.false_rate, info.true_rate)
        label = f"{info.name}, AUC {info.area:.3f}"
        drawn.add_scatter(x=x, y=y, mode="lines", name=label, line={"color": colours[info.model_id], "width": 2})
    drawn.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="chance", line={"color": GREY, "dash": "dot"}, hoverinfo="skip"
    )
    drawn.update_xaxes(range=[0, 1])
    drawn.update_yaxes(range=[0, 1.01])
    return drawn


def _band(drawn: go.Figure, info: RocInfo, colour: str) -> None:
    quiet = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    drawn.add_scatter(x=_GRID, y=info.high, showlegend=False, **quiet)
    drawn.add_scatter(x=_GRID, y=info.low, name="folds ± 1 sd", fill="tonexty", fillcolor=faded(colour, 0.18), **quiet)


def _curve(positive: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    _, hits, misses = counted(positive, score)
    return np.concatenate([[0.0], misses / misses[-1]]), np.concatenate([[0.0], hits / hits[-1]])


def _drawable_folds(rows: Ranked) -> list[np.ndarray]:
    masks = [rows.fold == fold for fold in np.unique(rows.fold)]
    return [at for at in masks if 0 < rows.positive[at].sum() < at.sum()]
