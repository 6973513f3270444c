"""Thresholds: what each flags and misses, what the errors cost, and where they cost least."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.curves import Curve, add_band
from mms.charts.theme import GREY, OKABE_ITO, POINTS, bare, dash_of, empty, evenly
from mms.domain.thresholds import Costs, Flags, at_threshold, cheapest, cost_alike, expected_cost

RATES = {"precision": "precision", "recall": "recall", "f1": "F1", "queue_rate": "queue rate"}
"""What is drawn against the threshold, with its name for people."""

_CELLS = ["threshold", "true_positives", "false_positives", "false_negatives", "true_negatives"]
_SYMBOLS = {"now": "circle", "cheapest": "star"}


@dataclass(frozen=True, slots=True)
class ThresholdInfo:
    """One binary model at 1,001 thresholds, and fold by fold at 101."""

    model_id: int
    name: str
    class_name: str
    flags: tuple[Flags, ...]
    folds: Mapping[int, tuple[Flags, ...]]

    @property
    def rows(self) -> int:
        """How many rows were counted."""
        return self.flags[0].rows

    def at(self, threshold: float) -> Flags:
        """What this threshold flags."""
        return at_threshold(self.flags, threshold)

    def cheapest(self, costs: Costs) -> Flags:
        """The threshold whose errors cost least."""
        return cheapest(self.flags, costs)


def thresholds_of(model_id: int, name: str, tables: Mapping[str, pd.DataFrame]) -> ThresholdInfo:
    """From the tables of the diagnostic."""
    (summary,) = tables["summary"].to_dict("records")
    by_fold = tables["folds"]
    folds = {int(fold): _flags(by_fold[by_fold["fold"] == fold]) for fold in by_fold["fold"].unique()}
    return ThresholdInfo(model_id, name, summary["class"], _flags(tables["counts"]), folds)


def rates_of(info: ThresholdInfo, rate: str) -> Curve:
    """One of `RATES` over all rows, at 101 thresholds, and the mean of the folds ± one sample standard deviation."""
    whole = [flags for flags in info.flags if round(flags.threshold * 1000) % 10 == 0]
    by_fold = np.array([_values(flags, rate) for flags in info.folds.values()])
    known = np.isfinite(by_fold)
    n = known.sum(axis=0)
    mean = np.divide(np.where(known, by_fold, 0).sum(axis=0), n, out=np.full(len(n), np.nan), where=n > 0)
    square = np.where(known, (by_fold - mean) ** 2, 0).sum(axis=0)
    sd = np.sqrt(np.divide(square, n - 1, out=np.where(n > 0, 0.0, np.nan), where=n > 1))
    grid = np.array([flags.threshold for flags in whole])
    return Curve(grid, _values(whole, rate), grid, np.clip(mean - sd, 0, 1), np.clip(mean + sd, 0, 1))


def words_of_several(infos: Sequence[ThresholdInfo], costs: Costs) -> str:
    """Which model's errors cost least at its own best threshold, and the next."""
    if not infos:
        return "There are no scored rows to choose a threshold on."
    best = sorted(((info.cheapest(costs), info.name) for info in infos), key=lambda pair: pair[0].cost(costs))
    told = [f"{name} {flags.cost(costs):,.6g} at {flags.threshold:g}" for flags, name in best[:3]]
    return f"At its cheapest threshold, errors cost: {', '.join(told)}."


def overlay(infos: Sequence[ThresholdInfo], colours: Mapping[int, str], rate: str, costs: Costs) -> go.Figure:
    """One of `RATES`, or "cost", against the threshold: a line a model, a star at its cheapest threshold."""
    label = RATES.get(rate, "cost of all rows")
    if not infos:
        return empty(f"{label.capitalize()} by threshold", words_of_several(infos, costs))
    drawn = bare(f"{label[0].upper()}{label[1:]} by threshold, class {infos[0].class_name}", "threshold", label)
    for info in infos:
        kept = [info.flags[i] for i in evenly(len(info.flags), POINTS // max(1, len(infos)) - 1)]
        best = info.cheapest(costs)
        y, at = ([_height(flags, rate, costs) for flags in some] for some in (kept, [best]))
        line = {"color": colours[info.model_id], "dash": dash_of(info.model_id, colours)}
        group = {"name": info.name, "legendgroup": str(info.model_id)}
        drawn.add_scatter(x=[flags.threshold for flags in kept], y=y, mode="lines", line=line, **group)
        drawn.add_scatter(
            x=[best.threshold], y=at, mode="markers", showlegend=False,
            marker={"symbol": "star", "size": 12, "color": colours[info.model_id]},
            hovertemplate=f"cheapest at %{{x:.3f}}: costs {best.cost(costs):,.6g}<extra>{info.name}</extra>", **group,
        )  # fmt: skip
    drawn.update_xaxes(range=[0, 1])
    drawn.update_yaxes(rangemode="tozero")
    return drawn


def _height(flags: Flags, rate: str, costs: Costs) -> float | None:
    if rate not in RATES:
        return flags.cost(costs)
    value: float | None = getattr(flags, rate)
    return value


def words(info: ThresholdInfo | None, costs: Costs, now: float) -> str:
    """What the errors cost at a threshold, at the cheapest one, and there on rows it was not chosen on."""
    if info is None:
        return "There are no scored rows to choose a threshold on."
    best, at = info.cheapest(costs), info.at(now)
    unit = f"a false alarm costs {costs.false_alarm:g} and a miss {costs.miss:g}"
    here = f"Where {unit}, the errors of all {info.rows:,} rows cost {at.cost(costs):,.6g} at {at.threshold:g}"
    if cost_alike(best.cost(costs), at.cost(costs)):
        return f"{here}, and no threshold costs less."
    expected = expected_cost(info.folds, costs)
    doubt = "" if expected is None else f" (on rows it was not chosen on, expect {expected:,.6g})"
    return f"{here}; at {best.threshold:g} they cost least, {best.cost(costs):,.6g}{doubt}."


def figure(info: ThresholdInfo | None, costs: Costs, now: float) -> go.Figure:
    """Precision, recall, F1 and queue rate against the threshold, each with the band of its folds."""
    if info is None:
        return empty("What a threshold gives", words(info, costs, now))
    drawn = bare(f"What a threshold gives, class {info.class_name}", "threshold", "share")
    for (rate, label), colour, dash in zip(RATES.items(), OKABE_ITO, ("solid", "dash", "dot", "dashdot"), strict=False):
        curve = rates_of(info, rate)
        add_band(drawn, curve, colour, f"{label}, folds ± 1 sd", legend=False)
        line = {"color": colour, "width": 2, "dash": dash}
        drawn.add_scatter(x=curve.x, y=curve.y, mode="lines", name=label, line=line)
    best = info.cheapest(costs).threshold
    drawn.add_vline(x=now, line={"color": GREY}, annotation={"text": f"now {now:g}"}, annotation_position="top right")
    dotted, said = {"color": GREY, "dash": "dot"}, {"text": f"cheapest {best:g}"}
    drawn.add_vline(x=best, line=dotted, annotation=said, annotation_position="bottom left")
    drawn.update_xaxes(range=[0, 1])
    drawn.update_yaxes(range=[0, 1.01])
    return drawn


def error_figure(info: ThresholdInfo | None, costs: Costs, now: float) -> go.Figure:
    """Misses against false alarms, threshold by threshold; the line of equal cost touches them at the cheapest one."""
    if info is None:
        return empty("False alarms and misses", words(info, costs, now))
    drawn = bare("False alarms and misses", "false alarms", "misses")
    kept = [info.flags[i] for i in evenly(len(info.flags), 500)]
    drawn.add_scatter(
        x=[flags.false_positives for flags in kept], y=[flags.false_negatives for flags in kept], mode="lines",
        customdata=[flags.threshold for flags in kept], name="every threshold", line={"color": OKABE_ITO[0]},
        hovertemplate="at %{customdata:.3f}: %{x:,} false alarms, %{y:,} misses<extra></extra>",
    )  # fmt: skip
    best = info.cheapest(costs)
    _add_equal_cost(drawn, best, costs)
    for label, flags in {"now": info.at(now), "cheapest": best}.items():
        drawn.add_scatter(
            x=[flags.false_positives], y=[flags.false_negatives], mode="markers",
            name=f"{label}, {flags.threshold:g}: costs {flags.cost(costs):,.6g}", marker=_marker(label),
        )  # fmt: skip
    alarms, misses = max(f.false_positives for f in info.flags), max(f.false_negatives for f in info.flags)
    drawn.update_xaxes(range=[-0.02 * alarms, 1.02 * alarms + 1])
    drawn.update_yaxes(range=[-0.02 * misses, 1.05 * misses + 1])
    return drawn


def cost_figure(info: ThresholdInfo | None, costs: Costs, now: float) -> go.Figure:
    """What the errors of all rows cost against the threshold, with the part that false alarms make of it."""
    if info is None:
        return empty("What the errors cost", words(info, costs, now))
    drawn = bare("What the errors cost", "threshold", "cost of all rows")
    kept = [info.flags[i] for i in evenly(len(info.flags), 501)]
    x = [flags.threshold for flags in kept]
    parts = {
        "all errors": [flags.cost(costs) for flags in kept],
        "false alarms": [flags.false_positives * costs.false_alarm for flags in kept],
        "misses": [flags.false_negatives * costs.miss for flags in kept],
    }
    for (label, y), colour, dash in zip(parts.items(), OKABE_ITO, ("solid", "dash", "dot"), strict=False):
        drawn.add_scatter(x=x, y=y, mode="lines", name=label, line={"color": colour, "dash": dash})
    for label, flags in {"now": info.at(now), "cheapest": info.cheapest(costs)}.items():
        drawn.add_scatter(
            x=[flags.threshold], y=[flags.cost(costs)], mode="markers", name=f"{label}, {flags.threshold:g}",
            marker=_marker(label),
        )  # fmt: skip
    drawn.update_xaxes(range=[0, 1])
    drawn.update_yaxes(rangemode="tozero")
    return drawn


def _add_equal_cost(drawn: go.Figure, best: Flags, costs: Costs) -> None:
    """Every pair of false alarms and misses that costs as much as the cheapest threshold's."""
    if not (costs.false_alarm and costs.miss and best.cost(costs)):
        return
    cost = best.cost(costs)
    x, y = [0, cost / costs.false_alarm], [cost / costs.miss, 0]
    drawn.add_scatter(x=x, y=y, mode="lines", name="costs as much", line={"color": GREY, "dash": "dot"})


def _marker(label: str) -> dict[str, Any]:
    return {"size": 12, "symbol": _SYMBOLS[label], "color": OKABE_ITO[5] if label == "cheapest" else GREY}


def _values(flags: Any, rate: str) -> np.ndarray:
    return np.array([np.nan if (value := getattr(one, rate)) is None else value for one in flags], dtype=float)


def _flags(rows: pd.DataFrame) -> tuple[Flags, ...]:
    return tuple(Flags(*row) for row in zip(*(rows[name].tolist() for name in _CELLS), strict=True))
