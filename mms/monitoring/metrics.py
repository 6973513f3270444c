"""Every metric of a task from the sums of many periods at once, each with its 95 % band: the one definition of both.

Formulas: docs/statistics.md. A metric that the sums do not determine (no labels, one class, nothing flagged) is NaN.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

import numpy as np

from mms.domain.buckets import Estimate
from mms.domain.projects import Task
from mms.domain.scores import metrics_of
from mms.monitoring.bands import by_variance, mean_of_shares, of_mean, wilson
from mms.monitoring.sums import MOMENTS, Series

WATCHED: Mapping[Task, tuple[str, ...]] = {task: tuple(m.name for m in metrics_of(task)) for task in Task}
"""The metrics that sums determine."""

_RANKS = frozenset({"roc_auc", "average_precision"})
_MEANS = {
    "mae": ("absolute", "squared"),
    "log_loss": ("log_loss", "log_loss_squared"),
    "brier": ("brier", "brier_squared"),
}
_OF_NUMBERS = frozenset({"rmse", "r2"})


@dataclass(frozen=True, slots=True)
class Estimates:
    """A metric of T periods in natural units with its 95 % band, and the rows it rests on; (T,) each, NaN unknown."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray

    def __len__(self) -> int:
        return len(self.value)

    def at(self, period: int) -> Estimate | None:
        """One period as a plain record."""
        return self[period : period + 1].records()[0]

    def __getitem__(self, periods: slice) -> "Estimates":
        return Estimates(self.value[periods], self.low[periods], self.high[periods], self.n[periods])

    def records(self) -> list[Estimate | None]:
        """Every period as a plain record."""
        plain = (values.tolist() for values in (self.value, self.low, self.high, self.n))
        return [
            None if isnan(value) else Estimate(value, None if isnan(low) else low, None if isnan(low) else high, int(n))
            for value, low, high, n in zip(*plain, strict=True)
        ]


def parts_of(metric: str) -> tuple[str, ...]:
    """The parts of a bucket that a metric needs."""
    if metric in _RANKS:
        return ("scores",)
    return ("moments",) if metric in _MEANS or metric in _OF_NUMBERS else ("cells",)


def metric_series(series: Series, metric: str) -> Estimates:
    """A metric of every period with its band. r2 has no band in closed form: see `mms.monitoring.blocks`."""
    if metric in _RANKS:
        return _ranked(series, metric)
    if metric in _MEANS:
        return _mean(series, metric)
    if metric in _OF_NUMBERS:
        return _of_numbers(series, metric)
    assert series.cells is not None
    cells = series.cells[:, :-1].astype(np.float64)
    if metric == "accuracy":
        return _proportion(np.trace(cells, axis1=1, axis2=2), cells.sum(axis=(1, 2)))
    if metric in ("precision", "recall", "f1"):
        return _of_positive(series, cells, metric)
    return _macro(cells, metric)


def confusion(series: Series) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(tp, fp, fn, tn), each (T,), of the labelled rows; of two classes."""
    assert series.cells is not None
    return _confusion(series, series.cells[:, :-1])


def _confusion(series: Series, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    layout = series.layout
    if layout.positive is None:
        none = np.zeros(len(series), cells.dtype)
        return none, none, none, none
    at = layout.classes.index(layout.positive)
    tp = cells[:, at, at]
    fp, fn = cells[:, :, at].sum(axis=1) - tp, cells[:, at].sum(axis=1) - tp
    return tp, fp, fn, cells.sum(axis=(1, 2)) - tp - fp - fn


def _proportion(hits: np.ndarray, n: np.ndarray) -> Estimates:
    return Estimates(_share(hits, n), *wilson(hits, n), n)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    share: np.ndarray = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return share


def _of_positive(series: Series, cells: np.ndarray, metric: str) -> Estimates:
    tp, fp, fn, _ = _confusion(series, cells)
    if metric == "precision":
        return _proportion(tp, tp + fp)
    if metric == "recall":
        return _proportion(tp, tp + fn)
    n = tp + fp + fn
    low, high = wilson(tp, n)  # F1 = 2q/(1+q) grows with q = tp/n, so the ends of q's band map to F1's.
    return Estimates(_share(2 * tp, n + tp), 2 * low / (1 + low), 2 * high / (1 + high), n)


def _macro(cells: np.ndarray, metric: str) -> Estimates:
    """The mean over the classes that occur of recall, precision or F1. cells: (T, K, K) truth by label."""
    truths, labels, right = cells.sum(axis=2), cells.sum(axis=1), np.diagonal(cells, axis1=1, axis2=2)
    rows = truths.sum(axis=1)
    present = truths > 0 if metric in ("balanced_accuracy", "recall_macro") else truths + labels > 0
    hits, n = {
        "precision_macro": (right, labels),
        "f1_macro": (2 * right, truths + labels),
    }.get(metric, (right, truths))
    share = np.divide(hits, n, out=np.zeros(n.shape), where=n > 0)
    count = present.sum(axis=1)
    value = _share(share.sum(axis=1), count)
    if metric == "f1_macro":
        low, high = _f1_band(cells, share, n, count, value)
    else:
        low, high = mean_of_shares(hits, n, present)
    return Estimates(value, low, high, rows)


def _f1_band(
    cells: np.ndarray, f1: np.ndarray, sizes: np.ndarray, count: np.ndarray, value: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The delta method over the cells, whose counts are multinomial: an error of one class by another lowers both."""
    per_row = np.divide(1.0, sizes, out=np.zeros(sizes.shape), where=sizes > 0)
    lost = f1 * per_row
    slope = -(lost[:, :, None] + lost[:, None, :])
    diagonal = np.arange(cells.shape[1])
    slope[:, diagonal, diagonal] += 2 * per_row
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (cells * slope**2).sum(axis=(1, 2)) / count**2
        fewest = count**2 / (2 * per_row).sum(axis=1)
    return by_variance(value, variance, fewest)


def _ranked(series: Series, metric: str) -> Estimates:
    assert series.scores is not None
    if not series.layout.scored:
        return unknown(len(series))
    counts = series.scores[:, 0].sum(axis=2).astype(np.float64)
    return ranked(counts[:, 2], counts[:, 1], metric)


def ranked(hits: np.ndarray, misses: np.ndarray, metric: str) -> Estimates:
    """ROC AUC or average precision of histograms. hits, misses: (T, BINS) rows of the class and of others, by score."""
    found = _auc(hits, misses) if metric == "roc_auc" else _average_precision(hits, misses)
    both = (hits.sum(axis=1) > 0) & (misses.sum(axis=1) > 0)
    value, low, high = (np.where(both, values, np.nan) for values in found)
    return Estimates(value, low, high, hits.sum(axis=1) + misses.sum(axis=1))


def unknown(periods: int) -> Estimates:
    """Nothing is known of so many periods."""
    nan = np.full(periods, np.nan)
    return Estimates(nan, nan, nan, np.zeros(periods))


def _auc(hits: np.ndarray, misses: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(T, BINS) each. DeLong (1988) from histograms; the error is at most half the chance that both share a bin."""
    p, n = hits.sum(axis=1, keepdims=True), misses.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        psi = (np.cumsum(misses, axis=1) - misses / 2) / n
        phi = (p - np.cumsum(hits, axis=1) + hits / 2) / p
        auc = (hits * psi).sum(axis=1, keepdims=True) / p
        spread = (hits * (psi - auc) ** 2).sum(axis=1) / np.maximum(1, p[:, 0] - 1) / p[:, 0]
        spread += (misses * (phi - auc) ** 2).sum(axis=1) / np.maximum(1, n[:, 0] - 1) / n[:, 0]
    value = auc[:, 0]
    return value, *by_variance(value, spread, np.minimum(p, n)[:, 0])


def _average_precision(hits: np.ndarray, misses: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(T, BINS) each. Rows of one bin count as evenly mixed; the band by the delta method over the bins."""
    hits, misses = hits[:, ::-1], misses[:, ::-1]  # from the highest score down
    p = hits.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (hits + 1) / 2
        right = np.cumsum(hits, axis=1) - hits + middle
        wrong = np.cumsum(misses, axis=1) - misses + np.where(hits > 0, middle / hits, 0.5) * misses
        precision = right / (right + wrong)
        value = (hits * precision).sum(axis=1, keepdims=True) / p
        weight = hits / (right + wrong) ** 2
        gain, cost = weight * wrong, weight * right
        gained = (_below(gain) + precision - value) / p
        lost = -_below(cost) / p
        variance = (hits * gained**2 + misses * lost**2).sum(axis=1)
        fair = np.maximum(0.0, value - gain.sum(axis=1, keepdims=True) / p)[:, 0]  # no row counts itself
        variance *= 1 + 1 / np.sqrt(
            p[:, 0]
        )  # measured: few positive rows spread it by so much more than the slopes say
    low, high = by_variance(fair, variance, p[:, 0])
    return value[:, 0], low, np.maximum(high, value[:, 0])


def _below(values: np.ndarray) -> np.ndarray:
    """Half of each bin's own and all of those after it."""
    after: np.ndarray = np.cumsum(values[:, ::-1], axis=1)[:, ::-1] - values / 2
    return after


def _moment(series: Series, name: str) -> np.ndarray:
    assert series.moments is not None
    column: np.ndarray = series.moments[:, MOMENTS.index(name)]
    return column


def _mean(series: Series, metric: str) -> Estimates:
    total, squares = _MEANS[metric]
    n = series.labelled.astype(np.float64) if metric == "mae" else _moment(series, f"{total}_n")
    mean = _share(_moment(series, total), n)
    half = of_mean(mean, _share(_moment(series, squares), n), n)
    return Estimates(mean, np.maximum(0.0, mean - half), mean + half, n)


def _of_numbers(series: Series, metric: str) -> Estimates:
    n = series.labelled.astype(np.float64)
    mse = _share(_moment(series, "squared"), n)
    if metric == "rmse":
        half, root = of_mean(mse, _share(_moment(series, "fourth"), n), n), np.sqrt(mse)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.exp(np.where(root > 0, half / (2 * mse), half))
        return Estimates(root, root / factor, root * factor, n)
    spread = _share(_moment(series, "truth_squared"), n) - _share(_moment(series, "truth"), n) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(spread > 0, 1 - mse / spread, np.nan)
    nan = np.full(len(value), np.nan)
    return Estimates(value, nan, nan, n)
