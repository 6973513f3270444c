"""What a champion's answers promised, period by period, and how far it came true."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from db.queries.buckets import BucketSeries, bucket_series
from db.queries.estimates import estimated_points, promised_by
from db.queries.periods import Reach, estimates_of, grouped
from mms.domain.decay import DecayPoint, Grain
from mms.domain.projects import Project, Task
from mms.domain.promises import Gap, Promises
from mms.monitoring.metrics import parts_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose promises of which metric, by which periods."""

    model_id: int
    metric: str
    grain: Grain
    reach: Reach = Reach()


def promises_of(session: Session, project: Project, wanted: Wanted, now: datetime) -> Promises | None:
    """All periods of a model; None where nobody learnt yet what its answers promise."""
    one = _answered(session, project, wanted)
    points = None if one is None else estimated_points(session, one, wanted.grain, wanted.metric, now)
    if one is None or points is None:
        return None
    return Promises(wanted.metric, wanted.grain, tuple(points), tuple(_gaps(session, one, wanted.grain, wanted.metric)))


def fill_in(
    session: Session, project: Project, points: Sequence[DecayPoint], metric: str, reach: Reach, now: datetime
) -> list[DecayPoint]:
    """Estimated points for the periods of one model that may not be judged yet; its points in time order.

    Only the buckets from the first such period on are read.
    """
    waiting = {point.period for point in points if not point.mature}
    if not waiting:
        return []
    since = min(waiting) if reach.since is None else max(min(waiting), reach.since)
    wanted = Wanted(points[0].model_id, metric, points[0].grain, replace(reach, since=since))
    one = _answered(session, project, wanted)
    found = None if one is None else estimated_points(session, one, wanted.grain, metric, now)
    return [point for point in found or () if point.period in waiting]


def _answered(session: Session, project: Project, wanted: Wanted) -> BucketSeries | None:
    """The model's buckets with what promises and realised values are read from."""
    own = ("moments",) if project.task is Task.REGRESSION else ("scores",)
    parts = tuple(dict.fromkeys((*own, *parts_of(wanted.metric))))
    reach = wanted.reach
    span = reach.span(wanted.grain, wanted.model_id)
    found = bucket_series(session, [project.id], reach.scope, span, segment=reach.segment, parts=parts)
    return found[0] if found else None


def _gaps(session: Session, one: BucketSeries, grain: Grain, metric: str) -> list[Gap]:
    """Of periods nearly all of whose labels are in."""
    promised = promised_by(session, one, grain, metric, labelled=one.series.layout.task is not Task.REGRESSION)
    assert promised is not None
    realised = estimates_of(one, grain, metric)
    starts, group = grouped(one, grain)
    series = one.series.added(group, len(starts))
    gaps = []
    for i, start in enumerate(starts.astype("datetime64[us]").tolist()):
        n, labelled = int(series.n[i]), int(series.labelled[i])
        point = DecayPoint(start.replace(tzinfo=UTC), one.model_id, realised.at(i), n, labelled)
        estimate = promised.at(i)
        if point.mature and point.estimate and estimate:
            gaps.append(Gap(point.period, point.estimate.value, estimate))
    return gaps
