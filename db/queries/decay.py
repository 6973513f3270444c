"""Decay charts, trigger readings and the health of projects: all from buckets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Firing as FiringRow
from db.models import Model as ModelRow
from db.models import Run as RunRow
from db.models import Trigger as TriggerTable
from db.queries.buckets import monthly_sums
from db.queries.health import HealthRow as HealthRow
from db.queries.health import health as health
from db.queries.labels import new_labels, trigger_of
from db.queries.models import ranked_of
from db.queries.promotions import Champion, find_champion, holdout_estimate, promotions
from mms.domain.buckets import WATCHED, Estimate
from mms.domain.decay import EFFECT, Decay, DecayPoint, judge_decay, month_of, point_of, watched_metric
from mms.domain.errors import Invalid
from mms.domain.models import RankedModel
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL, Promotion
from mms.domain.scores import metric_named, metrics_of
from mms.domain.triggers import Firing, Reading, Situation, Trigger, TriggerKind, read_trigger


@dataclass(frozen=True, slots=True)
class DecayPage:
    """All the decay page shows for one metric.

    points: per model in time order. reference: the champion's estimate on its newest rows.
    """

    champion: Champion | None
    metric: str
    points: tuple[DecayPoint, ...]
    models: tuple[RankedModel, ...]
    reference: Estimate | None
    decay: Decay | None
    promotions: tuple[Promotion, ...]
    firings: tuple[Firing, ...]
    labelled: int
    predicted: int


def decay_page(session: Session, project: Project, metric: str, now: datetime, scope: str = GLOBAL) -> DecayPage:
    """Points by calendar month (UTC) of every model that answered in the scope; `now` is the project's present."""
    metric_named(metric, project.task)
    if metric not in WATCHED:
        raise Invalid(f"'{metric}' cannot be read from buckets; choose one of {', '.join(watched(project))}.")
    champion = find_champion(session, project.id, scope)
    months = monthly_sums(session, [project.id], scope)
    points = tuple(point_of(m.month, m.model_id, m.sums, metric, project.positive_class, now) for m in months)
    reference = _reference(session, champion, metric, project)
    ids = sorted({m.model_id for m in months})
    models = session.scalars(select(ModelRow).where(ModelRow.id.in_(ids)).order_by(ModelRow.version))
    return DecayPage(
        champion=champion,
        metric=metric,
        points=points,
        models=tuple(ranked_of(row) for row in models),
        reference=reference,
        decay=judge_decay(_own(points, champion), reference, metric) if champion else None,
        promotions=tuple(promotions(session, project.id, scope=scope)),
        firings=tuple(firings(session, project.id)),
        labelled=sum(p.labelled for p in points),
        predicted=sum(p.n for p in points),
    )


def watched(project: Project) -> list[str]:
    """The metrics of a project that buckets determine."""
    return [metric.name for metric in metrics_of(project.task) if metric.name in WATCHED]


def _own(points: Sequence[DecayPoint], champion: Champion) -> list[DecayPoint]:
    """The champion's points since the month it was seated in."""
    first = month_of(champion.promotion.promoted_at)
    return [p for p in points if p.model_id == champion.model.id and p.period >= first]


def _reference(session: Session, champion: Champion | None, metric: str, project: Project) -> Estimate | None:
    if champion is None:
        return None
    holdout = session.scalar(select(ModelRow.holdout).where(ModelRow.id == champion.model.id))
    return holdout_estimate(holdout, metric, project.positive_class)


def situation(session: Session, project: Project, now: datetime, effect: float = EFFECT) -> Situation:
    """What the project's triggers look at; falls larger than `effect` (natural units) are decay."""
    return _watch(session, project, now).situation(effect)


@dataclass(frozen=True, slots=True)
class _Watch:
    """A project's situation, before it is said how large a fall counts."""

    now: datetime
    new_labels: int
    champion: Champion | None
    metric: str
    points: tuple[DecayPoint, ...]
    reference: Estimate | None

    def situation(self, effect: float) -> Situation:
        """The situation for a trigger that counts falls larger than `effect`."""
        if self.champion is None:
            return Situation(self.now, self.new_labels, None, None)
        decay = judge_decay(self.points, self.reference, self.metric, effect=effect)
        return Situation(self.now, self.new_labels, self.champion.promotion.promoted_at, decay)


def _watch(session: Session, project: Project, now: datetime) -> _Watch:
    metric = watched_metric(project.primary_metric, project.task)
    champion = find_champion(session, project.id)
    if champion is None:
        return _Watch(now, 0, None, metric, (), None)
    months = monthly_sums(session, [project.id], GLOBAL)
    points = [point_of(m.month, m.model_id, m.sums, metric, project.positive_class, now) for m in months]
    return _Watch(
        now=now,
        new_labels=new_labels(session, project.id, champion.model.snapshot_id, now),
        champion=champion,
        metric=metric,
        points=tuple(_own(points, champion)),
        reference=_reference(session, champion, metric, project),
    )


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """A trigger with how far it is."""

    trigger: Trigger
    reading: Reading


def triggers(session: Session, project: Project, now: datetime) -> list[TriggerRow]:
    """Live triggers of a project, read now."""
    row = TriggerTable
    stmt = select(row).where(row.project_id == project.id, row.deleted_at.is_(None)).order_by(row.id)
    live = [trigger_of(found) for found in session.scalars(stmt)]
    if not live:
        return []
    watch = _watch(session, project, now)
    return [TriggerRow(t, read_trigger(t, watch.situation(effect_of(t)))) for t in live]


def effect_of(trigger: Trigger) -> float:
    """The fall that counts for a trigger: its own threshold where it watches decay."""
    return trigger.threshold if trigger.kind is TriggerKind.DECAY else EFFECT


def firings(session: Session, project_id: int, limit: int = 100) -> list[Firing]:
    """Newest first, each with its run."""
    stmt = (
        select(FiringRow, TriggerTable.rule, RunRow.id)
        .join(TriggerTable, TriggerTable.id == FiringRow.trigger_id)
        .outerjoin(RunRow, RunRow.firing_id == FiringRow.id)
        .where(FiringRow.project_id == project_id)
        .order_by(FiringRow.id.desc())
        .limit(limit)
    )
    return [
        Firing(
            id=row.id,
            trigger_id=row.trigger_id,
            project_id=row.project_id,
            kind=TriggerKind(rule["conditions"][0]["kind"]),
            fired_at=row.fired_at,
            evidence=row.evidence,
            run_id=run_id,
            outcome=row.outcome,
        )
        for row, rule, run_id in session.execute(stmt)
    ]
