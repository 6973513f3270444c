"""Scores of arrays, for every metric of a task."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from mms.domain.buckets import Sums
from mms.domain.projects import Task
from mms.domain.scores import METRICS, metrics_of
from mms.ml.prediction import Predicted
from mms.monitoring.metrics import metric_series
from mms.monitoring.sums import BINS, Layout, Series

_RANKING = frozenset({"roc_auc", "average_precision", "log_loss"})
"""Metrics that need the single probabilities; all others follow from counts."""


@dataclass(frozen=True, slots=True)
class _Coded:
    """Labels as whole numbers. codes: (n,), places among `names`, which are sorted."""

    codes: np.ndarray
    names: list[Any]


def score_all(
    task: Task, truth: np.ndarray, predicted: Predicted, classes: Sequence[str], positive: str | None
) -> dict[str, float]:
    """Every metric of the task in stored units (greater is better); a metric the rows do not determine is left out.

    truth: (n,) str or float. Precision is 0 where no row was flagged. Ranking metrics need rows of both classes; log
    loss needs estimated probabilities. Counts give the same numbers here and on the decay chart: one definition.
    """
    if task is Task.REGRESSION:
        natural = _of_numbers(truth, predicted)
    else:
        natural = _of_classes(task, truth, predicted, classes, positive)
    return {name: METRICS[name].stored(float(value)) for name, value in natural.items()}


def sums_of(task: Task, truth: np.ndarray, predicted: Predicted, classes: Sequence[str], positive: str | None) -> Sums:
    """The additive sums of labelled rows, as buckets keep them."""
    if task is not Task.REGRESSION:
        return _counted(task, _coded(truth), predicted, classes, positive)
    n, known = len(truth), truth.astype(np.float64)
    error = _values(predicted) - known
    powers = (np.abs(error), error**2, error**4, known, known**2)
    return Sums(n, n, {}, {}, *(float(power.sum()) for power in powers))


def _counted(task: Task, truth: _Coded, predicted: Predicted, classes: Sequence[str], positive: str | None) -> Sums:
    n = len(truth.codes)
    labels, probabilities = _labels(predicted)
    cells = {(t, str(label)): count for t, label, count in _pairs(truth, _coded(labels))}
    loss = _log_losses(truth, probabilities, classes) if predicted.is_probability else np.zeros(0)
    counted = Sums(
        n, n, cells, log_loss=float(loss.sum()), log_loss_squared=float((loss**2).sum()), log_loss_n=float(len(loss))
    )
    if task is not Task.BINARY or positive is None:
        return counted
    score = probabilities[:, list(classes).index(positive)]
    bins = np.clip((score * BINS).astype(np.int64), 0, BINS - 1)
    return replace(counted, bins={(t, int(b)): count for t, b, count in _pairs(truth, _coded(bins))})


def _cells(task: Task, truth: _Coded, predicted: Predicted, positive: str | None) -> Series:
    """The confusion of the rows as one period."""
    labels = _coded(_labels(predicted)[0])
    known = {str(name): name for name in truth.names} | {str(name): name for name in labels.names}
    names = sorted({*known, positive} if positive is not None else known)
    k, n = len(names), len(truth.codes)
    t, p = (np.array([names.index(str(name)) for name in one.names], np.int64)[one.codes] for one in (truth, labels))
    cells = np.bincount(t * k + p, minlength=(k + 1) * k).reshape(1, k + 1, k)
    return Series(Layout(task, tuple(names), positive), np.array([n]), np.array([n]), cells)


def _of_numbers(truth: np.ndarray, predicted: Predicted) -> dict[str, float]:
    known = truth.astype(np.float64)
    error = _values(predicted) - known
    natural = {"rmse": float(np.sqrt(np.mean(error**2))), "mae": float(np.mean(np.abs(error)))}
    spread = float(np.sum((known - known.mean()) ** 2))
    if spread > 0:
        natural["r2"] = 1.0 - float(np.sum(error**2)) / spread
    return natural


def _of_classes(
    task: Task, truth: np.ndarray, predicted: Predicted, classes: Sequence[str], positive: str | None
) -> dict[str, float]:
    coded = _coded(truth)
    cells = _cells(task, coded, predicted, positive)
    natural = {}
    for metric in metrics_of(task):
        if metric.name in _RANKING:
            continue
        value = float(metric_series(cells, metric.name).value[0])
        if not np.isnan(value):
            natural[metric.name] = value
        elif metric.name == "precision":
            natural["precision"] = 0.0  # A model that flags nothing earns nothing; else it would escape the ranking.
    if task is Task.BINARY and positive is not None:
        hit = truth == positive
        if hit.any() and not hit.all():
            share = _labels(predicted)[1][:, list(classes).index(positive)]
            natural |= _of_ranks(hit, share if predicted.decision is None else predicted.decision)
    if predicted.is_probability:
        natural["log_loss"] = float(_log_losses(coded, _labels(predicted)[1], classes).mean())
    return natural


def _of_ranks(hit: np.ndarray, score: np.ndarray) -> dict[str, float]:
    """ROC AUC (ties count half) and average precision, as scikit-learn has them, from one sorting. hit: (n,) bool."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))  # of each run of equal scores
    right = np.cumsum(hit[order])[ends]
    wrong = ends + 1 - right
    gained, lost = np.diff(right, prepend=0), np.diff(wrong, prepend=0)
    area = float((lost * (2 * right - gained)).sum()) / 2
    return {
        "roc_auc": area / (float(right[-1]) * float(wrong[-1])),
        "average_precision": float((gained * (right / (ends + 1))).sum()) / float(right[-1]),
    }


def _log_losses(truth: _Coded, probabilities: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """(n,) -ln(probability of the truth); a probability of 0 counts as the smallest step of a double above it."""
    columns = np.array([list(classes).index(name) for name in truth.names], dtype=np.int64)[truth.codes]
    given = probabilities[np.arange(len(columns)), columns]
    losses: np.ndarray = -np.log(np.clip(given, np.finfo(np.float64).eps, 1.0))
    return losses


def _coded(values: np.ndarray) -> _Coded:
    codes, names = pd.factorize(values, sort=True)
    return _Coded(codes, names.tolist())


def _pairs(one: _Coded, other: _Coded) -> list[tuple[str, Any, int]]:
    """(one, other, rows) of every pair that occurs."""
    width = len(other.names)
    counts = np.bincount(one.codes * width + other.codes, minlength=len(one.names) * width)
    return [(one.names[k // width], other.names[k % width], int(counts[k])) for k in np.flatnonzero(counts)]


def _labels(predicted: Predicted) -> tuple[np.ndarray, np.ndarray]:
    assert predicted.labels is not None
    assert predicted.probabilities is not None
    return predicted.labels, predicted.probabilities


def _values(predicted: Predicted) -> np.ndarray:
    assert predicted.values is not None
    return predicted.values
