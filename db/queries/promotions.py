"""Champions now and then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Model as ModelRow
from db.models import ModelScore
from db.models import Project as ProjectRow
from db.models import Promotion as PromotionRow
from db.models import Run as RunRow
from db.models import RunTriple as RunTripleRow
from db.models import Snapshot as SnapshotRow
from db.queries.models import no_model, ranked_of
from db.queries.projects import project_of
from mms.domain.buckets import Estimate, Sums
from mms.domain.models import RankedModel
from mms.domain.projects import Project
from mms.domain.promotions import (
    GLOBAL,
    Evidence,
    Promotion,
    Verdict,
    before_present,
    checked_scope,
    evidence_from_json,
    judge,
)
from mms.domain.references import reference_from_json
from mms.domain.runs import RunKind
from mms.domain.scores import METRICS
from mms.monitoring.plain import estimate_of


@dataclass(frozen=True, slots=True)
class Champion:
    """A seat: the promotion that filled it, and the model in it."""

    promotion: Promotion
    model: RankedModel


def champions(session: Session, project_id: int, as_of: datetime | None = None) -> list[Champion]:
    """The champion of every scope, global first, as of a moment (default: now)."""
    return champions_of(session, [project_id], as_of).get(project_id, [])


def champions_of(
    session: Session, project_ids: Sequence[int], as_of: datetime | None = None
) -> dict[int, list[Champion]]:
    """The champions of many projects, in one statement: project id -> champions, global first."""
    newest = select(func.max(PromotionRow.id)).where(PromotionRow.project_id.in_(project_ids))
    if as_of is not None:
        newest = newest.where(PromotionRow.promoted_at <= as_of)
    stmt = (
        select(PromotionRow, ModelRow)
        .join(ModelRow, ModelRow.id == PromotionRow.model_id)
        .where(PromotionRow.id.in_(newest.group_by(PromotionRow.project_id, PromotionRow.scope)))
        .order_by(PromotionRow.scope != GLOBAL, PromotionRow.scope)
    )
    seats: dict[int, list[Champion]] = {}
    for promotion, model in session.execute(stmt):
        seat = Champion(promotion_of(promotion, model.version), ranked_of(model))
        seats.setdefault(promotion.project_id, []).append(seat)
    return seats


def find_champion(session: Session, project_id: int, scope: str = GLOBAL) -> Champion | None:
    """The champion of one scope."""
    stmt = (
        select(PromotionRow, ModelRow)
        .join(ModelRow, ModelRow.id == PromotionRow.model_id)
        .where(PromotionRow.project_id == project_id, PromotionRow.scope == scope)
        .order_by(PromotionRow.id.desc())
        .limit(1)
    )
    row = session.execute(stmt).first()
    return Champion(promotion_of(row[0], row[1].version), ranked_of(row[1])) if row else None


def promotions(session: Session, project_id: int, limit: int = 100, scope: str | None = None) -> list[Promotion]:
    """The ledger (of one scope), newest first."""
    stmt = (
        select(PromotionRow, ModelRow.version)
        .join(ModelRow, ModelRow.id == PromotionRow.model_id)
        .where(PromotionRow.project_id == project_id)
        .order_by(PromotionRow.id.desc())
        .limit(limit)
    )
    if scope is not None:
        stmt = stmt.where(PromotionRow.scope == scope)
    return [promotion_of(row, version) for row, version in session.execute(stmt)]


def promotion_of(row: PromotionRow, version: int) -> Promotion:
    """The record of a row and its model's version."""
    return Promotion(
        id=row.id,
        project_id=row.project_id,
        scope=row.scope,
        model_id=row.model_id,
        model_version=version,
        promoted_by=row.promoted_by,
        promoted_at=row.promoted_at,
        reason=row.reason,
        verdict=row.verdict,
        against_advice=row.against_advice,
        evidence=evidence_from_json(row.evidence) if row.evidence else None,
    )


def seated_before(session: Session, project_id: int, scope: str) -> RankedModel | None:
    """The model that a roll back seats again: of the champion before the present one."""
    stmt = (
        select(PromotionRow.model_id)
        .where(PromotionRow.project_id == project_id, PromotionRow.scope == scope)
        .order_by(PromotionRow.id)
    )
    before = before_present(list(session.scalars(stmt)))
    return None if before is None else ranked_of(session.get_one(ModelRow, before))


@dataclass(frozen=True, slots=True)
class Advice:
    """What stands beside the promote button: champion, evidence on the same newest rows, and the verdict."""

    champion: Champion | None
    evidence: Evidence | None
    verdict: Verdict


def advice_for(session: Session, model_id: int, scope: str = GLOBAL) -> Advice:
    """Judge a model against the scope's champion on the same newest rows (see `judge`)."""
    checked_scope(scope)
    found = session.execute(
        select(ModelRow, ProjectRow)
        .join(ProjectRow, ProjectRow.id == ModelRow.project_id)
        .where(ModelRow.id == model_id, ModelRow.deleted_at.is_(None))
    ).first()
    if found is None:
        raise no_model(model_id)
    model, project = found[0], project_of(found[1])
    margin = project.policy.margin
    champion = find_champion(session, project.id, scope)
    if champion is None:
        alone = _alone(model, project)
        return Advice(None, alone, judge(None, alone.challenger, margin))
    if champion.model.id == model_id:
        return Advice(champion, None, Verdict(False, "it is the champion of this scope already"))
    if model.parent_id == champion.model.id and _is_refit(session, model):
        reason = f"it is {champion.model.name} refitted on all rows, those held out too, so none is left to judge it by"
        return Advice(champion, None, Verdict(True, reason))
    evidence = _compared(session, model, champion, project)
    if evidence is None or evidence.champion is None:
        return Advice(champion, None, judge(champion.model.score, None, margin))
    return Advice(champion, evidence, judge(evidence.champion, evidence.challenger, margin, evidence.source))


def _is_refit(session: Session, model: ModelRow) -> bool:
    return session.scalar(select(RunRow.kind).where(RunRow.id == model.run_id)) == RunKind.REFIT.value


def _alone(model: ModelRow, project: Project) -> Evidence:
    """What is known of a model for an empty seat: its newest rows, else its folds."""
    estimate = holdout_estimate(model.holdout, project.primary_metric, project.positive_class)
    if estimate is None:
        return Evidence(project.primary_metric, None, model.score, 0, "its 12 folds")
    stored = METRICS[project.primary_metric].stored(estimate.value)
    rows = Sums.from_json(model.holdout["sums"]).labelled if model.holdout else 0
    return Evidence(project.primary_metric, None, stored, rows, "the newest rows of its snapshot")


def _compared(session: Session, model: ModelRow, champion: Champion, project: Project) -> Evidence | None:
    """Both scores on the same rows, which none of the scored fits had seen; None where there are no such rows."""
    if champion.model.snapshot_id == model.snapshot_id and champion.model.scope == model.scope:
        return _compared_on_snapshot(session, model, champion, project)
    newest = session.scalar(select(RunTripleRow.newest).where(RunTripleRow.id == model.run_triple_id))
    valid = newest and newest["champion_model_id"] == champion.model.id and newest["metric"] == project.primary_metric
    return evidence_from_json(newest) if newest and valid else _compared_in_scope(session, model, champion, project)


def _compared_on_snapshot(session: Session, model: ModelRow, champion: Champion, project: Project) -> Evidence:
    """Models of one snapshot share its newest rows and its folds."""
    metric = project.primary_metric
    seated = session.get_one(ModelRow, champion.model.id)
    estimates = [holdout_estimate(row.holdout, metric, project.positive_class) for row in (seated, model)]
    if estimates[0] and estimates[1]:
        ours, theirs = (METRICS[metric].stored(e.value) for e in estimates if e)
        rows = Sums.from_json(model.holdout["sums"]).labelled if model.holdout else 0
        return Evidence(metric, ours, theirs, rows, "the same newest rows")
    stmt = select(ModelScore.model_id, ModelScore.mean).where(
        ModelScore.metric == metric, ModelScore.model_id.in_([seated.id, model.id])
    )
    means = {row.model_id: row.mean for row in session.execute(stmt)}
    rows = session.scalar(select(SnapshotRow.row_count).where(SnapshotRow.id == model.snapshot_id)) or 0
    return Evidence(metric, means.get(seated.id), means.get(model.id), rows, "the same 12 folds")


def _compared_in_scope(session: Session, model: ModelRow, champion: Champion, project: Project) -> Evidence | None:
    """A scope's model beside the champion on the same folds of the same rows, as its run has asked it there."""
    asked = reference_from_json(session.scalar(select(RunRow.reference).where(RunRow.id == model.run_id)))
    if asked is None or not asked.same_folds or asked.champion_model_id != champion.model.id:
        return None
    if asked.metric != project.primary_metric:
        return None
    return Evidence(asked.metric, asked.score, model.score, asked.rows, asked.source)


def holdout_estimate(holdout: Mapping[str, Any] | None, metric: str, positive: str | None) -> Estimate | None:
    """A metric (natural units, with its band) on the newest rows of a model, as it is stored with the model."""
    return estimate_of(Sums.from_json(holdout["sums"]), metric, positive) if holdout else None
