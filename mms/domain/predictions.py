"""Predictions: served answers, each stored before it is given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One question. entity: values of the entity key. features: base-table columns (joined ones are looked up)."""

    entity: Mapping[str, Any]
    features: Mapping[str, Any] | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of one row. label: class (classification); value: number (regression).

    probabilities: class -> probability; score: probability of the positive class (binary) or of the label (multiclass).
    """

    label: str | None
    value: float | None
    score: float | None
    probabilities: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Prediction:
    """A stored answer. entity: text of the entity key; predicted_at: event time; truth: latest known label."""

    id: int
    project_id: int
    model_id: int
    model_version: int
    scope: str
    entity: str
    features: Mapping[str, Any]
    answer: Answer
    predicted_at: datetime
    source: str
    truth: str | None = None
    truth_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """The later truth about a prediction. known_at: when it became known (event time)."""

    prediction_id: int
    truth: str
    known_at: datetime


def json_value(value: Any) -> Any:
    """One value of a row as JSON knows it: times as ISO text."""
    return value.isoformat() if isinstance(value, datetime) else value


def entity_text(values: Iterable[Any]) -> str:
    """The values of an entity key as one text, times in ISO: 'UA|1545|EWR'."""
    return "|".join(str(json_value(value)) for value in values)
