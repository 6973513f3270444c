"""Ask the champion; every answer is stored before it is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.predictions import locked_predictions, unknown_prediction
from db.queries.projects import live_project, project_of
from db.queries.promotions import Champion, champions, champions_of
from db.queries.segments import segments
from mms.domain.errors import Conflict, MmsError
from mms.domain.logs import ELSEWHERE, refuse_elsewhere
from mms.domain.members import Member, Permission
from mms.domain.predictions import Answer, Prediction, Request, json_value
from mms.domain.projects import Project
from mms.domain.promotions import scopes_of
from mms.domain.segments import holds
from mms.ml.prediction import Predicted, checked_frame, predict_frame
from mms.usecases.buckets import SPARE, fold_buckets, hold_mark, take_from_buckets
from mms.usecases.drift import take_from_features
from mms.usecases.estimates import expected_errors
from mms.usecases.inputs import Inputs, complete, source_of
from mms.usecases.models import load_model


@dataclass(frozen=True, slots=True)
class _Answered:
    """An answer with what it rests on. features: the complete inputs of the model, as JSON values.

    expected: the absolute and squared error to expect of a number, where its model's errors are learnt.
    """

    inputs: Inputs
    champion: Champion
    features: Mapping[str, Any]
    answer: Answer
    expected: tuple[float | None, float | None]


def predict(
    session: Session,
    member: Member,
    project_id: int,
    requests: Sequence[Request],
    now: datetime,
    *,
    source: str = "rest",
) -> list[Prediction]:
    """Answer with the champion of the most special scope that contains each row (user, group, segment, global).

    A request with features gives base columns (joined columns are looked up as of its time, unless given as
    `table.column`); one without is looked up by its entity in the base table. All are answered or none.
    """
    member.require(Permission.PREDICT)
    project = project_of(live_project(session, project_id))
    seats = {seat.promotion.scope: seat for seat in champions(session, project_id)}
    if not seats:
        raise Conflict(f"Project '{project.name}' has no champion to answer: promote a model first.")
    if all(seat.model.algorithm == ELSEWHERE for seat in seats.values()):
        refuse_elsewhere(ELSEWHERE, max(seat.model.version for seat in seats.values()))
    rows = complete(session, source_of(session, project_id), requests, now)
    ruled = _segments_of(session, project_id, rows, seats)
    chosen = [_champion_for(inputs, seats, belongs) for inputs, belongs in zip(rows, ruled, strict=True)]
    answered = _answered(session, project, rows, chosen)
    hold_mark(session, project_id)
    stored = _stored(session, project_id, answered, now, source)
    fold_buckets(session, project_id, now, len(stored) + SPARE)
    return stored


def warm_champions(session: Session) -> int:
    """Load every champion before the first request; return how many. One that cannot be loaded says so when asked."""
    project = tables.Project
    ids = list(session.scalars(select(project.id).where(project.deleted_at.is_(None), project.archived_at.is_(None))))
    loaded = 0
    for model_id in {seat.model.id for seats in champions_of(session, ids).values() for seat in seats}:
        try:
            load_model(session, model_id)
            loaded += 1
        except MmsError:
            continue
    return loaded


def delete_predictions(session: Session, member: Member, project_id: int, prediction_ids: Sequence[int]) -> int:
    """Delete stored answers, in their buckets too. NotFound names the first unknown one; then none goes."""
    member.require(Permission.EDIT_DATA)
    live_project(session, project_id)
    hold_mark(session, project_id)
    found = locked_predictions(session, project_id, prediction_ids)
    for prediction_id in prediction_ids:
        if prediction_id not in found:
            raise unknown_prediction(prediction_id)
    take_from_features(session, project_id, sorted(found))
    take_from_buckets(session, project_id, sorted(found))
    return len(found)


def _segments_of(
    session: Session, project_id: int, rows: Sequence[Inputs], seats: Mapping[str, Champion]
) -> list[frozenset[str]]:
    """For each row the names of the segments with a champion that it belongs to."""
    names = {key.removeprefix("segment:") for key in seats if key.startswith("segment:")}
    seated = [one for one in segments(session, project_id) if one.name in names] if names else []
    return [frozenset(one.name for one in seated if holds(one.conditions, inputs.row)) for inputs in rows]


def _champion_for(inputs: Inputs, seats: Mapping[str, Champion], belongs: frozenset[str]) -> Champion:
    scopes = scopes_of(inputs.entity, inputs.row, frozenset(seats), belongs)
    if not scopes:
        raise Conflict(
            f"No champion answers for '{inputs.entity}': there are champions for {', '.join(sorted(seats))} only. "
            "Promote a model in the scope 'global'."
        )
    return seats[scopes[0]]


def _answered(
    session: Session, project: Project, rows: Sequence[Inputs], chosen: Sequence[Champion]
) -> list[_Answered]:
    """One frame a model: rows that share a champion are answered together."""
    positions: dict[int, list[int]] = {}
    for i, champion in enumerate(chosen):
        positions.setdefault(champion.model.id, []).append(i)
    answered: dict[int, _Answered] = {}
    for model_id, places in positions.items():
        model, pipeline = load_model(session, model_id)
        signature = model.signature
        names = [column.name for column in signature.inputs]
        features = [{name: rows[i].row[name] for name in names if name in rows[i].row} for i in places]
        frame = checked_frame(signature, features)
        predicted = predict_frame(
            pipeline, frame, project.task, signature.classes, project.positive_class, model.threshold
        )
        answers = predicted.answers(signature.classes, project.positive_class)
        expected = _expected(session, model_id, frame, predicted)
        for i, known, answer, errors in zip(places, features, answers, expected, strict=True):
            plain = {name: json_value(value) for name, value in known.items()}
            answered[i] = _Answered(rows[i], chosen[i], plain, answer, errors)
    return [answered[i] for i in range(len(rows))]


def _expected(
    session: Session, model_id: int, frame: pd.DataFrame, predicted: Predicted
) -> list[tuple[float | None, float | None]]:
    found = None if predicted.values is None else expected_errors(session, model_id, frame, predicted.values)
    if found is None:
        return [(None, None)] * len(frame)
    return [(float(absolute), float(squared)) for absolute, squared in found]


def _stored(
    session: Session, project_id: int, answered: Sequence[_Answered], now: datetime, source: str
) -> list[Prediction]:
    if not answered:
        return []
    stmt = insert(tables.Prediction).returning(tables.Prediction.id, sort_by_parameter_order=True)
    ids = session.scalars(stmt, [_values(project_id, one, now, source) for one in answered]).all()
    return [
        Prediction(
            id=prediction_id,
            project_id=project_id,
            model_id=one.champion.model.id,
            model_version=one.champion.model.version,
            scope=one.champion.promotion.scope,
            entity=one.inputs.entity,
            features=one.features,
            answer=one.answer,
            predicted_at=one.inputs.at,
            source=source,
        )
        for prediction_id, one in zip(ids, answered, strict=True)
    ]


def _values(project_id: int, one: _Answered, now: datetime, source: str) -> dict[str, Any]:
    answer = one.answer
    return {
        "project_id": project_id,
        "model_id": one.champion.model.id,
        "scope": one.champion.promotion.scope,
        "entity": one.inputs.entity,
        "features": dict(one.features),
        "base_row": {name: json_value(value) for name, value in one.inputs.base_row.items()},
        "label": answer.label,
        "value": answer.value,
        "score": answer.score,
        "probabilities": dict(answer.probabilities),
        "predicted_at": one.inputs.at,
        "created_at": now,
        "source": source,
        "expected_absolute": one.expected[0],
        "expected_squared": one.expected[1],
    }
