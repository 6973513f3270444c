"""Stored answers in bulk, with their truths where they are known, counted in their buckets."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.models import Prediction
from mms.domain.buckets import Sums
from mms.usecases.buckets import fold_buckets, hold_mark


def answered(session: Session, project_id: int, model_id: int, at: datetime, sums: Sums, scope: str = "global") -> None:
    """The answers of one moment that give these counts; a truth is known an hour later."""
    truths: list[tuple[str | None, str]] = [pair for pair, count in sums.cells.items() for _ in range(count)]
    label = truths[0][1] if truths else "yes"
    truths += [(None, label)] * (sums.n - len(truths))
    hold_mark(session, project_id)
    rows = [_row(project_id, model_id, at, scope, truth, label) for truth, label in truths]
    session.execute(sa.insert(Prediction), rows)
    fold_buckets(session, project_id, at)


def _row(project_id: int, model_id: int, at: datetime, scope: str, truth: str | None, label: str) -> dict[str, Any]:
    return {
        "project_id": project_id, "model_id": model_id, "scope": scope, "entity": "1", "features": {},
        "label": label, "probabilities": {}, "predicted_at": at, "created_at": at, "source": "rest",
        "truth": truth, "truth_at": None if truth is None else at + timedelta(hours=1),
    }  # fmt: skip
