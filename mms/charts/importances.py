"""What each feature weighed: bars of the mean over the folds, whiskers of their spread."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.theme import GREY, as_written, bare, empty, faded

SHOWN = 20
"""Bars a figure has at most, the heaviest ones."""


@dataclass(frozen=True, slots=True)
class WeightInfo:
    """Features, heaviest first, with mean and standard deviation over the folds. total: how many there are.

    title, what: of the figure, and of its axis.
    """

    name: str
    title: str
    what: str
    features: tuple[str, ...]
    mean: np.ndarray
    sd: np.ndarray
    total: int

    @property
    def sure(self) -> int:
        """How many of the shown lie more than two standard deviations from 0."""
        return int((np.abs(self.mean) > 2 * np.nan_to_num(self.sd, nan=np.inf)).sum())


def importances_of(name: str, table: pd.DataFrame) -> WeightInfo:
    """Of the table "features" of the diagnostic importances."""
    shown = table.head(SHOWN)
    means, sds = (shown[column].to_numpy(float) for column in ("mean", "sd"))
    title, what = "What each feature weighed", "weight, mean of the folds ± sd"
    return WeightInfo(name, title, what, tuple(shown["feature"]), means, sds, len(table))


def permutation_of(name: str, table: pd.DataFrame, metric: str, label: str) -> WeightInfo:
    """Of the table "columns" of the diagnostic permutation importance. metric: its name, label: as people read it."""
    own = table[table["metric"] == metric].sort_values("drop", ascending=False, kind="stable")
    shown = own.head(SHOWN)
    drops, sds = (shown[column].to_numpy(float) for column in ("drop", "sd"))
    what = f"{label} lost when shuffled, ± sd of the folds"
    return WeightInfo(name, "What each column is worth", what, tuple(shown["column"]), drops, sds, len(own))


def words(info: WeightInfo) -> str:
    """The finding in one sentence."""
    if not info.features:
        return f"{info.name} tells no weights."
    first = f"{info.features[0]} weighs most in {info.name} ({_amount(info.mean[0], info.sd[0])})"
    if len(info.features) == 1:
        return f"{first}; it is the only one."
    second = f"then {info.features[1]} ({_amount(info.mean[1], info.sd[1])})"
    shown = f"{len(info.features)} shown of {info.total:,}" if info.total > len(info.features) else f"{info.total}"
    return f"{first}, {second}; {info.sure} of {shown} differ from 0 by more than two spreads."


def figure(info: WeightInfo, colour: str) -> go.Figure:
    """Horizontal bars, the heaviest on top."""
    title = info.title
    if not info.features:
        return empty(title, words(info))
    drawn = bare(title, info.what, height=90 + 24 * len(info.features))
    drawn.add_bar(
        x=info.mean,
        y=[as_written(feature) for feature in info.features],
        orientation="h",
        marker={"color": faded(colour, 0.75)},
        error_x={"type": "data", "array": np.nan_to_num(info.sd), "color": GREY, "thickness": 1.5},
        hovertemplate="%{y}: %{x:.4g}<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.add_vline(x=0, line={"color": GREY, "width": 1})
    return drawn


def _amount(mean: float, sd: float) -> str:
    return f"{mean:.3g}" if np.isnan(sd) else f"{mean:.3g} ± {sd:.2g}"
