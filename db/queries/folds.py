"""A model fold by fold, as frames to hand out."""

import io

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import blobs
from db.models import Model as ModelRow
from db.queries.models import no_model
from db.queries.runs import fold_results
from mms.domain.errors import NotFound
from mms.domain.runs import FoldResult
from mms.domain.scores import METRICS


def folds_frame(session: Session, model_id: int) -> pd.DataFrame:
    """One row a fold, the final fit (-1) first: counts, seconds, and every metric in natural units.

    Columns: those of FoldResult, then NAME and train_NAME of each metric; missing where a fold does not determine it.
    """
    return pd.DataFrame([_row(result) for result in fold_results(session, [model_id]).get(model_id, [])])


def importances_frame(session: Session, model_id: int) -> pd.DataFrame:
    """What each feature weighed: columns feature, fold_0 .. fold_11, final. NotFound where the algorithm tells none."""
    stmt = select(ModelRow.importances_blob).where(ModelRow.id == model_id, ModelRow.deleted_at.is_(None))
    found = session.execute(stmt).one_or_none()
    if found is None:
        raise no_model(model_id)
    if found[0] is None:
        raise NotFound(f"Model {model_id} tells no importances: its algorithm has none; ask a linear model or trees.")
    return pd.read_parquet(io.BytesIO(blobs.read_bytes(session, found[0])))


def _row(result: FoldResult) -> dict[str, float | int | None]:
    counted = {
        "fold": result.fold,
        "n_train": result.n_train,
        "n_validate": result.n_validate,
        "fit_seconds": result.fit_seconds,
        "feature_seconds": result.feature_seconds,
        "score_seconds": result.score_seconds,
        "features": result.features,
        "peak_bytes": result.peak_bytes,
    }
    metrics = [metric for metric in METRICS.values() if metric.name in result.scores]
    validated = {metric.name: metric.natural(result.scores[metric.name]) for metric in metrics}
    trained = {
        f"train_{metric.name}": metric.natural(result.train_scores[metric.name])
        for metric in metrics
        if metric.name in result.train_scores
    }
    return {**counted, **validated, **trained}
