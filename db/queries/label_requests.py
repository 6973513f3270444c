"""Label requests: what could be drawn, how far draws are, and the row that is asked for next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from db.models import LabelDraw as DrawRow
from db.models import LabelRequest as RequestRow
from db.models import Model as ModelRow
from db.models import Prediction as PredictionRow
from db.queries.buckets import Span, bucket_series
from db.queries.drift import importances_of
from db.queries.models import models_of
from db.queries.predictions import classes_of, get_prediction
from mms.domain.decay import Delay
from mms.domain.drift import weights_of
from mms.domain.errors import NotFound
from mms.domain.label_requests import (
    RELEASE,
    DrawProgress,
    LabelDraw,
    OpenLabel,
    Period,
    RequestState,
    Why,
    state_of,
)
from mms.domain.predictions import Prediction
from mms.domain.projects import Project, Task
from mms.monitoring.delays import delays_of
from mms.monitoring.sums import Series

_LEAST_SURE = 20_000
"""Of several classes: rows with the lowest probability of their label, whose margins are looked at."""

_IDS = 500
"""Values in one IN list."""


def unlabelled_ids(session: Session, project_id: int, period: Period) -> np.ndarray:
    """Ids of the answers that wait for their truth: the frame of a draw."""
    return np.array(session.scalars(_frame(select(PredictionRow.id), project_id, period)).all(), np.int64)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that would tell much. features: what was asked."""

    id: int
    features: Mapping[str, Any]


def most_informative(session: Session, project: Project, period: Period, most: int) -> list[Candidate]:
    """Of rows that nobody is asked for: those nearest to the threshold, of the smallest margin, or of the largest
    expected error, by task; most informative first.
    """
    row, model = PredictionRow, ModelRow
    stmt = _frame(select(row.id, row.features), project.id, period)
    stmt = stmt.where(~exists().where(RequestRow.prediction_id == row.id))
    if project.task is Task.REGRESSION:
        stmt = stmt.where(row.expected_absolute.is_not(None)).order_by(row.expected_absolute.desc(), row.id)
    elif project.task is Task.BINARY:
        stmt = stmt.join(model, model.id == row.model_id).where(row.score.is_not(None))
        stmt = stmt.order_by(func.abs(row.score - func.coalesce(model.threshold, 0.5)), row.id)
    else:
        return _by_margin(session, stmt, most)
    return [Candidate(*found) for found in session.execute(stmt.limit(most))]


def _by_margin(session: Session, stmt: Select[Any], most: int) -> list[Candidate]:
    """Small margins lie among low probabilities of the label: with a margin d it is at most (1 + d) / 2."""
    row = PredictionRow
    asked = stmt.add_columns(row.probabilities).where(row.score.is_not(None)).order_by(row.score, row.id)
    margins = []
    for id_, features, probabilities in session.execute(asked.limit(_LEAST_SURE)):
        first, second = sorted((*probabilities.values(), 0.0, 0.0), reverse=True)[:2]
        margins.append((first - second, id_, features))
    return [Candidate(id_, features) for _, id_, features in sorted(margins, key=lambda one: one[:2])[:most]]


def kept_rows(session: Session, ids: Sequence[int]) -> list[int]:
    """Those of these answers, in this order, that are there; nobody deletes them until the transaction ends."""
    row, there = PredictionRow, set[int]()
    for start in range(0, len(ids), _IDS):
        stmt = select(row.id).where(row.id.in_(ids[start : start + _IDS])).order_by(row.id)
        there.update(session.scalars(stmt.with_for_update(read=True, key_share=True)))
    return [id_ for id_ in ids if id_ in there]


def label_draws(session: Session, project_id: int, limit: int = 50) -> list[DrawProgress]:
    """Newest first."""
    row, stmt = DrawRow, select(DrawRow).where(DrawRow.project_id == project_id)
    found = [draw_of(one) for one in session.scalars(stmt.order_by(row.number.desc()).limit(limit))]
    counts = {draw.id: dict.fromkeys(RequestState, 0) for draw in found}
    asked, (told, answered, by_person) = RequestRow, _state()
    columns = (asked.draw_id, told, answered, by_person, asked.skips)
    states = select(*columns, func.count()).join(PredictionRow, PredictionRow.id == asked.prediction_id)
    for draw_id, *facts, count in session.execute(states.where(asked.draw_id.in_(counts)).group_by(*columns)):
        counts[draw_id][_state_of(facts)] += count
    return [_progress(draw, counts[draw.id]) for draw in found]


def _state_of(facts: Sequence[Any]) -> RequestState:
    told, answered, by_person, skips = facts
    return state_of(told=bool(told), answered=bool(answered), by_person=bool(by_person), skips=skips)


def _progress(draw: LabelDraw, counts: Mapping[RequestState, int]) -> DrawProgress:
    told, came, not_known = (counts[one] for one in (RequestState.TOLD, RequestState.CAME, RequestState.NOT_KNOWN))
    return DrawProgress(draw, told, came, not_known, sum(counts[one] for one in RequestState if one.is_open))


def newest_draw(session: Session, project_id: int, scope: str, why: Why) -> LabelDraw | None:
    """The last draw of a kind in a scope."""
    row = DrawRow
    stmt = select(row).where(row.project_id == project_id, row.scope == scope, row.why == why.value)
    found = session.scalars(stmt.order_by(row.number.desc()).limit(1)).first()
    return None if found is None else draw_of(found)


def draw_of(row: DrawRow) -> LabelDraw:
    """The record of a row."""
    return LabelDraw(
        id=row.id,
        project_id=row.project_id,
        number=row.number,
        why=Why(row.why),
        scope=row.scope,
        since=row.since,
        until=row.until,
        frame_n=row.frame_n,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
    )


def request_states(session: Session, draw_id: int) -> list[tuple[int, RequestState]]:
    """(prediction, state) of every row of a draw, in its order."""
    row, asked = RequestRow, PredictionRow
    stmt = select(row.prediction_id, *_state(), row.skips)
    stmt = stmt.join(asked, asked.id == row.prediction_id).where(row.draw_id == draw_id).order_by(row.position)
    return [(id_, _state_of(facts)) for id_, *facts in session.execute(stmt)]


def told_by_people(session: Session, draw: LabelDraw) -> list[int]:
    """The answers in a draw's scope and days whose truth a person told because they were asked."""
    row, asked = RequestRow, PredictionRow
    stmt = select(asked.id).join(row, row.prediction_id == asked.id)
    stmt = stmt.where(asked.project_id == draw.project_id, *_in(draw))
    return list(session.scalars(stmt.where(row.answered_by.is_not(None), asked.truth.is_not(None)).order_by(asked.id)))


def promised_shares(session: Session, draw: LabelDraw, positive: str | None) -> Mapping[str, float]:
    """Of a draw's rows, the shares that metrics rest on, by what the answers promise: recall's are positive ones."""
    row, asked = RequestRow, PredictionRow
    flagged = case((asked.label == positive, 1.0), else_=0.0)
    either = case((asked.label == positive, 1.0), else_=asked.score)
    stmt = select(func.avg(asked.score), func.avg(flagged), func.avg(either))
    stmt = stmt.join(row, row.prediction_id == asked.id).where(row.draw_id == draw.id)
    found = session.execute(stmt).one()
    shares = zip(("recall", "precision", "f1"), found, strict=True)
    return {"accuracy": 1.0} | ({name: float(share or 0.0) for name, share in shares} if positive is not None else {})


@dataclass(frozen=True, slots=True)
class Lateness:
    """How many answers of some days have their truth, and how long those took, where any tells."""

    predicted: int
    labelled: int
    delay: Delay | None


def lateness(session: Session, project_id: int, scope: str, span: Span) -> Lateness:
    """How late the labels of some days are, of all models together."""
    found = [one.series for one in bucket_series(session, [project_id], scope, span, parts=("delays",))]
    if not found:
        return Lateness(0, 0, None)
    n, labelled = (np.array([sum(int(getattr(one, name).sum()) for one in found)]) for name in ("n", "labelled"))
    delays = sum(one.delays.sum(axis=(0, 2)) for one in found if one.delays is not None)
    whole = Series(found[0].layout, n, labelled, delays=np.asarray(delays)[None, :, None, :])
    return Lateness(int(n[0]), int(labelled[0]), delays_of(whole)[0])


def open_request(session: Session, project_id: int, why: Why, name: str, now: datetime) -> RequestRow | None:
    """The row that a member is asked for next, locked: what they took back, what they hold, the next nobody holds."""
    row, draw, asked = RequestRow, DrawRow, PredictionRow
    fresh = row.reserved_at >= now - RELEASE
    held = and_(row.reserved_by == name, fresh)
    stmt = (
        select(row)
        .join(draw, draw.id == row.draw_id)
        .join(asked, asked.id == row.prediction_id)
        .where(
            draw.project_id == project_id, draw.why == why.value, _waits(),
            or_(row.reserved_by.is_(None), row.reserved_by == name, ~fresh),
        )
        .order_by(
            case((and_(held, row.answered_by == name), 0), (held, 1), else_=2),
            row.skips, draw.number.desc(), row.position,
        )
        .limit(1)
        .with_for_update(of=row, skip_locked=True)
        .execution_options(populate_existing=True)
    )  # fmt: skip
    return session.scalars(stmt).first()


def held_request(session: Session, project_id: int, request_id: int) -> RequestRow:
    """A request, locked until the transaction ends."""
    row, draw = RequestRow, DrawRow
    stmt = select(row).join(draw, draw.id == row.draw_id).where(row.id == request_id, draw.project_id == project_id)
    found = session.scalars(stmt.with_for_update(of=row).execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound(f"Row {request_id} is not asked for any more: it was deleted or drawn anew; take the next one.")
    return found


def last_answered(session: Session, project_id: int, name: str, why: Why | None = None) -> RequestRow | None:
    """What a member answered last (of a kind of draw), locked. reserved_at tells the order: by then they answered."""
    row, draw = RequestRow, DrawRow
    stmt = select(row).join(draw, draw.id == row.draw_id).where(draw.project_id == project_id)
    stmt = stmt.where(row.answered_by == name, row.answered_at.is_not(None))
    if why is not None:
        stmt = stmt.where(draw.why == why.value)
    stmt = stmt.order_by(row.reserved_at.desc(), row.id.desc()).limit(1)
    return session.scalars(stmt.with_for_update(of=row)).first()


def open_label(session: Session, project: Project, request: RequestRow) -> OpenLabel:
    """A request as it is shown, with the model's inputs in the order of what they weigh."""
    prediction = get_prediction(session, request.prediction_id)
    draw = draw_of(session.get_one(DrawRow, request.draw_id))
    row, asked = RequestRow, PredictionRow
    left = select(func.count()).select_from(row).join(asked, asked.id == row.prediction_id)
    return OpenLabel(
        id=request.id,
        draw=draw,
        prediction=prediction,
        features=_by_weight(session, project, prediction),
        classes=classes_of(session, [prediction.model_id]).get(prediction.model_id, ()),
        left=session.scalar(left.where(row.draw_id == draw.id, _waits())) or 0,
        told_by=request.answered_by,
    )


def _by_weight(session: Session, project: Project, prediction: Prediction) -> tuple[str, ...]:
    model = next(iter(models_of(session, [prediction.model_id])), None)
    if model is None:
        return tuple(prediction.features)
    names = [column.name for column in model.signature.inputs]
    weights = weights_of(importances_of(session, project, model), names)
    return tuple(sorted(names, key=lambda name: -weights[name]))


def _frame(stmt: Select[Any], project_id: int, period: Period) -> Select[Any]:
    row = PredictionRow
    return stmt.where(row.project_id == project_id, row.truth.is_(None), *_in(period))


def _in(period: Period | LabelDraw) -> tuple[ColumnElement[bool], ...]:
    """Answers of a scope and of some days."""
    row = PredictionRow
    return (row.scope == period.scope, row.predicted_at >= period.since, row.predicted_at < period.until)


def _waits() -> ColumnElement[bool]:
    """Whether a person is still asked: nobody closed it, and no truth came but one that was taken back."""
    row = RequestRow
    return and_(row.answered_at.is_(None), or_(PredictionRow.truth.is_(None), row.answered_by.is_not(None)))


def _state() -> tuple[ColumnElement[bool], ...]:
    """What `state_of` asks, but for the skips."""
    row = RequestRow
    return PredictionRow.truth.is_not(None), row.answered_at.is_not(None), row.answered_by.is_not(None)
