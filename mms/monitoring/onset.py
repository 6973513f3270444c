"""Onset: since when errors are more frequent, or larger, than they were."""

from dataclasses import dataclass

import numpy as np

from mms.domain.projects import Task
from mms.monitoring.sums import MOMENTS, Layout, Series

DELTA = 0.002
"""ADWIN's chance to cut a stable window (Bifet and Gavaldà, 2007)."""

EFFECT = 0.02
"""By how much the mean error must have risen to count, in units of the error."""


@dataclass(frozen=True, slots=True)
class Errors:
    """The errors of T periods. n: (T,) how many; total, squares: (T,) their sum and the sum of their squares.

    scale: the range in which errors lie; 1 where an error is a wrong answer.
    """

    n: np.ndarray
    total: np.ndarray
    squares: np.ndarray
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a window falls apart. at: the first period of its newer part; seen: the period whose errors showed it.

    before, after: mean errors of both parts when it was seen.
    """

    at: int
    seen: int
    before: float
    after: float

    @property
    def rose(self) -> bool:
        """Whether errors became more."""
        return self.after > self.before


@dataclass(frozen=True, slots=True)
class Onset:
    """A rise of the error that lasts. at: the period in which it began; seen: the one whose errors showed it.

    before, after: mean errors on either side of `at`, up to the newest period. second: whether Page and Hinkley's test
    alarms too.
    """

    at: int
    seen: int
    before: float
    after: float
    second: bool


def errors_of(series: Series, metric: str) -> Errors:
    """What the periods count as errors under a metric: of its denominator, the rows that lower it.

    Precision looks at what was flagged, recall at what is positive, F1 at both; numbers at |e|; else at all answers.
    """
    layout = series.layout
    if layout.task is Task.REGRESSION:
        assert series.moments is not None
        absolute, squared = (series.moments[:, MOMENTS.index(name)] for name in ("absolute", "squared"))
        return Errors(series.labelled, absolute, squared, _range_of(series.labelled, squared))
    assert series.cells is not None
    known = series.cells[:, :-1]
    n, wrong = _counted(layout, known, metric)
    return Errors(n, wrong.astype(np.float64), wrong.astype(np.float64))


def onset(errors: Errors, effect: float = EFFECT) -> Onset | None:
    """The first rise that still lasts: ADWIN saw it, and the mean since is above the one before by more than `effect`.

    ADWIN alarms for falls too, and errors come in runs; so what fell back is left out.
    """
    first = 0
    for cut in adwin(errors):
        if not cut.rose or cut.at <= first:
            continue
        before, after = _mean(errors, first, cut.at), _mean(errors, cut.at, len(errors.n))
        if after - before > effect * errors.scale:
            return Onset(cut.at, cut.seen, before, after, page_hinkley(errors, effect / 2) is not None)
        first = cut.at
    return None


def adwin(errors: Errors, delta: float = DELTA) -> list[Cut]:
    """Every cut that ADWIN makes on the stream of periods, each period being one of its buckets.

    After each period all boundaries of the window are tested: |mean0 - mean1| >= sqrt(2/m var ln(2/d')) +
    scale 2/(3m) ln(2/d'), with 1/m = 1/n0 + 1/n1, d' = delta / ln n and the window's variance; while one is that far
    apart, the oldest period leaves. Of a cut the boundary farthest beyond its limit is told (Bifet and Gavaldà,
    "Learning from time-changing data with adaptive windowing", SDM 2007; their ADWIN0, exact at every boundary).
    """
    kept = np.flatnonzero(errors.n > 0)
    n, total, squares = (np.cumsum(np.concatenate([[0.0], x[kept]])) for x in (errors.n, errors.total, errors.squares))
    cuts: list[Cut] = []
    start = 0
    for end in range(2, len(kept) + 1):
        is_new = True
        while end - start >= 2:
            excess = _excess(n[start : end + 1], total[start : end + 1], squares[start : end + 1], errors.scale, delta)
            farthest = int(np.argmax(excess))
            if excess[farthest] < 0:
                break
            if is_new:
                middle = start + 1 + farthest
                before = (total[middle] - total[start]) / (n[middle] - n[start])
                after = (total[end] - total[middle]) / (n[end] - n[middle])
                cuts.append(Cut(int(kept[middle]), int(kept[end - 1]), float(before), float(after)))
                is_new = False
            start += 1
    return cuts


def page_hinkley(errors: Errors, tolerated: float = EFFECT / 2, alpha: float = 0.001) -> Cut | None:
    """The first rise that Page and Hinkley's test sees: a sum of what exceeds the mean so far by more than `tolerated`.

    The limit follows the spread so far: a sum that drifts down by `tolerated` a row climbs above its least value by
    more than ln(1/alpha) var / (2 tolerated) with a chance of at most alpha (Lundberg's bound for a random walk). The
    walk begins when the mean before it is known to within `tolerated`, at three standard errors.
    """
    tolerated *= errors.scale
    kept = np.flatnonzero(errors.n > 0)
    n, total, squares = errors.n[kept], errors.total[kept], errors.squares[kept]
    count, sums, powers = np.cumsum(n), np.cumsum(total), np.cumsum(squares)
    mean = sums / count
    # half an error more: of few rows without any the variance would be none
    variance = (powers + errors.scale**2 / 2) / (count + 1) - ((sums + errors.scale / 2) / (count + 1)) ** 2
    known = np.flatnonzero(9 * variance / count <= tolerated**2)
    if not len(known) or known[0] + 1 == len(kept):
        return None
    first = int(known[0]) + 1
    # each period is held against the mean before it, so that it cannot excuse itself
    steps = total[1:] - n[1:] * (mean[:-1] + tolerated)
    walk = np.concatenate([np.zeros(first), np.cumsum(steps[first - 1 :])])
    least = np.minimum.accumulate(np.concatenate([[0.0], walk]))[:-1]
    limit = np.log(1 / alpha) * np.concatenate([variance[:1], variance[:-1]]) / (2 * tolerated)
    beyond = np.flatnonzero(walk - least > limit)
    if not len(beyond):
        return None
    seen = int(beyond[0])
    at = first + int(np.argmin(walk[first - 1 : seen]))  # the walk is least before this period
    rest = (sums[seen] - sums[at - 1]) / (count[seen] - count[at - 1])
    return Cut(int(kept[at]), int(kept[seen]), float(mean[at - 1]), float(rest))


def _excess(n: np.ndarray, total: np.ndarray, squares: np.ndarray, scale: float, delta: float) -> np.ndarray:
    """By how much each inner boundary of a window is beyond its limit. All sums: cumulative."""
    count = n[-1] - n[0]
    mean = (total[-1] - total[0]) / count
    variance = max(0.0, (squares[-1] - squares[0]) / count - mean**2)
    n0, n1 = n[1:-1] - n[0], n[-1] - n[1:-1]
    apart = np.abs((total[1:-1] - total[0]) / n0 - (total[-1] - total[1:-1]) / n1)
    log = np.log(2 * max(1.0, np.log(count)) / delta)
    shares = 1 / n0 + 1 / n1
    excess: np.ndarray = apart - np.sqrt(2 * shares * variance * log) - scale * 2 / 3 * shares * log
    return excess


def _counted(layout: Layout, known: np.ndarray, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """(rows, wrong ones) of each period. known: (T, truth, label)."""
    if metric not in ("precision", "recall", "f1") or layout.positive is None:
        n = known.sum(axis=(1, 2))
        return n, n - np.trace(known, axis1=1, axis2=2)
    at = layout.classes.index(layout.positive)
    flagged, true, hit = known[:, :, at].sum(axis=1), known[:, at].sum(axis=1), known[:, at, at]
    if metric == "precision":
        return flagged, flagged - hit
    if metric == "recall":
        return true, true - hit
    return flagged + true - hit, flagged + true - 2 * hit


def _range_of(n: np.ndarray, squares: np.ndarray) -> float:
    """Six times the root of the mean squared error: hardly an error lies beyond it."""
    count = n.sum()
    return float(6 * np.sqrt(squares.sum() / count)) if count and squares.sum() > 0 else 1.0


def _mean(errors: Errors, start: int, end: int) -> float:
    count = errors.n[start:end].sum()
    return float(errors.total[start:end].sum() / count) if count else 0.0
