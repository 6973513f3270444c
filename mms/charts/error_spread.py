"""Errors of numbers, of many models in one picture: how far from the truth half of the answers lie, and 90 %."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from mms.charts.theme import GREY, bare, empty

_TITLE = "Answer minus truth"


@dataclass(frozen=True, slots=True)
class ErrorSpread:
    """Quantiles (5, 25, 50, 75 and 95 %) of one model's errors over all out-of-fold rows, and their mean size."""

    model_id: int
    name: str
    quantiles: tuple[float, float, float, float, float]
    mae: float

    @property
    def reach(self) -> float:
        """How far the middle 90 % reach from end to end."""
        return self.quantiles[-1] - self.quantiles[0]


def error_spread_of(model_id: int, name: str, tables: Mapping[str, pd.DataFrame]) -> ErrorSpread | None:
    """Of the tables of the diagnostic residuals; None without rows."""
    if tables["points"].empty:
        return None
    facts = tables["facts"].iloc[0]
    q05, q25, q50, q75, q95 = (float(facts[f"q{share}"]) for share in ("05", "25", "50", "75", "95"))
    return ErrorSpread(model_id, name, (q05, q25, q50, q75, q95), float(facts["mae"]))


def words(spreads: Sequence[ErrorSpread]) -> str:
    """The finding in one sentence: whose errors are narrowest, and to which side they lean."""
    if not spreads:
        return "There are no rows with an answer and a truth."
    best = min(spreads, key=lambda one: (one.reach, one.model_id))
    low, *_, high = best.quantiles
    leaning = max(spreads, key=lambda one: abs(one.quantiles[2]))
    side = "above" if leaning.quantiles[2] > 0 else "below"
    least = f"at least {abs(leaning.quantiles[2]):,.3g} {side} the truth"
    lean = f" {leaning.name} leans furthest: half of its answers lie {least}."
    narrow = f"{best.name} errs most narrowly: 90 % of its answers lie from {low:+,.3g} to {high:+,.3g} of the truth."
    return narrow + (lean if leaning.quantiles[2] else "")


def figure(spreads: Sequence[ErrorSpread], colours: Mapping[int, str]) -> go.Figure:
    """One row a model: a thin line holds 90 % of its errors, a thick one the middle half, a dot their median."""
    if not spreads:
        return empty(_TITLE, words(spreads))
    drawn = bare(f"{_TITLE}: 90 % (thin), half (thick), median (dot)", height=150 + 34 * len(spreads))
    for one in reversed(spreads):  # the first row of the axis is drawn at the bottom
        q05, q25, q50, q75, q95 = one.quantiles
        for ends, width in (((q05, q95), 2), ((q25, q75), 9)):
            drawn.add_scatter(
                x=ends, y=[one.name] * 2, mode="lines", line={"color": colours[one.model_id], "width": width},
                hoverinfo="skip",
            )  # fmt: skip
        drawn.add_scatter(
            x=[q50], y=[one.name], mode="markers", marker={"color": GREY, "size": 9, "line": {"width": 1}},
            hovertemplate=f"median %{{x:.4g}}, mean size {one.mae:.4g}<extra>{one.name}</extra>",
        )  # fmt: skip
    drawn.add_vline(x=0, line={"color": GREY, "dash": "dot"})
    drawn.update_yaxes(type="category")
    drawn.update_layout(showlegend=False)
    return drawn
