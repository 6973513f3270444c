"""Samples of answers whose truth people tell: drawn at random or spread out, bands, and how many more it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from mms.domain.buckets import Estimate
from mms.monitoring.bands import Z95
from mms.monitoring.metrics import Estimates

LEAST_ROWS = 10
"""Rows that a metric must rest on before its own band says how many more it takes."""


def random_rows(ids: np.ndarray, count: int, seed: Sequence[int]) -> np.ndarray:
    """A simple random sample of the ids without replacement, in random order: each part from its start is one too.

    The same ids, in whatever order, with the same seed give the same rows.
    """
    chance = np.random.default_rng(list(seed))
    drawn: np.ndarray = chance.choice(np.sort(ids), size=min(count, len(ids)), replace=False)
    return drawn


def of_finite(found: Estimates, n: int, frame_n: int) -> Estimates:
    """The bands of a sample of n out of frame_n rows: narrower by the root of (N - n) / (N - 1) (Cochran 1977, 2.6)."""
    factor = sqrt(max(0, frame_n - n) / max(1, frame_n - 1))
    low, high = found.value - factor * (found.value - found.low), found.value + factor * (found.high - found.value)
    return Estimates(found.value, low, high, found.n)


@dataclass(frozen=True, slots=True)
class Sampled:
    """What a sample tells of a metric so far. n: its labelled rows; frame_n: the rows it was drawn from.

    share: the promised share of rows that the metric rests on (of recall: positive ones), None of one that is no share.
    """

    n: int
    frame_n: int
    estimate: Estimate | None
    share: float | None


def labels_needed(sampled: Sampled, within: float) -> int | None:
    """How many more random labels until half the 95 % band is at most `within`; None: not to be told yet.

    A half width goes with the root of 1/n - 1/N. Where the metric rests on few rows yet: Wilson's at one half, where it
    is widest, which is z / (2 sqrt(m + z^2)) for m rows, and the promised share of rows of which m are.
    """
    n, frame_n, estimate = sampled.n, sampled.frame_n, sampled.estimate
    if n >= frame_n:
        return 0
    if estimate is not None and estimate.low is not None and estimate.high is not None and estimate.n >= LEAST_ROWS:
        half = (estimate.high - estimate.low) / 2
        if half <= within:
            return 0
        inverse = (1 / n - 1 / frame_n) * (within / half) ** 2
    elif sampled.share:
        m = max(1.0, (Z95 / (2 * within)) ** 2 - Z95**2)
        inverse = sampled.share / m
    else:
        return None
    return max(1, ceil(1 / (1 / frame_n + inverse)) - n)


def spread_out(numbers: np.ndarray, codes: np.ndarray, count: int) -> list[int]:
    """Rows far from one another, the first one first: each next is the farthest from all before (Gonzalez 1985).

    numbers: (N, P), NaN missing; codes: (N, Q) of categories. The distance is the mean over columns (Gower 1971);
    a twin of a row is never taken.
    """
    low, high = (np.nan_to_num(end(numbers, axis=0, initial=at, where=~np.isnan(numbers)))
                 for end, at in ((np.min, np.inf), (np.max, -np.inf)))  # fmt: skip
    width = np.where(high > low, high - low, 1.0)
    chosen = [0][: min(count, len(numbers))]
    nearest = np.full(len(numbers), np.inf)
    while chosen and len(chosen) < count:
        nearest = np.minimum(nearest, _distance(numbers, codes, chosen[-1], width))
        farthest = int(np.argmax(nearest))
        if nearest[farthest] <= 0:
            break
        chosen.append(farthest)
    return chosen


def _distance(numbers: np.ndarray, codes: np.ndarray, row: int, width: np.ndarray) -> np.ndarray:
    """(N,) from one row to all; a value that only one of both lacks is as far as can be."""
    apart = np.abs(numbers - numbers[row]) / width
    lacking = np.isnan(numbers) & np.isnan(numbers[row])
    apart = np.where(lacking, 0.0, np.where(np.isnan(apart), 1.0, apart))
    both = np.concatenate([apart, codes != codes[row]], axis=1)
    distance: np.ndarray = both.mean(axis=1) if both.shape[1] else np.zeros(len(both))
    return distance
