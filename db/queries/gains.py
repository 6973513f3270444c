"""Retrainings whose worth is not known yet, and what was answered before and after them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from db.models import Firing as FiringRow
from db.models import Model as ModelRow
from db.models import Prediction as PredictionRow
from db.models import Promotion as PromotionRow
from db.models import Run as RunRow
from db.queries.buckets import BucketSeries, bucket_series
from db.queries.periods import estimates_of, in_periods, parts_for
from mms.domain.buckets import Estimate, Sums
from mms.domain.decay import Grain
from mms.monitoring.metrics import metric_series, unknown
from mms.monitoring.periods import points_of

MOST = 3
"""So many mature periods of a champion, its last ones, say what its level was."""


@dataclass(frozen=True, slots=True)
class Reign:
    """A champion that a firing brought, and the one it followed. until: when it was followed itself, None: it sits."""

    firing_id: int
    scope: str
    model_id: int
    before_id: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Level:
    """A model's metric over some mature periods together. periods: how many; grain: how long each."""

    estimate: Estimate
    periods: int
    grain: Grain


def open_reigns(session: Session, project_id: int) -> list[Reign]:
    """Promotions that followed a firing whose gain is not known; the first seating of each run counts."""
    seat, run, model = PromotionRow, RunRow, ModelRow
    stmt = (
        select(FiringRow.id, func.min(seat.id))
        .join(run, run.firing_id == FiringRow.id)
        .join(model, model.run_id == run.id)
        .join(seat, (seat.model_id == model.id) & (seat.scope == run.scope))
        .where(FiringRow.project_id == project_id, FiringRow.gain.is_(None))
        .group_by(FiringRow.id)
        .order_by(FiringRow.id)
    )
    found = (_reign(session, firing_id, promotion_id) for firing_id, promotion_id in session.execute(stmt))
    return [reign for reign in found if reign is not None]


def _reign(session: Session, firing_id: int, promotion_id: int) -> Reign | None:
    """None where the champion followed nobody, or itself."""
    seat, row = session.get_one(PromotionRow, promotion_id), PromotionRow
    ledger = select(row.model_id, row.promoted_at).where(row.project_id == seat.project_id, row.scope == seat.scope)
    before = session.execute(ledger.where(row.id < seat.id).order_by(row.id.desc()).limit(1)).first()
    after = session.execute(ledger.where(row.id > seat.id).order_by(row.id).limit(1)).first()
    if before is None or before.model_id == seat.model_id:
        return None
    until = after.promoted_at if after else None
    return Reign(firing_id, seat.scope, seat.model_id, before.model_id, seat.promoted_at, until)


def answered_in(session: Session, project_id: int, scope: str, metric: str) -> list[BucketSeries]:
    """What every model of a scope answered, by day, as far as a metric asks."""
    return bucket_series(session, [project_id], scope, parts=parts_for(metric))


def level(
    found: Sequence[BucketSeries], reign: Reign, metric: str, grain: Grain, now: datetime, *, before: bool = False
) -> Level | None:
    """The metric over the champion's newest mature periods together, at most `MOST`; None where none is mature.

    before: of the one that it followed, over periods that began before the reign. What either answered aside, not in
    its own time, does not count.
    """
    model_id = reign.before_id if before else reign.model_id
    first, last = (None, reign.since) if before else (grain.start_of(reign.since), reign.until)
    some = [in_periods(one, grain) for one in found]
    own = next((i for i, one in enumerate(found) if one.model_id == model_id), None)
    if own is None:
        return None
    estimates = [unknown(len(one.starts)) for one in some]
    estimates[own] = estimates_of(found[own], grain, metric)
    points = [point for point in points_of(some, estimates, now) if point.model_id == model_id]
    seated = [(first is None or point.period >= first) and (last is None or point.period < last) for point in points]
    judged = [point.mature and point.estimate is not None for point in points]
    mature = [i for i, counts in enumerate(zip(seated, judged, strict=True)) if all(counts)][-MOST:]
    groups = np.array([0 if i in mature else 1 for i in range(len(points))])
    estimate = metric_series(some[own].series.added(groups, 2), metric).at(0)
    return Level(estimate, len(mature), grain) if mature and estimate else None


def same_rows(session: Session, project_id: int, reign: Reign) -> tuple[Sums, Sums] | None:
    """The labels of both champions for the same entity at the same time, counted; None where there are none.

    The old one answers the same rows where predictions of several models are sent in, or where both are served.
    """
    old, new = aliased(PredictionRow), aliased(PredictionRow)
    both = (
        select(new.truth, old.label, new.label, func.count())
        .join(old, (old.entity == new.entity) & (old.predicted_at == new.predicted_at))
        .where(new.project_id == project_id, new.model_id == reign.model_id, new.predicted_at >= reign.since)
        .where(old.project_id == project_id, old.model_id == reign.before_id, new.truth.is_not(None))
        .where(old.label.is_not(None), new.label.is_not(None))
        .group_by(new.truth, old.label, new.label)
    )
    cells: tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]] = ({}, {})
    for truth, before, after, count in session.execute(both):
        for counts, label in zip(cells, (before, after), strict=True):
            pair = (str(truth), str(label))
            counts[pair] = counts.get(pair, 0) + count
    total = sum(cells[0].values())
    return (Sums(total, total, cells[0]), Sums(total, total, cells[1])) if total else None
