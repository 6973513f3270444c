"""Error by a model's age: all versions over one another, from the day on which each was built."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Model as ModelRow
from db.queries.buckets import BucketSeries, bucket_series
from db.queries.decay import DecayView, checked
from db.queries.models import ranked_of
from db.queries.periods import parts_for
from mms.domain.buckets import Estimate
from mms.domain.decay import MATURE_COVERAGE, MINIMUM_LABELS, Grain
from mms.domain.models import RankedModel
from mms.domain.projects import Project
from mms.monitoring.metrics import metric_series

STEPS = {Grain.HOUR: 1, Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 30}
"""Days of a step of age, by the grain that is asked for."""

MOST_STEPS = 500
"""Points of one version; more are put together to longer steps."""


@dataclass(frozen=True, slots=True)
class AgePoint:
    """What a model answered from so many days after it was built, for one step. mature: whether it may be judged."""

    age: int
    estimate: Estimate | None
    n: int
    labelled: int
    mature: bool


@dataclass(frozen=True, slots=True)
class AgeLine:
    """One version, by its age."""

    model: RankedModel
    built: datetime
    points: tuple[AgePoint, ...]


@dataclass(frozen=True, slots=True)
class AgePage:
    """A metric by age. step: days of a point."""

    metric: str
    step: int
    lines: tuple[AgeLine, ...]


def age_page(session: Session, project: Project, view: DecayView, now: datetime) -> AgePage:
    """Every model that answered in the scope, oldest version first; `now` is the project's present."""
    checked(project, view)
    found = bucket_series(
        session,
        [project.id],
        view.scope,
        view.reach.span(Grain.DAY),
        segment=view.segment,
        parts=parts_for(view.metric),
    )
    ids = [one.model_id for one in found]
    rows = {row.id: row for row in session.scalars(select(ModelRow).where(ModelRow.id.in_(ids)))}
    built = {one.model_id: _built(one, rows[one.model_id].created_at) for one in found}
    step = _step(found, built, STEPS[view.grain])
    lines = [
        AgeLine(
            ranked_of(rows[one.model_id]),
            built[one.model_id],
            _points(one, built[one.model_id], step, view.metric, now),
        )
        for one in found
    ]
    return AgePage(view.metric, step, tuple(sorted(lines, key=lambda line: line.model.version)))


def _built(one: BucketSeries, created: datetime) -> datetime:
    """The day a model was built; of one that was told of after it had answered, its first answer's."""
    first: datetime = one.starts[0].astype("datetime64[us]").item().replace(tzinfo=UTC)
    return min(created.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0), first)


def _ages(one: BucketSeries, built: datetime) -> np.ndarray:
    """(T,) whole days since the model was built."""
    ages: np.ndarray = (one.starts - np.datetime64(built.replace(tzinfo=None), "s")) // np.timedelta64(1, "D")
    return ages


def _step(found: list[BucketSeries], built: dict[int, datetime], step: int) -> int:
    oldest = max((int(_ages(one, built[one.model_id])[-1]) for one in found), default=0)
    return max(step, -(-oldest // MOST_STEPS))


def _points(one: BucketSeries, built: datetime, step: int, metric: str, now: datetime) -> tuple[AgePoint, ...]:
    steps, group = np.unique(_ages(one, built) // step, return_inverse=True)
    series = one.series.added(group, len(steps))
    estimates = metric_series(series, metric)
    points = []
    for i, age in enumerate((steps * step).tolist()):
        n, labelled = int(series.n[i]), int(series.labelled[i])
        over = now - built >= timedelta(days=age + step)
        mature = over and labelled >= max(MINIMUM_LABELS, MATURE_COVERAGE * n)
        points.append(AgePoint(age, estimates.at(i), n, labelled, mature))
    return tuple(points)
