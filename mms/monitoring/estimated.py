"""What a metric is expected to be before the truth is known (CBPE for classes, DLE for numbers), and by how much it may
miss.

It holds while probabilities mean what they meant on the rows of the calibration: no concept drift, no region of rows
that was never seen. Where truths are known, realised less estimated is the sign of concept drift.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mms.domain.projects import Task
from mms.monitoring.bands import Z95, by_variance
from mms.monitoring.metrics import Estimates, ranked, unknown
from mms.monitoring.sums import BINS, MOMENTS, Series

_OF_TWO = frozenset({"roc_auc", "average_precision", "log_loss", "brier"})
"""Metrics that are promised of two classes only: they need probabilities of one row together."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What probabilities mean. chance: (scored, BINS) the share of rows of each scored class among those of a bin.

    rows: out-of-fold rows it was learnt from.
    """

    chance: np.ndarray
    rows: int


@dataclass(frozen=True, slots=True)
class ExpectedErrors:
    """How far errors scatter about what was expected of them: root mean squares of |e| and of e^2 less expected.

    rows: out-of-fold rows they were learnt from.
    """

    spread_absolute: float
    spread_squared: float
    rows: int


def estimated_series(series: Series, calibration: Calibration, metric: str, *, labelled: bool = False) -> Estimates:
    """CBPE: the metric that calibrated probabilities promise, with the band in which the realised one should lie.

    labelled: of the rows whose truth is known only, to be held against the realised metric. Sums are exact but for
    what lies within a bin: E[TP] = sum over bins of n c, of rows that got the label. The band has the variance of the
    truths given c, and as much again for each row of the calibration that is missing to the rows estimated.
    """
    assert series.scores is not None
    counts = series.scores[:, :, 1:] if labelled else series.scores
    rows = counts.sum(axis=2).astype(np.float64)  # (T, scored, 2, BINS)
    if not series.layout.scored:
        return unknown(len(series))
    n = rows[:, 0].sum(axis=(1, 2))
    wider = 1 + n / max(1, calibration.rows)
    is_binary = series.layout.task is Task.BINARY
    if metric in _OF_TWO and not is_binary:
        return unknown(len(series))
    if metric in ("roc_auc", "average_precision"):
        return _ranked(rows[:, 0].sum(axis=1), calibration, metric, wider)
    if metric in ("log_loss", "brier"):
        return _of_probabilities(rows[:, 0].sum(axis=1), calibration, metric, wider)
    promised = _Promised.of(rows, calibration.chance)
    if is_binary:
        return _of_two(promised, metric, n, wider)
    return _of_many(promised, metric, n, wider)


def expected_series(series: Series, errors: ExpectedErrors, metric: str) -> Estimates:
    """DLE: the mean of the errors that were expected of each answer. mae, rmse; others are unknown."""
    assert series.moments is not None
    n = series.moments[:, MOMENTS.index("expected_n")]
    name, spread = ("absolute", errors.spread_absolute) if metric == "mae" else ("squared", errors.spread_squared)
    if metric not in ("mae", "rmse"):
        return unknown(len(series))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n > 0, series.moments[:, MOMENTS.index(f"expected_{name}")] / n, np.nan)
        half = Z95 * spread * np.sqrt((1 + n / max(1, errors.rows)) / n)
        low, high = np.maximum(0.0, mean - half), mean + half
    if metric == "mae":
        return Estimates(mean, low, high, n)
    with np.errstate(invalid="ignore"):
        return Estimates(np.sqrt(np.maximum(0.0, mean)), np.sqrt(low), np.sqrt(high), n)


@dataclass(frozen=True, slots=True)
class _Promised:
    """(T, scored) each: a class's answers, and what calibrated probabilities promise of them.

    flagged, rest: rows that got the label, and others; hits, missed: those of them expected to be of the class;
    hits_spread, missed_spread: the variances of both.
    """

    flagged: np.ndarray
    rest: np.ndarray
    hits: np.ndarray
    missed: np.ndarray
    hits_spread: np.ndarray
    missed_spread: np.ndarray

    @staticmethod
    def of(rows: np.ndarray, chance: np.ndarray) -> "_Promised":
        """rows: (T, scored, 2, BINS), by whether the label is the class. Each row is of one class in all."""
        if rows.shape[1] > 1:
            total = np.einsum("tslb,sb->t", rows, chance)
            n = rows[:, 0].sum(axis=(1, 2))
            scale = np.divide(n, total, out=np.ones(len(n)), where=total > 0)[:, None, None]
            chances = np.minimum(1.0, chance[None] * scale)
        else:
            chances = np.broadcast_to(chance[None], (len(rows), *chance.shape))
        spread = chances * (1 - chances)
        rest, flagged = rows[:, :, 0], rows[:, :, 1]
        return _Promised(
            flagged.sum(axis=2),
            rest.sum(axis=2),
            (flagged * chances).sum(axis=2),
            (rest * chances).sum(axis=2),
            (flagged * spread).sum(axis=2),
            (rest * spread).sum(axis=2),
        )


_Share = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""A metric of one class from (hits, missed, flagged, rest)."""


def _balanced(hits: np.ndarray, missed: np.ndarray, flagged: np.ndarray, rest: np.ndarray) -> np.ndarray:
    right: np.ndarray = rest - missed
    share: np.ndarray = (hits / (hits + missed) + right / (right + flagged - hits)) / 2
    return share


_SHARES: dict[str, _Share] = {
    "precision": lambda hits, missed, flagged, rest: hits / flagged,
    "recall": lambda hits, missed, flagged, rest: hits / (hits + missed),
    "f1": lambda hits, missed, flagged, rest: 2 * hits / (flagged + hits + missed),
    "accuracy": lambda hits, missed, flagged, rest: (hits + rest - missed) / (flagged + rest),
    "balanced_accuracy": _balanced,
}
_MACRO = {"balanced_accuracy": "recall", "recall_macro": "recall", "precision_macro": "precision", "f1_macro": "f1"}


def _share(promised: _Promised, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """(T, scored) value and variance, by the delta method over hits and missed."""
    share = _SHARES[metric]
    hits, missed, sizes = promised.hits, promised.missed, (promised.flagged, promised.rest)
    step = 1e-6 * np.maximum(1.0, hits + missed)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = share(hits, missed, *sizes)
        by_hits = (share(hits + step, missed, *sizes) - share(hits - step, missed, *sizes)) / (2 * step)
        by_missed = (share(hits, missed + step, *sizes) - share(hits, missed - step, *sizes)) / (2 * step)
        return value, by_hits**2 * promised.hits_spread + by_missed**2 * promised.missed_spread


def _of_two(promised: _Promised, metric: str, n: np.ndarray, wider: np.ndarray) -> Estimates:
    value, variance = (values[:, 0] for values in _share(promised, metric))
    return _banded(value, variance * wider, n)


def _of_many(promised: _Promised, metric: str, n: np.ndarray, wider: np.ndarray) -> Estimates:
    if metric == "accuracy":
        with np.errstate(divide="ignore", invalid="ignore"):
            value, variance = promised.hits.sum(axis=1) / n, promised.hits_spread.sum(axis=1) / n**2
        return _banded(value, variance * wider, n)
    value, variance = _share(promised, _MACRO[metric])
    classes = value.shape[1]
    return _banded(np.nan_to_num(value).mean(axis=1), np.nan_to_num(variance).sum(axis=1) / classes**2 * wider, n)


def _ranked(rows: np.ndarray, calibration: Calibration, metric: str, wider: np.ndarray) -> Estimates:
    chance = calibration.chance[0]
    found = ranked(rows * chance, rows * (1 - chance), metric)
    # a band of so many more rows: its width about the value grows by the root
    factor = np.sqrt(wider)
    low, high = (found.value + (end - found.value) * factor for end in (found.low, found.high))
    return Estimates(found.value, np.maximum(0.0, low), np.minimum(1.0, high), found.n)


def _of_probabilities(rows: np.ndarray, calibration: Calibration, metric: str, wider: np.ndarray) -> Estimates:
    """Mean losses of what was said (the middle of a bin) under what it means; (T, BINS) rows."""
    said, chance = (np.arange(BINS) + 0.5) / BINS, calibration.chance[0]
    if metric == "brier":
        hit, miss = (1 - said) ** 2, said**2
    else:
        hit, miss = -np.log(said), -np.log(1 - said)
    n = rows.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = rows @ (chance * hit + (1 - chance) * miss) / n
        half = Z95 * np.sqrt(rows @ (chance * (1 - chance) * (hit - miss) ** 2) * wider) / n
    return Estimates(mean, np.maximum(0.0, mean - half), mean + half, n)


def _banded(value: np.ndarray, variance: np.ndarray, n: np.ndarray) -> Estimates:
    low, high = by_variance(value, variance, n)
    known = (n > 0) & ~np.isnan(value)
    value, low, high = (np.where(known, values, np.nan) for values in (value, low, high))
    return Estimates(value, low, high, n)
