"""What trivial rules would have scored on the rows that a model was asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Prediction as PredictionRow
from db.queries.buckets import BucketSeries
from db.queries.periods import Reach, in_periods
from mms.domain.decay import Grain
from mms.monitoring.baselines import OF_CLASSES, OF_NUMBERS, UNRANKED, baseline, previous
from mms.monitoring.metrics import metric_series
from mms.monitoring.periods import Periods, period_starts

MOST_ROWS = 200_000
"""Labelled answers of which the label before is told: their order is in the rows alone."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a trivial rule would have scored: (period, value) in natural units, in time order."""

    name: str
    values: tuple[tuple[datetime, float], ...]


def baselines(one: BucketSeries, metric: str, grain: Grain) -> tuple[Baseline, ...]:
    """The rules that the sums determine."""
    periods = in_periods(one, grain)
    rules = OF_CLASSES if one.series.layout.classes else OF_NUMBERS
    found = [_named(name, periods, baseline(periods.series, metric, knows)) for knows, name in rules.items()]
    return tuple(rule for rule in found if rule.values)


def previous_label(
    session: Session, one: BucketSeries, metric: str, grain: Grain, reach: Reach
) -> tuple[Baseline, ...]:
    """Answering each question with the truth of the one asked before it, whenever that became known.

    Nothing of metrics of probabilities, and where there are more than MOST_ROWS labelled answers.
    """
    row = PredictionRow
    mine = [row.model_id == one.model_id, row.scope == reach.scope, row.truth.is_not(None)]
    mine += [row.predicted_at >= reach.since] if reach.since is not None else []
    mine += [row.predicted_at < reach.until] if reach.until is not None else []
    if metric in UNRANKED or one.series.labelled.sum() > MOST_ROWS:
        return ()
    found = session.execute(select(row.predicted_at, row.truth).where(*mine).order_by(row.predicted_at, row.id)).all()
    if len(found) < 2:
        return ()
    at = np.array([told.predicted_at.astimezone(UTC).replace(tzinfo=None) for told in found], "datetime64[s]")
    starts, group = np.unique(period_starts(at, grain), return_inverse=True)
    layout = one.series.layout
    series = previous(layout, [str(told.truth) for told in found], group, len(starts))
    name = "the label before" if layout.classes else "the value before"
    return (_named(name, Periods(0, one.model_id, grain, starts, series), metric_series(series, metric).value),)


def _named(name: str, periods: Periods, values: np.ndarray) -> Baseline:
    pairs: Sequence[tuple[datetime, float]] = list(zip(periods.times, values.tolist(), strict=True))
    return Baseline(name, tuple((at, value) for at, value in pairs if not np.isnan(value)))
