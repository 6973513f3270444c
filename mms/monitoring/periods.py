"""Periods: hours or days of many models put together into calendar periods, and their points on a decay chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import numpy as np

from mms.domain.decay import DecayPoint, Grain
from mms.monitoring.delays import arrived, delays_of
from mms.monitoring.metrics import Estimates
from mms.monitoring.sums import DELAY_BINS, Series

JUDGED_TOGETHER = (Grain.MONTH, Grain.WEEK, Grain.DAY)
"""By which periods mature answers are taken together: those that hold the most labels."""


@dataclass(frozen=True)
class Periods:
    """The sums of one model by calendar period. starts: (T,) datetime64[s], UTC, rising, of those with an answer."""

    project_id: int
    model_id: int
    grain: Grain
    starts: np.ndarray
    series: Series

    @cached_property
    def times(self) -> list[datetime]:
        """The first instants."""
        return [at.replace(tzinfo=UTC) for at in self.starts.astype("datetime64[us]").tolist()]


def period_starts(starts: np.ndarray, grain: Grain) -> np.ndarray:
    """(T,) datetime64[s]: the first instant of the period that holds each of the starts (UTC)."""
    if grain is Grain.MONTH:
        return starts.astype("datetime64[M]").astype("datetime64[s]")
    if grain is Grain.WEEK:
        days = starts.astype("datetime64[D]")
        return (days - (days.astype(np.int64) + 3) % 7).astype("datetime64[s]")  # the epoch was a Thursday
    return starts.astype("datetime64[D]" if grain is Grain.DAY else "datetime64[h]").astype("datetime64[s]")


def points_of(some: Sequence[Periods], estimates: Sequence[Estimates], now: datetime) -> list[DecayPoint]:
    """The points of models that answered the same questions' kind, model by model, as of `now`.

    How long labels take is asked of all of them together, for a new champion has no older periods of its own.
    """
    if not some:
        return []
    ages, shares = _arrivals(some, now)
    found = []
    for one, estimate in zip(some, estimates, strict=True):
        delays = delays_of(one.series) if one.series.delays is not None else [None] * len(one.starts)
        columns = (one.times, estimate.records(), one.series.n.tolist(), one.series.labelled.tolist(), delays)
        found += [
            DecayPoint(start, one.model_id, told, n, labelled, ages[start] >= 0, shares[start], delay, one.grain)
            for start, told, n, labelled, delay in zip(*columns, strict=True)
        ]
    return found


def _arrivals(some: Sequence[Periods], now: datetime) -> tuple[dict[datetime, float], dict[datetime, float]]:
    """Of each period: hours since it ended, and the share of the labels of its slowest class that came since."""
    grain = some[0].grain
    starts = sorted({start for one in some for start in one.times})
    ages = {start: (now - grain.next_of(start)).total_seconds() / 3600 for start in starts}
    classes = sorted({name for one in some for name in one.series.layout.classes} or {""})
    delays = np.zeros((len(starts), len(classes), DELAY_BINS), np.int64)
    counts, labelled = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
    at = {start: i for i, start in enumerate(starts)}
    for one in some:
        rows = np.array([at[start] for start in one.times])
        counts[rows] += one.series.n
        labelled[rows] += one.series.labelled
        if one.series.delays is not None:
            columns = np.array([classes.index(name) for name in one.series.layout.classes or ("",)])
            delays[np.ix_(rows, columns)] += one.series.delays[:, 0]
    coverage = np.divide(labelled, counts, out=np.zeros(len(starts)), where=counts > 0)
    share = arrived(delays, counts, coverage, np.array([ages[start] for start in starts]))
    return ages, dict(zip(starts, share.tolist(), strict=True))
