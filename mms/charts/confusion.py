"""Confusion: which class was taken for which, at a threshold where there are two."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from mms.charts.theme import bare, empty

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

    def _share(self, axis: int) -> float | None:
        if self.positive is None:
            return None
        at = self.classes.index(self.positive)
        n = int(self.counts.sum(axis=axis)[at])
        return float(self.counts[at, at]) / n if n else None


def confusion_of(truth: np.ndarray, label: np.ndarray, classes: Sequence[str]) -> ConfusionInfo:
    """Counts of (truth, label) pairs; equals scikit-learn's confusion_matrix. Both arrays: (n,) str."""
    index = {name: i for i, name in enumerate(classes)}
    k = len(classes)
    pairs = np.array([index[t] * k + index[p] for t, p in zip(truth, label, strict=True)], dtype=int)
    return ConfusionInfo(tuple(classes), np.bincount(pairs, minlength=k * k).reshape(k, k))


def confusion_at(positive: np.ndarray, score: np.ndarray, names: tuple[str, str], threshold: float) -> ConfusionInfo:
    """Counts when rows scored at or above the threshold are flagged. names: (other class, positive class)."""
    flagged = score >= threshold
    pairs = positive.astype(int) * 2 + flagged.astype(int)
    return ConfusionInfo(names, np.bincount(pairs, minlength=4).reshape(2, 2), names[1], threshold)


def words(info: ConfusionInfo) -> str:
    """The finding in one sentence."""
    n = int(info.counts.sum())
    if not n:
        return "There are no answered rows to count."
    if info.positive is None:
        return f"Of {n:,} rows {info.accuracy:.1%} were answered rightly."
    if info.precision is None or info.recall is None:
        return f"Of {n:,} rows none is flagged as {info.positive}."
    at = "" if info.threshold is None else f" at {info.threshold:.2f}"
    return (
        f"Flagging{at} marks {info.flagged:,} of {n:,} rows as {info.positive}: "
        f"{info.precision:.1%} of the flags are right, and {info.recall:.1%} of that class are found."
    )


def figure(info: ConfusionInfo) -> go.Figure:
    """Counts in cells, coloured by their share of the truth's row."""
    if not info.counts.sum():
        return empty("Confusion matrix", words(info))
    totals = info.counts.sum(axis=1, keepdims=True)
    shares = np.divide(info.counts, totals, out=np.zeros(info.counts.shape), where=totals > 0)
    text = [
        [f"{count:,}<br>{share:.0%}" for count, share in zip(counts, row, strict=True)]
        for counts, row in zip(info.counts, shares, strict=True)
    ]
    drawn = bare("Confusion matrix", "answered", "truly")
    drawn.add_heatmap(
        z=shares, x=list(info.classes), y=list(info.classes), text=text, texttemplate="%{text}", zmin=0, zmax=1,
        colorscale=_SCALE, showscale=False, xgap=2, ygap=2,
        hovertemplate="truly %{y}, answered %{x}: %{z:.1%} of the truth's rows<extra></extra>",
    )  # fmt: skip
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(type="category", autorange="reversed")
    return drawn
