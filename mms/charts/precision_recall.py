"""Precision against recall: how many flags are right when that share of the class is found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from mms.charts.ranking import Ranked, counted
from mms.charts.theme import GREY, bare, empty, thinned


@dataclass(frozen=True, slots=True)
class PrecisionRecallInfo:
    """One model's curve over all out-of-fold rows, recall rising.

    average: average precision. share: of rows that are of the class (what guessing gives).
    """

    model_id: int
    name: str
    class_name: str
    recall: np.ndarray
    precision: np.ndarray
    average: float
    share: float


def precision_recall_of(rows: Ranked) -> PrecisionRecallInfo | None:
    """The curve, or None where the rows lack the class or the rest.

    Equals scikit-learn's precision_recall_curve and average_precision_score.
    """
    if not rows.drawable:
        return None
    _, hits, misses = counted(rows.positive, rows.score)
    precision, recall = hits / (hits + misses), hits / hits[-1]
    average = float(np.sum(np.diff(recall, prepend=0.0) * precision))
    return PrecisionRecallInfo(
        rows.model_id,
        rows.name,
        rows.class_name,
        np.concatenate([[0.0], recall]),
        np.concatenate([[1.0], precision]),
        average,
        float(rows.positive.mean()),
    )


def words(infos: Sequence[PrecisionRecallInfo]) -> str:
    """The finding in one sentence."""
    if not infos:
        return "There are no ranked rows to draw a precision-recall curve from."
    best = max(infos, key=lambda info: info.average)
    others = ", ".join(f"{i.name} {i.average:.3f}" for i in infos if i is not best)
    more = f"; {others}" if others else ""
    return (
        f"{best.name} has an average precision of {best.average:.3f}{more}; flagging at random gives {best.share:.3f}."
    )


def figure(infos: Sequence[PrecisionRecallInfo], colours: Mapping[int, str]) -> go.Figure:
    """One curve a model, with the line of flagging at random."""
    if not infos:
        return empty("Precision and recall", words(infos))
    title = f"Precision and recall, class {infos[0].class_name}"
    drawn = bare(title, "recall: share of the class found", "precision: share of flags that are right")
    for info in infos:
        x, y = thinned(info.recall, info.precision)
        label = f"{info.name}, average {info.average:.3f}"
        drawn.add_scatter(x=x, y=y, mode="lines", name=label, line={"color": colours[info.model_id], "width": 2})
    share = infos[0].share
    drawn.add_scatter(x=[0, 1], y=[share, share], mode="lines", name="at random", line={"color": GREY, "dash": "dot"})
    drawn.update_xaxes(range=[0, 1])
    drawn.update_yaxes(range=[0, 1.01])
    return drawn
