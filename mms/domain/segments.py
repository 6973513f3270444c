"""Segments: named rules over features, by which rows are told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.plain import plain
from mms.domain.tables import COMPARISONS, Column, Condition, Operator, checked_condition

MOST_CONDITIONS = 20


@dataclass(frozen=True, slots=True)
class SegmentDraft:
    """A segment to make."""

    name: str
    conditions: tuple[Condition, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A named rule of a project: a row belongs to it when all conditions hold; a missing value meets no comparison."""

    id: int
    project_id: int
    name: str
    conditions: tuple[Condition, ...]
    description: str = ""
    created_by: str = ""
    created_at: datetime | None = None

    @property
    def words(self) -> str:
        """The rule as it reads: "origin = 'JFK' and distance > 500"."""
        return rule_words(self.conditions)

    def to_json(self) -> dict[str, Any]:
        """The segment as plain JSON, with its rule in words."""
        return {
            "id": self.id,
            "project_id": self.project_id,
            "name": self.name,
            "conditions": conditions_to_json(self.conditions),
            "words": self.words,
            "description": self.description,
            "created_by": self.created_by,
            "created_at": plain(self.created_at),
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Segment":
        """The segment that `to_json` wrote."""
        made = value["created_at"]
        return Segment(
            id=value["id"],
            project_id=value["project_id"],
            name=value["name"],
            conditions=conditions_from_json(value["conditions"]),
            description=value["description"],
            created_by=value["created_by"],
            created_at=None if made is None else datetime.fromisoformat(made),
        )


def rule_words(conditions: Sequence[Condition]) -> str:
    """Conditions that must all hold, as they read."""
    return " and ".join(condition.words for condition in conditions)


def checked_rule(columns: Sequence[Column], conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """The conditions with typed values; Invalid for none or too many, an unknown column, or a value it cannot hold."""
    if not 1 <= len(conditions) <= MOST_CONDITIONS:
        raise Invalid(f"A segment has 1 to {MOST_CONDITIONS} conditions; this one has {len(conditions)}.")
    known = {column.name: column for column in columns}
    for condition in conditions:
        if condition.column not in known:
            raise Invalid(
                f"There is no feature '{condition.column}' to tell rows apart by; there are {', '.join(known)}."
            )
    return tuple(checked_condition(known[condition.column], condition) for condition in conditions)


def conditions_to_json(conditions: Sequence[Condition]) -> list[Any]:
    """Conditions as [[column, operator, value], ...]; times become ISO text."""
    return [[c.column, c.operator.value, plain(c.value)] for c in conditions]


def conditions_from_json(value: Sequence[Any]) -> tuple[Condition, ...]:
    """The conditions that `conditions_to_json` wrote; a time stays text, which compares as the time it says."""
    return tuple(Condition(c, Operator(o), tuple(v) if isinstance(v, list) else v) for c, o, v in value)


def holds(conditions: Sequence[Condition], row: Mapping[str, Any]) -> bool:
    """Whether one typed row meets every condition; a missing value meets no comparison, not even `!=`."""
    return all(_holds(condition, row.get(condition.column)) for condition in conditions)


def _holds(condition: Condition, value: Any) -> bool:
    if condition.operator in (Operator.IS_NULL, Operator.NOT_NULL):
        return (value is None) == (condition.operator is Operator.IS_NULL)
    if value is None:
        return False
    if condition.operator is Operator.IN:
        return any(value == _alike(one, value) for one in condition.value)
    met: bool = COMPARISONS[condition.operator](value, _alike(condition.value, value))
    return met


def _alike(given: Any, value: Any) -> Any:
    """What a condition gives, as the type of the row's value: a time is text there."""
    if not isinstance(value, datetime) or not isinstance(given, str):
        return given
    moment = datetime.fromisoformat(given)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
