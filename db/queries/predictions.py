"""Stored predictions and the feedback to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import pandas as pd
from sqlalchemy import Float, Row, Select, case, cast, func, select
from sqlalchemy.orm import Session

from db.models import Artifact
from db.models import Model as ModelRow
from db.models import Prediction as PredictionRow
from db.queries.segments import get_segment_named
from mms.domain.errors import NotFound
from mms.domain.models import Signature
from mms.domain.predictions import Answer, Prediction
from mms.domain.segments import holds

_T = TypeVar("_T")

_CHUNK = 500
"""Values in one IN list; rows fetched at once."""

LOOKED_AT = 20_000
"""Answers that are looked at to find those of a segment."""


def get_prediction(session: Session, prediction_id: int) -> Prediction:
    """The prediction of this id."""
    row = session.execute(_with_version().where(PredictionRow.id == prediction_id)).first()
    if row is None:
        raise unknown_prediction(prediction_id)
    return _prediction_of(row)


def unknown_prediction(prediction_id: int) -> NotFound:
    """The refusal for an id that no prediction bears."""
    return NotFound(f"There is no prediction {prediction_id}: it was deleted or never made; use the id in its answer.")


def predictions(
    session: Session, project_id: int, *, entity: str | None = None, labelled: bool | None = None, limit: int = 100
) -> list[Prediction]:
    """Newest first."""
    stmt = _newest(project_id, limit)
    if entity is not None:
        stmt = stmt.where(PredictionRow.entity == entity)
    if labelled is not None:
        stmt = stmt.where(PredictionRow.truth.is_not(None) if labelled else PredictionRow.truth.is_(None))
    return [_prediction_of(row) for row in session.execute(stmt)]


@dataclass(frozen=True, slots=True)
class Asked:
    """Answers of a scope from `since` up to before `until`. segment: only those in a named one, '' for all."""

    scope: str
    since: datetime
    until: datetime
    segment: str = ""


def worst_first(session: Session, project_id: int, asked: Asked, limit: int, offset: int = 0) -> list[Prediction]:
    """Wrong answers first (numbers: those farthest off), then right ones, then those whose truth is not known.

    Of a segment: those among the LOOKED_AT worst of all, for a rule over features is read row by row.
    """
    row = PredictionRow
    off = case((row.value.is_not(None), func.abs(row.value - cast(row.truth, Float))), (row.truth != row.label, 1.0))
    stmt = (
        _with_version()
        .where(
            row.project_id == project_id, row.scope == asked.scope,
            row.predicted_at >= asked.since, row.predicted_at < asked.until,
        )
        .order_by(row.truth.is_(None), func.coalesce(off, 0.0).desc(), row.predicted_at.desc(), row.id.desc())
    )  # fmt: skip
    if not asked.segment:
        return [_prediction_of(found) for found in session.execute(stmt.limit(limit).offset(offset))]
    rule = get_segment_named(session, project_id, asked.segment).conditions
    with session.execute(stmt.limit(LOOKED_AT).execution_options(yield_per=_CHUNK)) as rows:
        inside = (found for found in rows if holds(rule, {**(found[0].base_row or {}), **found[0].features}))
        return [_prediction_of(found) for found in islice(inside, offset, offset + limit)]


def predictions_frame(session: Session, project_id: int, limit: int = 100_000) -> pd.DataFrame:
    """Newest first, for the CSV: one row a prediction, features as `feature.NAME`, probabilities as `p.CLASS`."""
    rows = [_flat(_prediction_of(row)) for row in session.execute(_newest(project_id, limit))]
    return pd.DataFrame(rows, columns=None if rows else list(_FLAT))


def latest_of(session: Session, project_id: int, entities: Sequence[str]) -> Mapping[str, Prediction]:
    """The newest prediction of each entity that has one."""
    rank = func.row_number().over(
        partition_by=PredictionRow.entity, order_by=(PredictionRow.predicted_at.desc(), PredictionRow.id.desc())
    )
    found: dict[str, Prediction] = {}
    for chunk in _chunks(sorted(set(entities))):
        ranked = (
            select(PredictionRow.id, rank.label("rank"))
            .where(PredictionRow.project_id == project_id, PredictionRow.entity.in_(chunk))
            .subquery()
        )
        stmt = _with_version().join(ranked, ranked.c.id == PredictionRow.id).where(ranked.c.rank == 1)
        found.update({row[0].entity: _prediction_of(row) for row in session.execute(stmt)})
    return found


@dataclass(frozen=True, slots=True)
class LockedPrediction:
    """What feedback needs of a prediction, read under its lock."""

    id: int
    model_id: int
    scope: str
    answer: Answer
    base_row: Mapping[str, Any] | None
    predicted_at: datetime
    truth: str | None
    truth_at: datetime | None


def locked_predictions(
    session: Session, project_id: int, prediction_ids: Iterable[int]
) -> Mapping[int, LockedPrediction]:
    """The predictions of these ids that exist, by id; locked in that order until the transaction ends."""
    row = PredictionRow
    answer = (row.label, row.value, row.score)
    rest = (row.base_row, row.predicted_at, row.truth, row.truth_at)
    found: dict[int, LockedPrediction] = {}
    for chunk in _chunks(sorted(set(prediction_ids))):
        stmt = select(row.id, row.model_id, row.scope, *answer, *rest).where(row.project_id == project_id)
        stmt = stmt.where(row.id.in_(chunk)).order_by(row.id).with_for_update()
        for id_, model_id, scope, label, value, score, *known in session.execute(stmt):
            found[id_] = LockedPrediction(id_, model_id, scope, Answer(label, value, score, {}), *known)
    return found


def classes_of(session: Session, model_ids: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    """The classes each model knows, of deleted ones too."""
    stmt = (
        select(ModelRow.id, Artifact.signature)
        .join(Artifact, Artifact.id == ModelRow.artifact_id)
        .where(ModelRow.id.in_(sorted(model_ids)))
    )
    return {row.id: Signature.from_json(row.signature).classes for row in session.execute(stmt)}


def _chunks(values: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _with_version() -> Select[PredictionRow, int]:
    return select(PredictionRow, ModelRow.version).join(ModelRow, ModelRow.id == PredictionRow.model_id)


def _newest(project_id: int, limit: int) -> Select[PredictionRow, int]:
    stmt = _with_version().where(PredictionRow.project_id == project_id)
    return stmt.order_by(PredictionRow.predicted_at.desc(), PredictionRow.id.desc()).limit(limit)


def _prediction_of(found: Row[PredictionRow, int]) -> Prediction:
    row, version = found
    return Prediction(
        id=row.id,
        project_id=row.project_id,
        model_id=row.model_id,
        model_version=version,
        scope=row.scope,
        entity=row.entity,
        features=row.features,
        answer=Answer(row.label, row.value, row.score, row.probabilities),
        predicted_at=row.predicted_at,
        source=row.source,
        truth=row.truth,
        truth_at=row.truth_at,
    )


_FLAT = (
    "id", "predicted_at", "entity", "model_version", "scope", "label", "value", "score", "truth", "truth_at", "source",
)  # fmt: skip


def _flat(prediction: Prediction) -> dict[str, Any]:
    answer = prediction.answer
    own = {"label": answer.label, "value": answer.value, "score": answer.score}
    row = {name: own[name] if name in own else getattr(prediction, name) for name in _FLAT}
    row.update({f"p.{name}": value for name, value in answer.probabilities.items()})
    row.update({f"feature.{name}": value for name, value in prediction.features.items()})
    return row
