"""What models answered, by calendar period: hours, days, weeks or months, from their hour or day buckets."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from db.queries.buckets import BucketSeries, Span
from mms.domain.decay import Grain
from mms.domain.promotions import GLOBAL
from mms.monitoring.blocks import block_estimates
from mms.monitoring.metrics import Estimates, metric_series, parts_of
from mms.monitoring.periods import Periods, period_starts
from mms.monitoring.sums import PARTS, Series


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose answers of when. segment: a named one, '' for all; from `since` up to before `until`."""

    scope: str = GLOBAL
    segment: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def span(self, grain: Grain, model_id: int | None = None) -> Span:
        """The buckets from which periods of a grain are added up, of one model or of all."""
        return Span("hour" if grain is Grain.HOUR else "day", self.since, self.until, model_id)


def parts_for(metric: str) -> tuple[str, ...]:
    """The parts of a bucket that a metric's points need: its own, and when labels come."""
    wanted = {*parts_of(metric), "cells", "delays"}
    return tuple(part for part in PARTS if part in wanted)


def in_periods(one: BucketSeries, grain: Grain) -> Periods:
    """Hours or days added up to longer periods."""
    starts, group = grouped(one, grain)
    return Periods(one.project_id, one.model_id, grain, starts, one.series.added(group, len(starts)))


def grouped(one: BucketSeries, grain: Grain) -> tuple[np.ndarray, np.ndarray]:
    """(starts of the periods, which of them each bucket lies in)."""
    starts, group = np.unique(period_starts(one.starts, grain), return_inverse=True)
    return starts, group


def estimates_of(one: BucketSeries, grain: Grain, metric: str, *, by_days: bool = False) -> Estimates:
    """A metric by period. by_days: bands from whole days; where rows give no band in closed form they always are."""
    starts, group = grouped(one, grain)
    if grain in (Grain.WEEK, Grain.MONTH) and (by_days or metric == "r2"):
        return block_estimates(one.series, group, len(starts), metric)
    needed = {part: getattr(one.series, part) for part in parts_of(metric)}
    series = Series(one.series.layout, one.series.n, one.series.labelled, **needed)
    return metric_series(series.added(group, len(starts)), metric)
