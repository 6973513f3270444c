"""Confusion: which class was taken for which, at a threshold where there are two."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.theme import as_written, bare, empty
from mms.domain.thresholds import Flags

MOST_CLASSES = 40
"""Of more classes, those most confused are drawn: 40 x 40 cells stay below the most points of a chart."""

_WRITTEN = 14
"""Up to so many classes the counts stand in their cells."""

_SCALE = ((0.0, "#E3EEF6"), (1.0, "#0072B2"))


@dataclass(frozen=True, slots=True)
class ConfusionInfo:
    """counts: (k, k) int, rows are truths, columns are answers, in the order of classes.

    threshold: at or above which probability a row is flagged as `positive`; None where labels were taken as given.
    """

    classes: tuple[str, ...]
    counts: np.ndarray
    positive: str | None = None
    threshold: float | None = None

    @property
    def accuracy(self) -> float | None:
        """Share of rows answered rightly; None without rows."""
        n = int(self.counts.sum())
        return float(np.trace(self.counts)) / n if n else None

    @property
    def precision(self) -> float | None:
        """Of the flagged rows, the share that truly is positive; None where nothing is flagged."""
        return self._share(axis=0)

    @property
    def recall(self) -> float | None:
        """Of the positive rows, the share that is flagged; None where none is positive."""
        return self._share(axis=1)

    @property
    def flagged(self) -> int:
        """Rows that got the positive class as their answer."""
        return 0 if self.positive is None else int(self.counts[:, self.classes.index(self.positive)].sum())

    @property
    def worst(self) -> tuple[str, str, int] | None:
        """The truth and the answer that are confused most, and how often; None where all is right."""
        wrong = self.counts - np.diag(np.diag(self.counts))
        if not wrong.any():
            return None
        truth, answer = np.unravel_index(int(wrong.argmax()), wrong.shape)
        return self.classes[truth], self.classes[answer], int(wrong.max())

    def _share(self, axis: int) -> float | None:
        if self.positive is None:
            return None
        at = self.classes.index(self.positive)
        n = int(self.counts.sum(axis=axis)[at])
        return float(self.counts[at, at]) / n if n else None


def confusion_of(tables: Mapping[str, pd.DataFrame]) -> ConfusionInfo:
    """From the tables of the diagnostic: as the model answers by itself."""
    wide = tables["counts"]
    return ConfusionInfo(tuple(wide["truth"]), wide.drop(columns="truth").to_numpy(int))


def confusion_at(flags: Flags, names: tuple[str, str]) -> ConfusionInfo:
    """When rows scored at or above a threshold are flagged. names: (other class, positive class)."""
    counts = [[flags.true_negatives, flags.false_positives], [flags.false_negatives, flags.true_positives]]
    return ConfusionInfo(names, np.array(counts), names[1], flags.threshold)


def most_confused(info: ConfusionInfo, most: int = MOST_CLASSES) -> ConfusionInfo:
    """Only the classes with most wrong rows, as truth or as answer, in their own order; the same one where few."""
    if len(info.classes) <= most:
        return info
    wrong = info.counts - np.diag(np.diag(info.counts))
    kept = np.sort(np.argsort(-(wrong.sum(axis=0) + wrong.sum(axis=1)), kind="stable")[:most])
    return ConfusionInfo(tuple(info.classes[i] for i in kept), info.counts[np.ix_(kept, kept)])


def words(info: ConfusionInfo) -> str:
    """The finding in one sentence."""
    n = int(info.counts.sum())
    if not n:
        return "There are no answered rows to count."
    if info.positive is None:
        worst = info.worst
        most = f"; most often '{worst[0]}' is taken for '{worst[1]}' ({worst[2]:,} times)" if worst else ""
        few = len(info.classes) - MOST_CLASSES
        left = f". Of {len(info.classes)} classes the {MOST_CLASSES} most confused are drawn" if few > 0 else ""
        if n == 1:
            return f"The one row was answered {'wrongly' if worst else 'rightly'}."
        return f"Of {n:,} rows {info.accuracy:.1%} were answered rightly{most}{left}."
    if info.precision is None or info.recall is None:
        return f"Of {n:,} rows none is {'flagged as' if info.precision is None else 'truly'} {info.positive}."
    at = "" if info.threshold is None else f" at {info.threshold:g}"
    return (
        f"Flagging{at} marks {info.flagged:,} of {n:,} rows as {info.positive}: "
        f"{info.precision:.1%} of the flags are right, and {info.recall:.1%} of that class are found."
    )


def figure(info: ConfusionInfo) -> go.Figure:
    """Counts in cells, coloured by their share of the truth's row. Invisible dots on the cells can be selected: the
    custom data of each are its truth and its answer."""
    if not info.counts.sum():
        return empty("Confusion matrix", words(info))
    shown = most_confused(info)
    totals = shown.counts.sum(axis=1, keepdims=True)
    shares = np.divide(shown.counts, totals, out=np.zeros(shown.counts.shape), where=totals > 0)
    k, written = len(shown.classes), [as_written(name) for name in shown.classes]
    drawn = bare("Confusion matrix", "answered", "truly", height=max(340, min(760, 24 * k)))
    drawn.add_heatmap(
        z=shares, x=written, y=written, customdata=shown.counts, zmin=0, zmax=1,
        colorscale=_SCALE, showscale=False, xgap=2, ygap=2,
        hovertemplate="truly %{y}, answered %{x}: %{customdata:,} rows, %{z:.1%} of that truth<extra></extra>",
    )  # fmt: skip
    if k <= _WRITTEN:
        drawn.data[0].update(text=_texts(shown.counts, shares), texttemplate="%{text}")
        _add_dots(drawn, shown)
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(type="category", autorange="reversed")
    return drawn


def _texts(counts: np.ndarray, shares: np.ndarray) -> list[list[str]]:
    return [
        [f"{count:,}<br>{share:.0%}" for count, share in zip(row, parts, strict=True)]
        for row, parts in zip(counts, shares, strict=True)
    ]


def _add_dots(drawn: go.Figure, info: ConfusionInfo) -> None:
    """What can be selected must be what is hovered over: the dots speak, and the cells below them are silent."""
    pairs = [(truth, answer) for truth in info.classes for answer in info.classes]
    drawn.data[0].update(hoverinfo="skip", hovertemplate=None)
    drawn.add_scatter(
        x=[as_written(answer) for _, answer in pairs], y=[as_written(truth) for truth, _ in pairs],
        customdata=pairs, mode="markers",
        marker={"size": 44, "opacity": 0.01, "symbol": "square"}, showlegend=False,
        hovertemplate="truly %{y}, answered %{x}<extra></extra>",
    )  # fmt: skip
