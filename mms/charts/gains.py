"""Cumulative gains and lift: how much of the class is found by looking at the best-scored rows first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.curves import Curve, add_curves, best_first, curve_of
from mms.charts.theme import GREY, bare, dash_of, empty

LOOKED = 0.1
"""The share of rows that the sentence speaks of."""


@dataclass(frozen=True, slots=True)
class GainsInfo:
    """found: the share of the class among the best-scored share of rows, with the band of the folds; lift: (101,).

    share: of rows that are of the class. ks: the greatest distance of the class's scores from those of the rest.
    """

    model_id: int
    name: str
    class_name: str
    found: Curve
    lift: np.ndarray
    share: float
    ks: float

    def found_at(self, flagged: float) -> float:
        """The share of the class found by looking at this share of rows."""
        return float(np.interp(flagged, self.found.x, self.found.y))


def gains_of(model_id: int, name: str, tables: Mapping[str, pd.DataFrame]) -> GainsInfo:
    """From the tables of the diagnostic."""
    (summary,) = tables["summary"].to_dict("records")
    found = curve_of(tables, "flagged", "found", table="gains", band="gains", picks="flagged")
    lift, share = tables["gains"]["lift"].to_numpy(float), summary["positives"] / summary["rows"]
    return GainsInfo(model_id, name, summary["class"], found, lift, share, summary["ks"])


def words(infos: Sequence[GainsInfo]) -> str:
    """The finding in one sentence."""
    if not infos:
        return "There are no ranked rows to look at first."
    best, others = best_first(infos, [info.found_at(LOOKED) for info in infos])
    found = best.found_at(LOOKED)
    return (
        f"The {LOOKED:.0%} of rows that {best.name} ranks first hold {found:.0%} of all {best.class_name}, "
        f"{found / LOOKED:.1f} times as many as {LOOKED:.0%} drawn at random{others}."
    )


def figure(infos: Sequence[GainsInfo], colours: Mapping[int, str]) -> go.Figure:
    """Cumulative gains: one curve a model between random order and the perfect one."""
    if not infos:
        return empty("Cumulative gains", words(infos))
    title = f"Cumulative gains, class {infos[0].class_name}"
    drawn = bare(title, "share of rows looked at, best first", "share of the class found")
    labels = [f"{info.name}, KS {info.ks:.3f}" for info in infos]
    add_curves(drawn, {i.model_id: (label, i.found) for i, label in zip(infos, labels, strict=True)}, colours)
    for name, dash, at in (("at random", "dot", 1.0), ("perfect order", "dash", infos[0].share)):
        drawn.add_scatter(x=[0, at, 1], y=[0, 1, 1], mode="lines", name=name, line={"color": GREY, "dash": dash})
    drawn.update_xaxes(range=[0, 1])
    drawn.update_yaxes(range=[0, 1.01])
    return drawn


def lift_figure(infos: Sequence[GainsInfo], colours: Mapping[int, str]) -> go.Figure:
    """Lift: how many times as many of the class as among rows drawn at random."""
    if not infos:
        return empty("Lift", words(infos))
    drawn = bare(f"Lift, class {infos[0].class_name}", "share of rows looked at, best first", "times as many")
    for info in infos:
        line = {"color": colours[info.model_id], "width": 2, "dash": dash_of(info.model_id, colours)}
        drawn.add_scatter(x=info.found.x[1:], y=info.lift[1:], mode="lines", name=info.name, line=line)
    drawn.add_hline(y=1, line={"color": GREY, "dash": "dot"}, annotation_text="at random")
    drawn.update_xaxes(range=[0, 1])
    drawn.update_yaxes(rangemode="tozero")
    return drawn
