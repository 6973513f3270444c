"""Precision against recall: how many flags are right when that share of the class is found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from mms.charts.curves import Curve, add_curves, best_first, curve_of
from mms.charts.theme import GREY, bare, empty


@dataclass(frozen=True, slots=True)
class PrecisionRecallInfo:
    """One model's curve over all out-of-fold rows, recall rising, with the band of its folds.

    average: mean over the folds of the average precision; pooled: that of the curve drawn. share: of rows that are of
    the class (what guessing gives).
    """

    model_id: int
    name: str
    class_name: str
    curve: Curve
    average: float
    pooled: float
    share: float


def precision_recall_of(model_id: int, name: str, tables: Mapping[str, pd.DataFrame]) -> PrecisionRecallInfo:
    """From the tables of the diagnostic."""
    (summary,) = tables["summary"].to_dict("records")
    curve, share = curve_of(tables, "recall", "precision"), summary["positives"] / summary["rows"]
    return PrecisionRecallInfo(model_id, name, summary["class"], curve, summary["average"], summary["pooled"], share)


def words(infos: Sequence[PrecisionRecallInfo]) -> str:
    """The finding in one sentence."""
    if not infos:
        return "There are no ranked rows to draw a precision-recall curve from."
    best, others = best_first(infos, [info.average for info in infos])
    return (
        f"{best.name} has an average precision of {best.average:.3f}{others}; "
        f"flagging at random gives {best.share:.3f}."
    )


def figure(infos: Sequence[PrecisionRecallInfo], colours: Mapping[int, str]) -> go.Figure:
    """One curve a model, with the line of flagging at random; the band of the folds where there are few models."""
    if not infos:
        return empty("Precision and recall", words(infos))
    title = f"Precision and recall, class {infos[0].class_name}"
    drawn = bare(title, "recall: share of the class found", "share of flags that are right")
    labels = [f"{info.name}, average {info.average:.3f}" for info in infos]
    add_curves(drawn, {i.model_id: (label, i.curve) for i, label in zip(infos, labels, strict=True)}, colours)
    share = infos[0].share
    drawn.add_scatter(x=[0, 1], y=[share, share], mode="lines", name="at random", line={"color": GREY, "dash": "dot"})
    drawn.update_xaxes(range=[0, 1])
    drawn.update_yaxes(range=[0, 1.01])
    return drawn
