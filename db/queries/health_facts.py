"""What the health of projects is judged by, read for all of them in a fixed number of statements."""

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
from db.models import Promotion as PromotionRow
from db.models import RunTriple as RunTripleRow
from db.models import Snooze as SnoozeRow
from db.queries.buckets import BucketSeries, MonthSums, bucket_series, months_of
from db.queries.drafts import open_drafts
from db.queries.jobs import UNFINISHED, job_of
from db.queries.promotions import Champion, champions_of
from db.queries.runs import unfinished_runs
from db.queries.situations import WATCHED_PARTS, Watch
from db.queries.triggers import live_triggers
from mms.domain.decay import DecayPoint, Grain
from mms.domain.drafts import PromotionDraft
from mms.domain.health import Need
from mms.domain.jobs import Job, JobKind
from mms.domain.models import ModelState
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL, before_present
from mms.domain.runs import Run
from mms.domain.snoozes import Snooze
from mms.domain.triggers import Reading, Trigger, read_trigger

_OFF = Reading(0.0, False, "The trigger is switched off.")


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for all projects, by project id (holdouts: by model id).

    models: how many wait in a project without a champion; where one sits they need not be counted.
    bases: name, target and rows of the base table. points: the champion's months of the primary metric. triggers: each
    with how far it is. undoable: projects whose global champion had one before it.
    """

    now: datetime
    bases: Mapping[int, tuple[str, str, int]]
    models: Mapping[int, int]
    champions: Mapping[int, Champion]
    holdouts: Mapping[int, Mapping[str, Any] | None]
    months: Mapping[int, Sequence[MonthSums]]
    points: Mapping[int, Sequence[DecayPoint]]
    triggers: Mapping[int, Sequence[tuple[Trigger, Reading]]]
    challengers: Mapping[int, Sequence[tuple[str, Mapping[str, Any]]]]
    running: Mapping[int, Run]
    replays: Mapping[int, Job]
    drafts: Mapping[int, Sequence[PromotionDraft]]
    snoozes: Mapping[int, Snooze]
    undoable: frozenset[int]


def facts_of(session: Session, listed: Sequence[Project], now: datetime) -> Facts:
    """Read it all; only what a trigger asks for and nothing else shows (new rows, drift) is read by project."""
    ids = [project.id for project in listed]
    champions = {
        project_id: seat
        for project_id, seats in champions_of(session, ids).items()
        for seat in seats
        if seat.promotion.scope == GLOBAL
    }
    seated = [seat.model.id for seat in champions.values()]
    months: dict[int, list[MonthSums]] = {}
    answered = bucket_series(session, ids, GLOBAL, parts=WATCHED_PARTS)
    for month in months_of(answered):
        months.setdefault(month.project_id, []).append(month)
    stored = session.execute(select(ModelRow.id, ModelRow.holdout).where(ModelRow.id.in_(seated)))
    holdouts = {row.id: row.holdout for row in stored}
    seen = Seen(champions, answered, holdouts)
    return Facts(
        now=now,
        bases=_bases(session, ids),
        models=_model_counts(session, [id_ for id_ in ids if id_ not in champions]),
        champions=champions,
        holdouts=holdouts,
        months=months,
        points={
            project.id: seen.watch(session, project, project.present(now), GLOBAL).points(
                project.primary_metric, Grain.MONTH
            )
            for project in listed
        },
        triggers=_triggers(session, listed, seen, now),
        challengers=challengers_of(session, ids),
        running=unfinished_runs(session, ids),
        replays=_replays(session, ids),
        drafts=open_drafts(session, ids),
        snoozes=_snoozes(session, ids),
        undoable=_undoable(session, ids),
    )


def _bases(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str, int]]:
    """Base table and target of the newest declaration."""
    newest = select(func.max(InstanceRow.id)).where(InstanceRow.project_id.in_(ids)).group_by(InstanceRow.project_id)
    stmt = (
        select(InstanceRow.project_id, TableRow.name, InstanceRow.target, TableRow.row_count)
        .join(TableRow, TableRow.id == InstanceRow.base_table_id)
        .where(InstanceRow.id.in_(newest))
    )
    return {row.project_id: (row.name, row.target, row.row_count) for row in session.execute(stmt)}


def _model_counts(session: Session, ids: Sequence[int]) -> dict[int, int]:
    stmt = (
        select(ModelRow.project_id, func.count())
        .where(ModelRow.project_id.in_(ids), ModelRow.deleted_at.is_(None), ModelRow.archived_at.is_(None))
        .group_by(ModelRow.project_id)
    )
    return {row[0]: row[1] for row in session.execute(stmt)}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is read for all projects at once of what triggers look at."""

    champions: Mapping[int, Champion]
    answered: Sequence[BucketSeries]
    holdouts: Mapping[int, Mapping[str, Any] | None]

    def watch(self, session: Session, project: Project, now: datetime, scope: str) -> Watch:
        """A project's scope to be read; of the global one the common parts are there."""
        if scope != GLOBAL:
            return Watch(session, project, now, scope)
        champion = self.champions.get(project.id)
        holdout = self.holdouts.get(champion.model.id) if champion else None
        answered = [one for one in self.answered if one.project_id == project.id]
        return Watch(session, project, now, scope, (champion, answered, holdout))


def _triggers(
    session: Session, listed: Sequence[Project], seen: Seen, now: datetime
) -> dict[int, list[tuple[Trigger, Reading]]]:
    """Each trigger with how far it is; those that are switched off are not read."""
    found: dict[int, list[tuple[Trigger, Reading]]] = {}
    live = live_triggers(session, [project.id for project in listed], now)
    for project in listed:
        watches: dict[str, Watch] = {}
        for trigger in live.get(project.id, ()):
            scope, present = trigger.scope, project.present(now)
            watch = watches.setdefault(scope, seen.watch(session, project, present, scope))
            reading = read_trigger(trigger, watch.situation(trigger)) if trigger.enabled else _OFF
            found.setdefault(project.id, []).append((trigger, reading))
    return found


def _snoozes(session: Session, ids: Sequence[int]) -> dict[int, Snooze]:
    return {
        row.project_id: Snooze(
            row.until, row.reason, row.snoozed_by, row.snoozed_at, Need(row.need) if row.need else None, row.value
        )
        for row in session.scalars(select(SnoozeRow).where(SnoozeRow.project_id.in_(ids)))
    }


def _undoable(session: Session, ids: Sequence[int]) -> frozenset[int]:
    row, seated = PromotionRow, dict[int, list[int]]()
    stmt = select(row.project_id, row.model_id).where(row.project_id.in_(ids), row.scope == GLOBAL).order_by(row.id)
    for project_id, model_id in session.execute(stmt):
        seated.setdefault(project_id, []).append(model_id)
    return frozenset(id_ for id_, models in seated.items() if before_present(models) is not None)


def challengers_of(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, Mapping[str, Any]]]]:
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
