"""Stored answers as columns, to be counted: times and JSON come as text and are read many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from json import loads
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Select, String, Text, cast, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.models import Feedback as FeedbackRow
from db.models import Prediction as PredictionRow
from db.models import Project as ProjectRow
from mms.domain.projects import Task

Days = tuple[datetime | None, datetime | None]
"""Whole days (UTC), from the first up to before the second; None leaves an end open."""

_DAY = timedelta(days=1)

_ROWS = 500
"""Rows that live at once before they are columns: of more the garbage collector would walk through all, many times."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of the truth of N answers. truths: texts, None if not known; at: (N,) datetime64[us], NaT."""

    truths: Sequence[str | None]
    at: np.ndarray


@dataclass(frozen=True)
class AnsweredRows:
    """N stored answers. ids, model_ids: (N,); at: (N,) datetime64[us], UTC; value, score: (N,), NaN where none is.

    expected: (N, 2) absolute and squared error that was expected. known: the truth that counts by now. told: of
    feedback, what counted before each piece, and since. What the task does not need is not read, and empty or NaN.
    """

    ids: np.ndarray
    model_ids: np.ndarray
    scopes: Sequence[str]
    at: np.ndarray
    labels: Sequence[str | None]
    value: np.ndarray
    score: np.ndarray
    expected: np.ndarray
    known: Known
    told: tuple[Known, Known]
    probability_texts: Sequence[str]
    feature_texts: Sequence[str]
    base_texts: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def probabilities(self) -> list[dict[str, float]]:
        """Probabilities by class."""
        return _read(self.probability_texts)

    @cached_property
    def features(self) -> list[dict[str, Any]]:
        """What each answer was asked about: base columns and the model's inputs."""
        return [
            {**(base or {}), **features}
            for base, features in zip(_read(self.base_texts), _read(self.feature_texts), strict=True)
        ]


def answers_behind(session: Session, project_id: int, after: int, most: int, *, features: bool) -> AnsweredRows:
    """Answers of later ids, at most so many, in that order."""
    row = PredictionRow
    stmt = _columns(session, project_id, features).where(row.project_id == project_id, row.id > after)
    return _fetched(session, stmt.order_by(row.id).limit(most))


def answers_of(session: Session, project_id: int, ids: Sequence[int], *, features: bool) -> AnsweredRows:
    """The answers of these ids, at most 500."""
    row = PredictionRow
    stmt = _columns(session, project_id, features).where(row.project_id == project_id, row.id.in_(ids))
    return _fetched(session, stmt)


def answers_between(session: Session, project_id: int, days: Days, last: int, *, features: bool) -> AnsweredRows:
    """Answers of some days, with ids up to `last`."""
    row, (since, until) = PredictionRow, days
    stmt = _columns(session, project_id, features).where(row.project_id == project_id, row.id <= last)
    if since is not None:
        stmt = stmt.where(row.predicted_at >= since)
    if until is not None:
        stmt = stmt.where(row.predicted_at < until)
    return _fetched(session, stmt)


def told_between(session: Session, project_id: int, ids: tuple[int, int], last: int, *, features: bool) -> AnsweredRows:
    """The answers with ids up to `last` that feedback told something new about, by piece; `told` says what.

    ids: of the feedback, after the first and up to the second.
    """
    told, row = FeedbackRow, PredictionRow
    new = (
        told.truth.label("told"), _time(session, told.known_at).label("told_at"), told.replaced,
        _time(session, told.replaced_at).label("replaced_at"),
    )  # fmt: skip
    stmt = _columns(session, project_id, features).add_columns(*new).join(told, told.prediction_id == row.id)
    stmt = stmt.where(told.project_id == project_id, told.id > ids[0], told.id <= ids[1], told.counts)
    stmt = stmt.where(row.id <= last)
    return _fetched(session, stmt.order_by(told.id))


def last_told(session: Session, project_id: int, after: int, most: int) -> tuple[int, int]:
    """How many pieces of feedback have later ids, at most so many, and the id of the last of them."""
    told = FeedbackRow
    behind = select(told.id).where(told.project_id == project_id, told.id > after).order_by(told.id).limit(most)
    few = behind.subquery()
    count, last = session.execute(select(func.count(), func.max(few.c.id))).one()
    return count, last or after


def sampled_features(session: Session, model_id: int, days: Days, most: int) -> list[dict[str, Any]]:
    """What a model was asked about in some days: at most so many rows, spread over all by a hash of their ids."""
    row, (since, until) = PredictionRow, days
    mine = [row.model_id == model_id]
    mine += [] if since is None else [row.predicted_at >= since]
    mine += [] if until is None else [row.predicted_at < until]
    count = session.scalar(select(func.count()).select_from(row).where(*mine)) or 0
    step = max(1, -(-count // most))
    stmt = select(row.features).where(*mine, scattered_ids() % step == 0).order_by(row.id).limit(most)
    return list(session.scalars(stmt))


def scattered_ids() -> ColumnElement[int]:
    """A hash of the ids of predictions: neighbours come far apart, and models that answer in turns stay mixed."""
    return cast(PredictionRow.id, BigInteger) * 40_503 % 65_521


def next_days(session: Session, project_id: int, since: datetime | None, most: int) -> datetime | None:
    """Where days from `since` on with at most so many answers end (one day may have more); None: there are fewer."""
    row = PredictionRow
    stmt = select(row.predicted_at).where(row.project_id == project_id).order_by(row.predicted_at)
    if since is not None:
        stmt = stmt.where(row.predicted_at >= since)
    first, beyond = session.scalar(stmt.limit(1)), session.scalar(stmt.offset(most).limit(1))
    if first is None or beyond is None:
        return None
    return max(_midnight(beyond), _midnight(first) + _DAY)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _columns(session: Session, project_id: int, features: bool) -> Select[Any]:
    """What the sums of the project's task need. Of two classes the score is the positive one's probability."""
    row, project = PredictionRow, session.get_one(ProjectRow, project_id)
    columns: list[ColumnElement[Any] | InstrumentedAttribute[Any]] = [
        row.id, row.model_id, row.scope, _time(session, row.predicted_at).label("at"), row.truth,
        _time(session, row.truth_at).label("truth_at"),
    ]  # fmt: skip
    if not Task(project.task).is_classification:
        columns += [row.value, row.expected_absolute, row.expected_squared]
    elif Task(project.task) is Task.BINARY and project.positive_class is not None:
        columns += [row.label, row.score]
    else:
        columns += [row.label, _json(session, row.probabilities).label("probabilities")]
    if features:
        columns += [_json(session, row.features).label("features"), _json(session, row.base_row).label("base_row")]
    return select(*columns)


def _time(session: Session, column: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """UTC text: thousands become an array at once."""
    if session.get_bind().dialect.name != "postgresql":
        return type_coerce(column, String)
    return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")


def _json(session: Session, column: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    return cast(column, Text) if session.get_bind().dialect.name == "postgresql" else type_coerce(column, String)


def _read(texts: Sequence[str | None]) -> list[Any]:
    """Texts of JSON, read as one."""
    found: list[Any] = loads(f"[{','.join('null' if text is None else text for text in texts)}]")
    return found


def _fetched(session: Session, stmt: Select[Any]) -> AnsweredRows:
    """Plain rows, without what the session does for each: here it would be half of the time."""
    session.flush()
    found = session.connection().execute(stmt)
    columns: dict[str, list[Any]] = {name: [] for name in list(found.keys())}
    for rows in found.partitions(_ROWS):
        for values, more in zip(columns.values(), zip(*rows, strict=True), strict=True):
            values += more

    def numbers(name: str) -> np.ndarray:
        return np.array(columns[name], np.float64) if name in columns else np.full(len(columns["id"]), np.nan)

    def known(truth: str, at: str) -> Known:
        return Known(columns.get(truth, ()), _times(columns.get(at, ())))

    return AnsweredRows(
        ids=np.array(columns.get("id", ()), np.int64),
        model_ids=np.array(columns.get("model_id", ()), np.int64),
        scopes=columns.get("scope", ()),
        at=_times(columns.get("at", ())),
        labels=columns.get("label", ()),
        value=numbers("value"),
        score=numbers("score"),
        expected=np.stack([numbers("expected_absolute"), numbers("expected_squared")], axis=1),
        known=known("truth", "truth_at"),
        told=(known("replaced", "replaced_at"), known("told", "told_at")),
        probability_texts=columns.get("probabilities", ()),
        feature_texts=columns.get("features", ()),
        base_texts=columns.get("base_row", ()),
    )


def _times(texts: Sequence[str | None]) -> np.ndarray:
    return np.array(texts, "datetime64[us]")
