"""What models learnt from, as bins: packed into one blob a model, and read again."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import blobs
from db.models import BucketMark, ModelReference
from db.models import Prediction as PredictionRow
from db.models import Project as ProjectRow
from db.packed import packed, unpacked
from mms.domain.drift import FeatureKind
from mms.monitoring.references import MOMENTS, FeatureReference

FEATURES = "features"
"""The kind of a model's reference that holds the bins of its features and of its predictions."""

_MOMENTS = [f"moment_{i}" for i in range(MOMENTS)]


def packed_references(references: Sequence[FeatureReference]) -> bytes:
    """References as `db.packed` packs tables."""
    whole = pd.DataFrame(
        [(one.name, one.kind.value, one.low, len(one.shown), *one.moments) for one in references],
        columns=["name", "kind", "low", "shown", *_MOMENTS],
    )
    known = [(i, word, place) for i, one in enumerate(references) for word, place in one.known.items()]
    return packed(
        {
            "features": whole,
            "edges": _long([one.edges for one in references], np.float64),
            "counts": _long([one.counts for one in references], np.int64),
            "known": pd.DataFrame(known, columns=["feature", "word", "place"]),
        }
    )


def unpacked_references(content: bytes) -> list[FeatureReference]:
    """What `packed_references` packed."""
    tables = unpacked(content)
    whole = tables["features"].to_dict("records")
    edges, counts = (_short(tables[name], len(whole)) for name in ("edges", "counts"))
    known: list[dict[str, int]] = [{} for _ in edges]
    for feature, word, place in tables["known"].itertuples(index=False):
        known[feature][word] = place
    return [
        FeatureReference(
            name=row["name"],
            kind=FeatureKind(row["kind"]),
            low=row["low"],
            edges=edges[i],
            shown=tuple(known[i])[: row["shown"]],
            known=known[i],
            counts=counts[i],
            moments=np.array([row[name] for name in _MOMENTS], np.float64),
        )
        for i, row in enumerate(whole)
    ]


def find_references(session: Session, model_id: int) -> tuple[list[FeatureReference] | None, str | None]:
    """The references of a model, or why it has none; neither where nobody made them yet."""
    row = session.get(ModelReference, (model_id, FEATURES))
    if row is None or row.blob is None:
        return None, None if row is None else row.error
    return unpacked_references(blobs.read_bytes(session, row.blob)), None


def projects_to_count(session: Session) -> list[int]:
    """Ids of live projects with predictions whose features are not counted yet."""
    project, row, mark = ProjectRow, PredictionRow, BucketMark
    counted = select(mark.drift_id).where(mark.project_id == project.id).scalar_subquery()
    newest = select(row.id).where(row.project_id == project.id).order_by(row.id.desc()).limit(1).scalar_subquery()
    stmt = select(project.id, newest, counted).where(project.deleted_at.is_(None)).order_by(project.id)
    return [project_id for project_id, last, done in session.execute(stmt) if (last or 0) > (done or 0)]


def _long(arrays: Sequence[np.ndarray], dtype: type) -> pd.DataFrame:
    feature = np.repeat(np.arange(len(arrays)), [len(one) for one in arrays])
    return pd.DataFrame({"feature": feature, "value": np.concatenate([*arrays, np.zeros(0, dtype)]).astype(dtype)})


def _short(table: pd.DataFrame, count: int) -> list[np.ndarray]:
    ends = np.searchsorted(table["feature"].to_numpy(), np.arange(count - 1), side="right")
    return list(np.split(table["value"].to_numpy(), ends)) if count else []
