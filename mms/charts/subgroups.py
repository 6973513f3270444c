"""One metric by subgroup, each with its rows and its doubt."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.theme import GREY, as_written, bare, empty, faded
from mms.domain.scores import Metric

LEAST = 20
"""A group of fewer rows is drawn hollow: too small to judge by."""


@dataclass(frozen=True, slots=True)
class SubgroupInfo:
    """Groups in order with their rows, the metric and its interval (NaN where it has none), natural units.

    doubt: what the intervals are.
    """

    name: str
    column: str
    groups: tuple[str, ...]
    counts: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    doubt: str


def subgroups_of(name: str, column: str, table: pd.DataFrame, metric: Metric) -> SubgroupInfo:
    """Of the table "groups" of the diagnostic subgroups."""
    own = table[table["metric"] == metric.name]
    counts = own["n"].to_numpy(int)
    value, low, high = (own[c].to_numpy(float) for c in ("value", "low", "high"))
    doubt = str(own["doubt"].iloc[0]) if len(own) else ""
    return SubgroupInfo(name, column, tuple(own["group"]), counts, value, low, high, doubt)


def words(info: SubgroupInfo, metric: Metric) -> str:
    """The best and the worst group that are big enough, and whether their intervals meet."""
    big = [i for i in range(len(info.groups)) if info.counts[i] >= LEAST]
    if len(big) < 2:
        return f"Fewer than two groups of {info.column} have {LEAST} rows or more: there is nothing to compare."
    best, worst = (choose(big, key=lambda i: metric.stored(float(info.value[i]))) for choose in (max, min))
    said = (
        f"{metric.label} of {info.name} is best where {info.column} is {_told(info, best)} "
        f"and worst where it is {_told(info, worst)}"
    )
    meet = bool(info.low[best] <= info.high[worst] and info.low[worst] <= info.high[best])
    known = not np.isnan([info.low[best], info.low[worst]]).any()
    if not known:
        return f"{said}; their folds are too few to tell the doubt."
    return f"{said}; their intervals ({info.doubt}) {'overlap, so this may be chance' if meet else 'do not overlap'}."


def figure(info: SubgroupInfo, metric: Metric, colour: str) -> go.Figure:
    """One dot with its interval a group; small groups are hollow."""
    title = f"{metric.label} by {info.column} ({metric.direction})"
    if not info.groups:
        return empty(title, f"No group of {info.column} determines {metric.label}.")
    drawn = bare(title, metric.label, "", 110 + 28 * len(info.groups))
    labels = [f"{as_written(group)} ({n:,})" for group, n in zip(info.groups, info.counts, strict=True)]
    symbols = ["circle" if n >= LEAST else "circle-open" for n in info.counts]
    drawn.add_scatter(
        x=info.value, y=labels, mode="markers", name=f"{metric.label}, {info.doubt}",
        marker={"color": colour, "size": 10, "symbol": symbols},
        error_x={
            "type": "data", "symmetric": False, "array": np.nan_to_num(info.high - info.value),
            "arrayminus": np.nan_to_num(info.value - info.low), "color": faded(colour, 0.7),
        },
        hovertemplate="%{y}: %{x:.4f}<extra></extra>",
    )  # fmt: skip
    drawn.update_yaxes(autorange="reversed", type="category")
    mean = float(np.average(info.value, weights=info.counts))
    drawn.add_vline(x=mean, line={"color": GREY, "dash": "dot"}, annotation_text="mean of the groups, by rows")
    return drawn


def _told(info: SubgroupInfo, i: int) -> str:
    return f"{info.groups[i]} ({info.value[i]:.3f}, {info.counts[i]:,} rows)"
