"""The health of projects: what each needs, in a fixed number of statements for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import FeatureTable as TableRow
from db.models import InstanceTable as InstanceRow
from db.models import Job as JobRow
from db.models import Model as ModelRow
from db.models import RunTriple as RunTripleRow
from db.models import Trigger as TriggerTable
from db.queries.buckets import MonthSums, monthly_sums
from db.queries.jobs import UNFINISHED, job_of
from db.queries.projects import projects
from db.queries.promotions import Champion, champions_of, holdout_estimate
from db.queries.runs import unfinished_runs
from mms.domain.buckets import metric_of, total
from mms.domain.decay import EFFECT, Decay, judge_decay, month_of, point_of, watched_metric
from mms.domain.health import State, health_of
from mms.domain.jobs import Job, JobKind
from mms.domain.members import Member
from mms.domain.models import ModelState
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL, evidence_from_json, judge
from mms.domain.runs import Run
from mms.domain.triggers import TriggerKind


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One project on the health page. action: the button it needs: "retrain", "promote", "train", "data" or None."""

    project: Project
    champion: Champion | None
    well: bool
    sentence: str
    action: str | None
    challengers: int
    decay: Decay | None
    coverage: float | None
    spark: tuple[float, ...]
    running: Run | None
    replay: Job | None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was read for all projects, by project id (holdouts: by model id)."""

    now: datetime
    rows: Mapping[int, int]
    models: Mapping[int, int]
    champions: Mapping[int, Champion]
    holdouts: Mapping[int, Mapping[str, Any] | None]
    months: Mapping[int, Sequence[MonthSums]]
    effects: Mapping[int, float]
    challengers: Mapping[int, Sequence[tuple[str, Mapping[str, Any]]]]
    running: Mapping[int, Run]
    replays: Mapping[int, Job]


def health(session: Session, member: Member, now: datetime) -> list[HealthRow]:
    """Every live project, those that need somebody first."""
    listed = projects(session, member)
    facts = _facts(session, [project.id for project in listed], now)
    return sorted((_row(project, facts) for project in listed), key=lambda row: (row.well, row.project.name))


def _row(project: Project, facts: _Facts) -> HealthRow:
    metric = watched_metric(project.primary_metric, project.task)
    champion = facts.champions.get(project.id)
    months = facts.months.get(project.id, [])
    decay = _decay(project, metric, champion, months, facts)
    waiting = _waiting(project, champion, facts.challengers.get(project.id, []))
    predicted, labelled = sum(m.sums.n for m in months), sum(m.sums.labelled for m in months)
    running = facts.running.get(project.id)
    state = State(
        metric=metric,
        rows=facts.rows.get(project.id),
        models=facts.models.get(project.id, 0),
        champion=champion.model.name if champion else None,
        since=champion.promotion.promoted_at if champion else None,
        decay=decay,
        better=max(((gain, name) for name, gain in waiting if gain is not None), default=(0.0, None))[1],
        predicted=predicted,
        running=running is not None,
    )
    judged = health_of(state)
    return HealthRow(
        project=project,
        champion=champion,
        well=judged.well,
        sentence=judged.sentence,
        action=judged.need.value if judged.need else None,
        challengers=len(waiting),
        decay=decay,
        coverage=decay.newest.coverage if decay and decay.newest else (labelled / predicted if predicted else None),
        spark=_spark(project, metric, months),
        running=running,
        replay=facts.replays.get(project.id),
    )


def _decay(
    project: Project, metric: str, champion: Champion | None, months: Sequence[MonthSums], facts: _Facts
) -> Decay | None:
    if champion is None:
        return None
    first = month_of(champion.promotion.promoted_at)
    points = [
        point_of(m.month, m.model_id, m.sums, metric, project.positive_class, project.present(facts.now))
        for m in months
        if m.model_id == champion.model.id and m.month >= first
    ]
    reference = holdout_estimate(facts.holdouts.get(champion.model.id), metric, project.positive_class)
    return judge_decay(points, reference, metric, effect=facts.effects.get(project.id, EFFECT))


def _waiting(
    project: Project, champion: Champion | None, challengers: Sequence[tuple[str, Mapping[str, Any]]]
) -> list[tuple[str, float | None]]:
    """Challengers scored against the present champion, newest first, each with its gain where it won."""
    found = []
    for name, newest in challengers:
        if champion is not None and newest["champion_model_id"] == champion.model.id:
            evidence = evidence_from_json(newest)
            verdict = judge(evidence.champion, evidence.challenger, project.policy.margin)
            won = verdict.promote and evidence.metric == project.primary_metric
            found.append((name, (evidence.challenger or 0.0) - (evidence.champion or 0.0) if won else None))
    return found


def _spark(project: Project, metric: str, months: Sequence[MonthSums]) -> tuple[float, ...]:
    """The metric by month over all models of the scope, natural units."""
    by_month = {m: [s.sums for s in months if s.month == m] for m in sorted({s.month for s in months})}
    estimates = [metric_of(total(parts), metric, project.positive_class) for parts in by_month.values()]
    return tuple(estimate.value for estimate in estimates if estimate)


def _facts(session: Session, ids: Sequence[int], now: datetime) -> _Facts:
    champions = {
        project_id: seat
        for project_id, seats in champions_of(session, ids).items()
        for seat in seats
        if seat.promotion.scope == GLOBAL
    }
    seated = [seat.model.id for seat in champions.values()]
    months: dict[int, list[MonthSums]] = {}
    for month in monthly_sums(session, ids, GLOBAL):
        months.setdefault(month.project_id, []).append(month)
    holdouts = session.execute(select(ModelRow.id, ModelRow.holdout).where(ModelRow.id.in_(seated)))
    return _Facts(
        now=now,
        rows=_base_rows(session, ids),
        models=_model_counts(session, ids),
        champions=champions,
        holdouts={row.id: row.holdout for row in holdouts},
        months=months,
        effects=_effects(session, ids),
        challengers=_challengers(session, ids),
        running=unfinished_runs(session, ids),
        replays=_replays(session, ids),
    )


def _base_rows(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Rows of the base table of the newest declaration."""
    newest = select(func.max(InstanceRow.id)).where(InstanceRow.project_id.in_(ids)).group_by(InstanceRow.project_id)
    stmt = (
        select(InstanceRow.project_id, TableRow.row_count)
        .join(TableRow, TableRow.id == InstanceRow.base_table_id)
        .where(InstanceRow.id.in_(newest))
    )
    return {row.project_id: row.row_count for row in session.execute(stmt)}


def _model_counts(session: Session, ids: Sequence[int]) -> dict[int, int]:
    stmt = (
        select(ModelRow.project_id, func.count())
        .where(ModelRow.project_id.in_(ids), ModelRow.deleted_at.is_(None), ModelRow.archived_at.is_(None))
        .group_by(ModelRow.project_id)
    )
    return {row[0]: row[1] for row in session.execute(stmt)}


def _effects(session: Session, ids: Sequence[int]) -> dict[int, float]:
    """The least fall that an enabled decay trigger of the project counts."""
    row = TriggerTable
    stmt = (
        select(row.project_id, func.min(row.threshold))
        .where(row.project_id.in_(ids), row.kind == TriggerKind.DECAY.value, row.enabled, row.deleted_at.is_(None))
        .group_by(row.project_id)
    )
    return {row[0]: row[1] for row in session.execute(stmt)}


def _challengers(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, Mapping[str, Any]]]]:
    """Names of challengers with their evidence, newest first."""
    row = ModelRow
    stmt = (
        select(row.project_id, row.version, row.algorithm, RunTripleRow.newest)
        .join(RunTripleRow, RunTripleRow.id == row.run_triple_id)
        .where(row.project_id.in_(ids), row.state == ModelState.CHALLENGER.value)
        .where(row.deleted_at.is_(None), row.archived_at.is_(None), RunTripleRow.newest.is_not(None))
        .order_by(row.id.desc())
    )
    found: dict[int, list[tuple[str, Mapping[str, Any]]]] = {}
    for project_id, version, algorithm, newest in session.execute(stmt):
        if newest:
            found.setdefault(project_id, []).append((f"v{version} {algorithm}", newest))
    return found


def _replays(session: Session, ids: Sequence[int]) -> dict[int, Job]:
    stmt = (
        select(JobRow)
        .where(JobRow.project_id.in_(ids), JobRow.kind == JobKind.DEMO_REPLAY.value, JobRow.state.in_(UNFINISHED))
        .order_by(JobRow.id.desc())
    )
    return {job.project_id: job for job in map(job_of, session.scalars(stmt)) if job.project_id is not None}
