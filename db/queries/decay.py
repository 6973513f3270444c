"""Decay charts: points of every model that answered, with what they are judged by; all from buckets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Model as ModelRow
from db.models import Run as RunRow
from db.queries.buckets import BucketSeries, bucket_series, period_count
from db.queries.decay_baselines import Baseline, baselines, previous_label
from db.queries.health import HealthRow as HealthRow
from db.queries.health import health as health
from db.queries.models import ranked_of
from db.queries.onset import onset_of
from db.queries.periods import Reach, estimates_of, in_periods, parts_for
from db.queries.promises import fill_in
from db.queries.promotions import Champion, find_champion, holdout_estimate, promotions
from db.queries.triggers import firings
from mms.domain.buckets import Estimate
from mms.domain.decay import Decay, DecayPoint, Grain, judge_decay
from mms.domain.errors import Invalid
from mms.domain.models import RankedModel
from mms.domain.onset import Onset
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL, Promotion
from mms.domain.runs import RunKind
from mms.domain.scores import metric_named
from mms.domain.triggers import Firing
from mms.monitoring.periods import period_starts, points_of

MOST_POINTS = 2_000
"""Points of a chart; more are drawn by a coarser grain."""


@dataclass(frozen=True, slots=True)
class DecayView:
    """What is asked for. by_days: bands from how whole days differ, where errors come in runs (weeks and months).

    segment: a named one, '' for all answers. since, until: only periods that begin in between. beside: metrics that
    counts of truth by label give too, drawn below. previous: also what answering with the truth before would score.
    """

    metric: str
    grain: Grain = Grain.MONTH
    scope: str = GLOBAL
    segment: str = ""
    since: datetime | None = None
    until: datetime | None = None
    by_days: bool = False
    previous: bool = False
    beside: tuple[str, ...] = ()

    @property
    def reach(self) -> Reach:
        """Whose answers of when."""
        return Reach(self.scope, self.segment, self.since, self.until)

    def of(self, metric: str) -> "DecayView":
        """The same of another metric."""
        return replace(self, metric=metric)


@dataclass(frozen=True, slots=True)
class Retraining:
    """A retraining run that was launched."""

    run_id: int
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """Another metric of the same answers."""

    metric: str
    points: tuple[DecayPoint, ...]
    reference: Estimate | None


@dataclass(frozen=True, slots=True)
class DecayPage:
    """All the decay page shows for one metric.

    grain: of the points, coarser than asked for where there would be too many. points: per model in time order.
    reference: the champion's estimate on its newest rows. onset: since when its errors rose, of one that decays.
    """

    champion: Champion | None
    metric: str
    grain: Grain
    points: tuple[DecayPoint, ...]
    models: tuple[RankedModel, ...]
    reference: Estimate | None
    decay: Decay | None
    onset: Onset | None
    baselines: tuple[Baseline, ...]
    beside: tuple[Beside, ...]
    promotions: tuple[Promotion, ...]
    retrainings: tuple[Retraining, ...]
    firings: tuple[Firing, ...]
    labelled: int
    predicted: int
    estimated: tuple[DecayPoint, ...] = ()
    """The champion's periods that may not be judged yet, as estimated without labels."""


def decay_page(session: Session, project: Project, view: DecayView, now: datetime) -> DecayPage:
    """Points of every model that answered in the scope; `now` is the project's present."""
    view = readable(session, project.id, checked(project, view))
    champion = find_champion(session, project.id, view.scope)
    found = bucket_series(
        session,
        [project.id],
        view.scope,
        view.reach.span(view.grain),
        segment=view.segment,
        parts=parts_for(view.metric),
    )
    grain = drawable(found, view.grain)
    seen = replace(view, grain=grain)
    points = decay_points(found, seen, now)
    holdout = _holdout(session, champion)
    reference = holdout_estimate(holdout, view.metric, project.positive_class)
    own = own_points(points, champion) if champion else []
    decay = judge_decay(own, reference, view.metric) if champion else None
    models = session.scalars(
        select(ModelRow).where(ModelRow.id.in_({one.model_id for one in found})).order_by(ModelRow.version)
    )
    return DecayPage(
        champion=champion,
        metric=view.metric,
        grain=grain,
        points=tuple(points),
        models=tuple(ranked_of(row) for row in models),
        reference=reference,
        decay=decay,
        onset=_onset(session, project, champion, view) if decay and decay.decaying else None,
        baselines=_baselines(session, found, champion, seen),
        beside=tuple(
            Beside(
                name,
                tuple(told_anew(points, found, seen.of(name))),
                holdout_estimate(holdout, name, project.positive_class),
            )
            for name in view.beside
            if name != view.metric
        ),
        promotions=tuple(promotions(session, project.id, scope=view.scope)),
        retrainings=_retrainings(session, project.id, view.scope),
        firings=tuple(firings(session, project.id, view.scope)),
        labelled=sum(p.labelled for p in points),
        predicted=sum(p.n for p in points),
        estimated=tuple(fill_in(session, project, own, view.metric, view.reach, now)),
    )


def checked(project: Project, view: DecayView) -> DecayView:
    """The view, or Invalid with what it may ask for."""
    for name in (view.metric, *view.beside):
        metric_named(name, project.task)
    if view.since is not None and view.until is not None and view.since >= view.until:
        raise Invalid(f"Nothing lies from {view.since:%-d %B %Y} to {view.until:%-d %B %Y}: let the end be later.")
    return view


def decay_points(found: Sequence[BucketSeries], view: DecayView, now: datetime) -> list[DecayPoint]:
    """The points of models from their buckets, as of `now`."""
    some = [in_periods(one, view.grain) for one in found]
    estimates = [estimates_of(one, view.grain, view.metric, by_days=view.by_days) for one in found]
    return points_of(some, estimates, now)


def told_anew(points: Sequence[DecayPoint], found: Sequence[BucketSeries], view: DecayView) -> list[DecayPoint]:
    """The points of the same buckets by another metric: when their labels came is told already."""
    estimates = [e for one in found for e in estimates_of(one, view.grain, view.metric, by_days=view.by_days).records()]
    return [replace(point, estimate=estimate) for point, estimate in zip(points, estimates, strict=True)]


def readable(session: Session, project_id: int, view: DecayView, model_id: int | None = None) -> DecayView:
    """The view, by days where it has more hours than can be drawn: a year of hours is not read to be added up."""
    if view.grain is not Grain.HOUR:
        return view
    span = view.reach.span(Grain.HOUR, model_id)
    too_many = period_count(session, project_id, view.scope, span, view.segment) > MOST_POINTS
    return replace(view, grain=Grain.DAY) if too_many else view


def drawable(found: Sequence[BucketSeries], grain: Grain) -> Grain:
    """The grain, or the finest one above it whose points can be drawn."""
    while sum(len(np.unique(period_starts(one.starts, grain))) for one in found) > MOST_POINTS and grain.coarser:
        grain = grain.coarser
    return grain


def own_points(points: Sequence[DecayPoint], champion: Champion) -> list[DecayPoint]:
    """The champion's points since the period it was seated in."""
    seated = points[0].grain.start_of(champion.promotion.promoted_at) if points else None
    return [p for p in points if p.model_id == champion.model.id and seated and p.period >= seated]


def _onset(session: Session, project: Project, champion: Champion | None, view: DecayView) -> Onset | None:
    if champion is None or view.segment:
        return None
    seated = champion.promotion.promoted_at
    return onset_of(session, project, champion.model.id, view.metric, seated, scope=view.scope)


def _holdout(session: Session, champion: Champion | None) -> Mapping[str, Any] | None:
    """The champion's sums on its newest rows, as they are stored."""
    if champion is None:
        return None
    return session.scalar(select(ModelRow.holdout).where(ModelRow.id == champion.model.id))


def _baselines(
    session: Session, found: Sequence[BucketSeries], champion: Champion | None, view: DecayView
) -> tuple[Baseline, ...]:
    """Trivial rules on the rows that the champion was asked about; without one, on those of the newest model."""
    if not found:
        return ()
    one = next((one for one in found if champion is not None and one.model_id == champion.model.id), found[-1])
    told = baselines(one, view.metric, view.grain)
    if not view.previous or view.segment:
        return told
    return (*told, *previous_label(session, one, view.metric, view.grain, view.reach))


def _retrainings(session: Session, project_id: int, scope: str, limit: int = 100) -> tuple[Retraining, ...]:
    """Newest first."""
    stmt = (
        select(RunRow.id, RunRow.number, RunRow.created_at)
        .where(RunRow.project_id == project_id, RunRow.scope == scope, RunRow.kind == RunKind.RETRAINING.value)
        .order_by(RunRow.id.desc())
        .limit(limit)
    )
    return tuple(Retraining(*row) for row in session.execute(stmt))
