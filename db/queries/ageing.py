"""Lives of models: how long unused, since when beaten, and what keeps them; what the rules would do today."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from db.models import Backtest as BacktestRow
from db.models import Bucket as BucketRow
from db.models import Job as JobRow
from db.models import Model as ModelRow
from db.models import ModelTag, PromotionDraft, Watch
from db.models import Promotion as PromotionRow
from db.models import Run as RunRow
from db.queries.drafts import OPEN
from db.queries.ensembles import members_of
from db.queries.jobs import UNFINISHED, unfinished_jobs
from db.queries.models import models_of, ranked_of
from db.queries.projects import get_project
from db.queries.promotions import champions
from mms.domain.ageing import Ageing, AgeingRules, Life, Placed, Standing, beaten_by, due
from mms.domain.members import Member
from mms.domain.models import ModelState, RankedModel
from mms.domain.projects import Project
from mms.domain.promotions import before_present
from mms.domain.subjects import SubjectKind

CHOOSABLE = tuple(s.value for s in (ModelState.CANDIDATE, ModelState.CHALLENGER, ModelState.CHAMPION))
"""States of models that one may still choose."""


@dataclass(frozen=True, slots=True)
class AgeingPage:
    """What rules would do today. frees: bytes of the artifacts that would be purged. retired: those that are, newest
    first, with the day and the reason."""

    rules: AgeingRules
    due: tuple[Ageing, ...]
    frees: int
    models: int
    kept: int
    retired: tuple["Retired", ...] = ()


@dataclass(frozen=True, slots=True)
class Retired:
    """A model out of service. because: None where another took its seat."""

    id: int
    name: str
    state: ModelState
    at: datetime
    because: str | None


def ageing(
    session: Session, member: Member, project_id: int, now: datetime, rules: AgeingRules | None = None
) -> AgeingPage:
    """What the project's rules, or those given to be tried, would do at `now`, the real time."""
    project = get_project(session, member, project_id)
    chosen = rules or AgeingRules.of(project.policy)
    found = lives(session, project)
    coming = due(found, chosen, project.present(now))
    kept = sum(life.kept is not None for life in found)
    frees = sum(one.frees for one in coming)
    return AgeingPage(chosen, coming, frees, len(found), kept, retired_models(session, project_id))


def lives(session: Session, project: Project) -> list[Life]:
    """Every model that is neither deleted nor purged, by version."""
    row = ModelRow
    stmt = select(
        row.id, row.version, row.algorithm, row.state, row.snapshot_id, row.scope, row.score, row.run_id,
        row.parent_id, row.artifact_size, row.created_at, row.touched_at, row.retired_at, row.archived_at,
    )  # fmt: skip
    live = stmt.where(row.project_id == project.id, row.deleted_at.is_(None), row.purged_at.is_(None))
    rows = session.execute(live.order_by(row.version)).all()
    choosable = [one for one in rows if one.state in CHOOSABLE and one.archived_at is None]
    beaten = beaten_by(
        [Placed(one.id, _name(one), (one.snapshot_id, one.scope), one.score, one.created_at) for one in choosable]
    )
    used, kept = _used(session, project.id), _kept(session, project, rows)
    return [
        Life(
            id=one.id,
            name=_name(one),
            state=ModelState(one.state),
            created_at=one.created_at,
            touched_at=one.touched_at,
            size=one.artifact_size,
            used_at=used.get(one.id),
            beaten=beaten.get(one.id),
            retired_at=one.retired_at or one.touched_at,
            kept=kept.get(one.id),
        )
        for one in rows
    ]


def standing_of(session: Session, model: RankedModel) -> Standing | None:
    """Its rank among the models of its snapshot and scope that may still be chosen; None where it may not be."""
    row = ModelRow
    if model.state.value not in CHOOSABLE or model.archived_at is not None:
        return None
    rivals = (
        row.snapshot_id == model.snapshot_id,
        row.scope == model.scope,
        row.state.in_(CHOOSABLE),
        row.deleted_at.is_(None),
        row.archived_at.is_(None),
    )
    better = func.count().filter(row.score > model.score)
    ahead, count = session.execute(select(better, func.count()).where(*rivals)).one()
    return Standing(ahead + 1, count)


def ranks_of(session: Session, models: Sequence[ModelRow]) -> Mapping[int, int]:
    """The rank of each of these models, as `standing_of` counts it; nothing of one that may not be chosen."""
    ranked = _ranked(ModelRow.snapshot_id.in_({one.snapshot_id for one in models})).subquery()
    found = session.execute(select(ranked.c.id, ranked.c.place).where(ranked.c.id.in_([one.id for one in models])))
    return {one.id: one.place for one in found}


def all_ranks(session: Session, project_id: int) -> Mapping[int, int]:
    """`ranks_of` all models of a project, for who walks over many of them: each is ranked among all its rivals."""
    return {one.id: one.place for one in session.execute(_ranked(ModelRow.project_id == project_id))}


def _ranked(which: ColumnElement[bool]) -> Select[int, int]:
    """Ids and places of models that may be chosen. which: whole snapshots, for rivals share one."""
    row = ModelRow
    place = func.rank().over(partition_by=(row.snapshot_id, row.scope), order_by=row.score.desc()).label("place")
    rivals = (row.state.in_(CHOOSABLE), row.deleted_at.is_(None), row.archived_at.is_(None))
    return select(row.id, place).where(which, *rivals)


def retired_models(session: Session, project_id: int, limit: int = 100) -> tuple[Retired, ...]:
    """Models out of service, newest first."""
    row = ModelRow
    states = (ModelState.RETIRED.value, ModelState.PURGED.value)
    at = func.coalesce(row.purged_at, row.retired_at, row.touched_at)
    stmt = select(row).where(row.project_id == project_id, row.state.in_(states), row.deleted_at.is_(None))
    found = session.scalars(stmt.order_by(at.desc(), row.id.desc()).limit(limit))
    return tuple(
        Retired(
            one.id,
            ranked_of(one).name,
            ModelState(one.state),
            one.purged_at or one.retired_at or one.touched_at,
            one.retired_because,
        )
        for one in found
    )


def _name(row: Row[*tuple[Any, ...]]) -> str:
    """A model's short name, as a record of it says it."""
    return f"v{row.version} {row.algorithm}"


def _used(session: Session, project_id: int) -> Mapping[int, datetime]:
    """The end of the last day on which each model answered, from its sums."""
    row = BucketRow
    stmt = select(row.model_id, func.max(row.start)).where(
        row.project_id == project_id, row.grain == "day", row.n > 0, row.segment == ""
    )
    found = session.execute(stmt.group_by(row.model_id)).all()
    return {model_id: start + timedelta(days=1) for model_id, start in found}


def _kept(session: Session, project: Project, rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[int, str]:
    """Why each model that must stay does, as a clause; the first reason counts."""
    kept: dict[int, str] = {}

    def keep(ids: Iterable[int | None], why: str) -> None:
        for id_ in ids:
            if id_ is not None:
                kept.setdefault(id_, why)

    for seat in champions(session, project.id):
        keep([seat.model.id], f"it is the champion of '{seat.promotion.scope}'")
        keep(_members(session, seat.model), f"{seat.model.name}, a champion, combines it")
    for scope, before in _before(session, project.id).items():
        keep([before], f"rolling '{scope}' back would seat it")
    living = [one for one in rows if one.state in CHOOSABLE]
    for one in living:
        keep([one.parent_id], f"{_name(one)} was made of it")
    keep(_of_work(session, project.id, rows), "unfinished work needs it")
    draft = PromotionDraft
    keep(
        session.scalars(select(draft.model_id).where(draft.project_id == project.id, draft.state.in_(OPEN))),
        "a promotion of it is in preparation",
    )
    keep(session.scalars(select(ModelTag.model_id).where(ModelTag.project_id == project.id)), "somebody tagged it")
    watched = select(Watch.subject_id).where(Watch.project_id == project.id, Watch.subject == SubjectKind.MODEL.value)
    keep(session.scalars(watched), "somebody watches it")
    return kept


def _members(session: Session, champion: RankedModel) -> list[int]:
    """The models that a seated ensemble combines."""
    (model,) = models_of(session, [champion.id])
    return [one.id for one in members_of(session, champion, model.triple)] if model.triple.members else []


def _before(session: Session, project_id: int) -> dict[str, int]:
    """Of each scope, the model that a roll back would seat."""
    row, seated = PromotionRow, dict[str, list[int]]()
    stmt = select(row.scope, row.model_id).where(row.project_id == project_id).order_by(row.id)
    for scope, model_id in session.execute(stmt):
        seated.setdefault(scope, []).append(model_id)
    found = {scope: before_present(ids) for scope, ids in seated.items()}
    return {scope: model_id for scope, model_id in found.items() if model_id is not None}


def _of_work(session: Session, project_id: int, rows: Sequence[Row[*tuple[Any, ...]]]) -> set[int]:
    """Models of unfinished runs, of the snapshots they learn from (an ensemble takes its members there), of
    unfinished back-tests, and those that other queued work names."""
    run = RunRow
    runs = session.execute(
        select(run.id, run.snapshot_id, run.request).where(run.project_id == project_id, run.state.in_(UNFINISHED))
    ).all()
    ids, snapshots = {one.id for one in runs}, {one.snapshot_id for one in runs}
    found = {one.id for one in rows if one.run_id in ids or one.snapshot_id in snapshots}
    for one in runs:
        retraining = one.request.get("retraining") or {}
        found |= {one.request.get("parent"), retraining.get("champion_model_id")} - {None}
    back = select(BacktestRow.request).join(JobRow, JobRow.id == BacktestRow.job_id)
    for request in session.scalars(back.where(BacktestRow.project_id == project_id, JobRow.state.in_(UNFINISHED))):
        found |= {request.get("draft", {}).get("model_id")} - {None}
    named = {job.arguments.get("model_id") for job in unfinished_jobs(session, project_id)}
    return found | {one for one in named if isinstance(one, int)}
