"""ROC: the share of the class that is found, against the share of the rest that is flagged wrongly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.curves import Curve, add_curves, best_first, curve_of
from mms.charts.theme import GREY, bare, empty


@dataclass(frozen=True, slots=True)
class RocInfo:
    """One model's curve over all out-of-fold rows, with the band of its folds.

    area: mean over the folds of the area under the curve (what scores rank by); pooled: that of the curve drawn.
    """

    model_id: int
    name: str
    class_name: str
    curve: Curve
    area: float
    pooled: float


def roc_of(model_id: int, name: str, tables: Mapping[str, pd.DataFrame]) -> RocInfo:
    """From the tables of the diagnostic."""
    (summary,) = tables["summary"].to_dict("records")
    curve = curve_of(tables, "false_rate", "true_rate")
    return RocInfo(model_id, name, summary["class"], curve, summary["area"], summary["pooled"])


def words(infos: Sequence[RocInfo]) -> str:
    """The finding in one sentence."""
    if not infos:
        return "There are no ranked rows to draw a ROC curve from."
    best, others = best_first(infos, [info.area for info in infos])
    start = f"{best.name} ranks a {best.class_name} row above another one {best.area:.0%} of the time"
    return f"{start} (ROC AUC {best.area:.3f}, mean of the folds{others})."


def figure(infos: Sequence[RocInfo], colours: Mapping[int, str]) -> go.Figure:
    """One curve a model; the band of the folds where there are few models."""
    if not infos:
        return empty("ROC", words(infos))
    drawn = bare(f"ROC, class {infos[0].class_name}", "share of the rest flagged wrongly", "share of the class found")
    labels = [f"{info.name}, AUC {info.area:.3f}" for info in infos]
    add_curves(drawn, {i.model_id: (label, i.curve) for i, label in zip(infos, labels, strict=True)}, colours)
    ends = np.array([0.0, 1.0])
    drawn.add_scatter(
        x=ends, y=ends, mode="lines", name="chance", line={"color": GREY, "dash": "dot"}, hoverinfo="skip"
    )
    drawn.update_xaxes(range=[0, 1])
    drawn.update_yaxes(range=[0, 1.01])
    return drawn
