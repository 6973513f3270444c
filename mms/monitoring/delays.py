"""How long labels take, from the histograms of delays: quantiles, and what share of a period's labels has come by now.

Labels rarely come at random: a cancelled stay is known before one that took place. So each class is asked by itself.
"""

import numpy as np

from mms.domain.decay import MATURE_COVERAGE, Delay
from mms.monitoring.sums import DELAY_BINS, Series

LEAST_DELAYS = 20
"""Fewer delays of a class tell nothing about it."""

ENDS = 2 ** ((np.arange(DELAY_BINS) + 1) / 2) - 1
"""(DELAY_BINS,) the hours at which each bin ends."""


def delays_of(series: Series) -> list[Delay | None]:
    """The median delay of each period and the one that 9 of 10 labels took at most, where any label tells its delay."""
    assert series.delays is not None
    counts = series.delays[:, 0].sum(axis=1)
    total = counts.sum(axis=1)
    median, most = (_quantile(counts, total, share) for share in (0.5, 0.9))
    return [Delay(m, q) if t else None for t, m, q in zip(total, median.tolist(), most.tolist(), strict=True)]


def arrived(delays: np.ndarray, counts: np.ndarray, coverage: np.ndarray, ages: np.ndarray) -> np.ndarray:
    """(T,) the share of its labels that each period has by now, of the class whose labels take longest.

    delays: (T, K, DELAY_BINS) of true classes; counts: (T,) predictions; coverage: (T,) share of known truths; ages:
    (T,) hours since each period ended. The delays are read from older periods that have their labels; 1 without any.
    """
    complete = (coverage >= MATURE_COVERAGE) & (counts > 0)
    older = np.cumsum(np.where(complete[:, None, None], delays, 0), axis=0)
    older = np.concatenate([np.zeros((1, *older.shape[1:]), older.dtype), older[:-1]])
    total = older.sum(axis=2)
    here = np.where(ENDS[None, None, :] <= ages[:, None, None], older, 0).sum(axis=2)
    share = np.divide(here, total, out=np.ones(total.shape), where=total >= LEAST_DELAYS)
    least: np.ndarray = share.min(axis=1)
    return least


def _quantile(counts: np.ndarray, total: np.ndarray, share: float) -> np.ndarray:
    """(T,) hours, within the bin by the straight line; half an octave is exact enough for words."""
    below = np.cumsum(counts, axis=1)
    wanted = share * total[:, None]
    at = np.argmax(below >= np.maximum(wanted, 1e-9), axis=1)
    rows = np.arange(len(counts))
    start = np.where(at > 0, ENDS[at - 1], 0.0)
    inside = counts[rows, at]
    part = np.divide(wanted[:, 0] - (below[rows, at] - inside), inside, out=np.zeros(len(at)), where=inside > 0)
    hours: np.ndarray = start + part * (ENDS[at] - start)
    return hours
