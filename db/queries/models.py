"""The best models, and one model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import blobs
from db.models import Artifact, ModelScore, Triple
from db.models import Model as ModelRow
from mms.domain import triples
from mms.domain.errors import NotFound
from mms.domain.models import Holdout, Model, ModelState, RankedModel, Signature, purged
from mms.domain.scores import METRICS, ScoreSummary

PAGE = 50
"""Rows a page."""


def best_models(
    session: Session,
    project_id: int,
    limit: int = PAGE,
    *,
    run_id: int | None = None,
    snapshot_id: int | None = None,
    algorithm: str | None = None,
) -> list[RankedModel]:
    """The best of a project, of a run, of a snapshot or of an algorithm by score; neither archived nor deleted ones."""
    asked = {ModelRow.run_id: run_id, ModelRow.snapshot_id: snapshot_id, ModelRow.algorithm: algorithm}
    stmt = (
        select(ModelRow)
        .where(ModelRow.project_id == project_id, ModelRow.deleted_at.is_(None), ModelRow.archived_at.is_(None))
        .where(*(column == value for column, value in asked.items() if value is not None))
        .order_by(ModelRow.score.desc(), ModelRow.id.desc())
        .limit(limit)
    )
    return [ranked_of(row) for row in session.scalars(stmt)]


def algorithms_used(session: Session, project_id: int) -> list[str]:
    """Names of algorithms that have live models."""
    found: list[str] = []
    # One look into the index a name: DISTINCT would read every model of the project.
    step = select(sa.func.min(ModelRow.algorithm)).where(
        ModelRow.project_id == project_id, ModelRow.deleted_at.is_(None), ModelRow.algorithm > sa.bindparam("last")
    )
    while name := session.scalar(step, {"last": found[-1] if found else ""}):
        found.append(name)
    return found


def get_ranked(session: Session, project_id: int, version: int) -> RankedModel:
    """The live model with this version number in its project."""
    row = session.scalar(
        select(ModelRow).where(
            ModelRow.project_id == project_id, ModelRow.version == version, ModelRow.deleted_at.is_(None)
        )
    )
    if row is None:
        raise NotFound(f"This project has no model v{version}: choose one from its model table.")
    return ranked_of(row)


def get_model(session: Session, model_id: int) -> Model:
    """One live model with its scores, signature and environment."""
    found = models_of(session, [model_id])
    if not found:
        raise no_model(model_id)
    return found[0]


def models_of(session: Session, model_ids: Sequence[int]) -> list[Model]:
    """The live ones of these models, in the order of the ids; in two statements, however many they are."""
    stmt = (
        select(ModelRow, Artifact, Triple.content)
        .join(Artifact, Artifact.id == ModelRow.artifact_id)
        .join(Triple, Triple.id == ModelRow.triple_id)
        .where(ModelRow.id.in_(model_ids), ModelRow.deleted_at.is_(None))
    )
    rows = {row.id: (row, artifact, content) for row, artifact, content in session.execute(stmt)}
    scores = _scores(session, list(rows))
    return [_model_of(*rows[i], scores.get(i, ())) for i in dict.fromkeys(model_ids) if i in rows]


def _model_of(row: ModelRow, artifact: Artifact, content: dict[str, Any], scores: tuple[ScoreSummary, ...]) -> Model:
    return Model(
        ranked=ranked_of(row),
        triple=triples.Triple.from_json(content),
        scores=scores,
        signature=Signature.from_json(artifact.signature),
        environment=artifact.environment,
        artifact_sha=artifact.sha256,
        oof_sha=row.oof_blob,
        threshold=row.threshold,
        seed=row.seed,
        holdout=Holdout.from_json(row.holdout) if row.holdout else None,
        description=row.description,
        parent_id=row.parent_id,
        retired_at=row.retired_at,
        retired_because=row.retired_because,
        purged_at=row.purged_at,
    )


def oof_frame(session: Session, cache: Path, model_id: int) -> pd.DataFrame:
    """A model's out-of-fold rows (see mms.ml.fitting.FittedFold), sorted by row."""
    row = session.scalar(select(ModelRow).where(ModelRow.id == model_id, ModelRow.deleted_at.is_(None)))
    if row is None:
        raise no_model(model_id)
    if row.purged_at is not None:
        raise purged(ranked_of(row).name, row.purged_at)
    frame = pd.read_parquet(blobs.cached_file(session, cache, row.oof_blob))
    return frame.sort_values("row", ignore_index=True)


def ranked_of(row: ModelRow) -> RankedModel:
    """A stored model as a row of the model table."""
    return RankedModel(
        id=row.id,
        project_id=row.project_id,
        version=row.version,
        run_id=row.run_id,
        snapshot_id=row.snapshot_id,
        algorithm=row.algorithm,
        recipe=row.recipe,
        hyperparameters=row.hyperparameters,
        state=ModelState(row.state),
        score=row.score,
        score_sd=row.score_sd,
        build_seconds=row.build_seconds,
        artifact_size=row.artifact_size,
        owner=row.owner,
        created_at=row.created_at,
        touched_at=row.touched_at,
        archived_at=row.archived_at,
        scope=row.scope,
    )


def _scores(session: Session, model_ids: Sequence[int]) -> dict[int, tuple[ScoreSummary, ...]]:
    """The summaries of each model, metrics in their order."""
    found: dict[int, dict[str, ScoreSummary]] = {}
    for r in session.scalars(select(ModelScore).where(ModelScore.model_id.in_(model_ids))):
        summary = ScoreSummary(r.metric, r.mean, r.sd, r.minimum, r.maximum, r.final)
        found.setdefault(r.model_id, {})[r.metric] = summary
    return {i: tuple(scores[name] for name in METRICS if name in scores) for i, scores in found.items()}


def no_model(model_id: int) -> NotFound:
    """The refusal for an id that no live model bears."""
    return NotFound(f"There is no model {model_id}: it was deleted or never made; choose one in the model table.")
