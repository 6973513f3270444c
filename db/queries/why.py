"""Labelled answers of a model in a period, with their features: a sample that is the same each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from db.models import Prediction as PredictionRow
from db.queries.answered_rows import scattered_ids


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """An answer whose truth is known. label or value: what was answered."""

    features: Mapping[str, Any]
    label: str | None
    value: float | None
    truth: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """A model's answers in a scope, from `since` up to before `until`."""

    model_id: int
    scope: str
    since: datetime
    until: datetime


def labelled_rows(session: Session, stretch: Stretch, most: int) -> list[LabelledRow]:
    """At most so many of its labelled answers, drawn evenly."""
    row = PredictionRow
    columns = (row.features, row.label, row.value, row.truth, row.predicted_at)
    stmt = _of(select(*columns), stretch).order_by(scattered_ids(), row.id).limit(most)
    return [LabelledRow(*found) for found in session.execute(stmt)]


def middle_of(session: Session, stretch: Stretch) -> datetime | None:
    """The moment before which half of its labelled answers lie."""
    row = PredictionRow
    count = session.scalar(_of(select(func.count()).select_from(row), stretch)) or 0
    stmt = _of(select(row.predicted_at), stretch).order_by(row.predicted_at).offset(count // 2).limit(1)
    found: datetime | None = session.scalar(stmt)
    return found


def _of(stmt: Select[Any], stretch: Stretch) -> Select[Any]:
    row = PredictionRow
    return stmt.where(
        row.model_id == stretch.model_id,
        row.scope == stretch.scope,
        row.truth.is_not(None),
        row.predicted_at >= stretch.since,
        row.predicted_at < stretch.until,
    )
