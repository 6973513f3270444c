"""What comparisons are made from: fold scores of many models, the baseline's score, how many triples were tried."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import FoldResult as FoldRow
from db.models import Model as ModelRow
from db.models import ModelScore
from db.models import Run as RunRow
from db.models import RunTriple as RunTripleRow
from db.queries.jobs import UNFINISHED
from db.queries.models import ranked_of
from mms.domain.comparison import Contender
from mms.domain.models import RankedModel
from mms.domain.runs import FINAL_FIT, Origin, overlap
from mms.domain.triples import BASELINE


def contenders(session: Session, model_ids: Sequence[int], metric: str) -> list[Contender]:
    """Live models with what a comparison needs of their folds, best first."""
    return _contenders(session, ModelRow.id.in_(model_ids), metric)


def contenders_of_run(session: Session, run_id: int, metric: str) -> list[Contender]:
    """The live models of one run, best first."""
    return _contenders(session, ModelRow.run_id == run_id, metric)


def baseline_score(session: Session, model: RankedModel, metric: str) -> float | None:
    """The mean score of the newest baseline on the model's snapshot and scope."""
    stmt = (
        select(ModelScore.mean)
        .join(ModelRow, ModelRow.id == ModelScore.model_id)
        .where(
            ModelRow.snapshot_id == model.snapshot_id,
            ModelRow.scope == model.scope,
            ModelRow.deleted_at.is_(None),
            ModelRow.algorithm == BASELINE,
            ModelScore.metric == metric,
        )
        .order_by(ModelRow.id.desc())
        .limit(1)
    )
    return session.scalar(stmt)


def tried(session: Session, snapshot_id: int) -> int:
    """How many triples were scored on at least one fold of a snapshot, each once, without baselines."""
    scored = sa.exists().where(FoldRow.run_triple_id == RunTripleRow.id, FoldRow.fold != FINAL_FIT)
    stmt = (
        select(sa.func.count(RunTripleRow.triple_id.distinct()))
        .join(RunRow, RunRow.id == RunTripleRow.run_id)
        .where(RunRow.snapshot_id == snapshot_id, RunTripleRow.origin != Origin.BASELINE.value, scored)
    )
    return session.scalar(stmt) or 0


def run_under_way(session: Session, model_ids: Sequence[int], snapshot_id: int, scope: str) -> int | None:
    """The newest unfinished run on a snapshot and scope that fits the triple of one of the models."""
    stmt = (
        select(sa.func.max(RunRow.id))
        .join(RunTripleRow, RunTripleRow.run_id == RunRow.id)
        .join(ModelRow, ModelRow.triple_id == RunTripleRow.triple_id)
        .where(
            ModelRow.id.in_(model_ids),
            RunRow.snapshot_id == snapshot_id,
            RunRow.scope == scope,
            RunRow.state.in_(UNFINISHED),
        )
    )
    return session.scalar(stmt)


def _contenders(session: Session, which: sa.ColumnElement[bool], metric: str) -> list[Contender]:
    """Also those without a scored fold."""
    folds_of = sa.and_(FoldRow.run_triple_id == ModelRow.run_triple_id, FoldRow.fold != FINAL_FIT)
    stmt = (
        select(
            ModelRow,
            FoldRow.fold,
            FoldRow.n_train,
            FoldRow.n_validate,
            FoldRow.scores[metric].as_float().label("score"),
            FoldRow.features,
            FoldRow.score_seconds,
            FoldRow.fit_seconds,
        )
        .outerjoin(FoldRow, folds_of)
        .where(which, ModelRow.deleted_at.is_(None))
        .order_by(ModelRow.score.desc(), ModelRow.id, FoldRow.fold)
    )
    folds: dict[ModelRow, list[Any]] = {}
    for row in session.execute(stmt):
        folds.setdefault(row[0], []).extend([row] if row.fold is not None else [])
    return [_contender(ranked_of(model), rows) for model, rows in folds.items()]


def _contender(model: RankedModel, folds: Sequence[Any]) -> Contender:
    return Contender(
        model=model,
        scores={row.fold: row.score for row in folds if row.score is not None},
        ratios={row.fold: overlap(row.n_validate, row.n_train) for row in folds},
        features=max((row.features for row in folds if row.features is not None), default=None),
        predict_seconds=sum(row.score_seconds for row in folds),
        fit_seconds=sum(row.fit_seconds for row in folds),
        predicted=sum(row.n_train + row.n_validate for row in folds),
    )
