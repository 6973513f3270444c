"""Models with a reference that was made by hand, and answers whose features are given."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.blobs import put_bytes
from db.models import ModelReference, Prediction
from db.queries.drift_references import FEATURES, packed_references
from mms.monitoring.references import FeatureReference
from mms.usecases.buckets import hold_mark


def a_reference(session: Session, model_id: int, references: Sequence[FeatureReference], now: datetime) -> None:
    """What a model learnt from, as if the worker had made it."""
    blob = put_bytes(session, packed_references(references), now)
    session.add(ModelReference(model_id=model_id, kind=FEATURES, blob=blob, created_at=now))
    session.flush()


def asked(
    session: Session, project_id: int, model_id: int, at: datetime, features: Mapping[str, Sequence[Any]]
) -> list[int]:
    """Stored answers, all of one moment, one for each place of the features' columns; their ids."""
    hold_mark(session, project_id)
    rows = [dict(zip(features, values, strict=True)) for values in zip(*features.values(), strict=True)]
    same = {
        "project_id": project_id, "model_id": model_id, "scope": "global", "entity": "1", "label": "yes",
        "probabilities": {"yes": 0.75, "no": 0.25}, "score": 0.75, "predicted_at": at, "created_at": at,
        "source": "rest",
    }  # fmt: skip
    stmt = sa.insert(Prediction).returning(Prediction.id, sort_by_parameter_order=True)
    return list(session.scalars(stmt, [{**same, "features": row} for row in rows]))
