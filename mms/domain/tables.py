"""Feature tables and the declaration that joins them into an instance table."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Any

from mms.domain.errors import Invalid


class ColumnType(StrEnum):
    """The type of one column of a feature table; each has one physical type in the store."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    TEXT = "text"
    TIME = "time"

    @property
    def is_numeric(self) -> bool:
        """Whether arithmetic on the values means something."""
        return self in (ColumnType.INTEGER, ColumnType.NUMBER)

    @property
    def is_words(self) -> bool:
        """Whether the values are strings."""
        return self in (ColumnType.CATEGORY, ColumnType.TEXT)

    @property
    def takes(self) -> str:
        """What a column of this type takes, in words."""
        return _TAKES[self]


_TAKES: Mapping[ColumnType, str] = {
    ColumnType.INTEGER: "a whole number",
    ColumnType.NUMBER: "a number",
    ColumnType.BOOLEAN: "true or false",
    ColumnType.CATEGORY: "a text",
    ColumnType.TEXT: "a text",
    ColumnType.TIME: "a time such as 2026-03-01T12:00:00Z",
}

DTYPES: Mapping[ColumnType, Any] = {  # Any: pandas types a dtype by its literal
    ColumnType.INTEGER: "Int64",
    ColumnType.NUMBER: "float64",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.CATEGORY: "str",
    ColumnType.TEXT: "str",
    ColumnType.TIME: "datetime64[us, UTC]",
}
"""The pandas dtype of each column type in every frame of the product; all of them hold missing values."""


def column_types(given: Iterable[str]) -> dict[str, ColumnType]:
    """'COLUMN=TYPE' texts (an argv, a query) as overrides of inferred types; Invalid names the types there are."""
    types: dict[str, ColumnType] = {}
    known = [kind.value for kind in ColumnType]
    for text in given:
        name, _, kind = text.rpartition("=")
        if not name:
            raise Invalid(f"'{text}' is no column type: write COLUMN=TYPE.")
        if kind not in known:
            raise Invalid(f"'{kind}' is no column type: choose one of {', '.join(known)}.")
        types[name] = ColumnType(kind)
    return types


@dataclass(frozen=True, slots=True)
class Column:
    """A named, typed column."""

    name: str
    type: ColumnType


def typed_value(column: Column, value: Any) -> Any:
    """One value from outside (JSON, a form, an argv) as the column's Python type, or Invalid. None stays None.

    Numbers may come as text. Times are ISO 8601; without a zone they are taken as UTC.
    """
    if value is None:
        return None
    try:
        return _PARSERS[column.type](value)
    except (ValueError, TypeError, OverflowError) as error:
        raise Invalid(f"Column '{column.name}' takes {column.type.takes}; it got {_shown(value)}.") from error


def _shown(value: Any) -> str:
    """A wrong value as a sentence repeats it: its head only where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _integer(value: Any) -> int:
    number = int(value) if isinstance(value, str | int) and not isinstance(value, bool) else _integral(value)
    if not -(2**63) <= number < 2**63:
        raise ValueError("beyond 64 bits")
    return number


def _integral(value: Any) -> int:
    if not isinstance(value, float) or not value.is_integer():
        raise TypeError("no whole number")
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not isfinite(float(value)):
        raise TypeError("no finite number")
    return float(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in ("true", "false"):
        raise TypeError("neither true nor false")
    return value.lower() == "true"


def _words(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError("no text")
    text = str(value)
    if "\x00" in text:
        raise ValueError("a NUL character, which PostgreSQL cannot store")
    text.encode()  # half a surrogate pair is no text
    return text


def _time(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_PARSERS: Mapping[ColumnType, Callable[[Any], Any]] = {
    ColumnType.INTEGER: _integer,
    ColumnType.NUMBER: _number,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.CATEGORY: _words,
    ColumnType.TEXT: _words,
    ColumnType.TIME: _time,
}


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Values per key (and time): one physical, typed table, indexed on key and time.

    `physical` names the table in the store; column i of `columns` is stored as `c{i}`.
    """

    id: int
    project_id: int
    name: str
    physical: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    time: str | None
    row_count: int
    created_at: datetime
    updated_at: datetime

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that tell rows apart: the key, and the time where there is one."""
        return tuple(dict.fromkeys((*self.key, *((self.time,) if self.time else ()))))

    def column(self, name: str) -> Column:
        """The column of this name, or Invalid with the names there are."""
        for column in self.columns:
            if column.name == name:
                return column
        known = ", ".join(c.name for c in self.columns)
        raise Invalid(f"Table '{self.name}' has no column '{name}'; it has {known}.")


@dataclass(frozen=True, slots=True)
class Join:
    """One feature table joined to the base table.

    on: pairs (base column, column of the joined table).
    as_of: join the latest row at or before the prediction time (the joined table must have a time); otherwise its one
        row per key.
    columns: which columns to take; empty takes all but key and time. Joined columns are named `table.column`.
    """

    table_id: int
    table_name: str
    on: tuple[tuple[str, str], ...]
    as_of: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceTable:
    """The declaration of what one learns from: one row per (entity, prediction time).

    features: the columns of the base table that are known before the prediction time; joined columns come on top.
    label_time: the column that says when the label became known; None means at once.
    """

    id: int
    project_id: int
    base_table_id: int
    entity_key: tuple[str, ...]
    prediction_time: str | None
    target: str
    label_time: str | None
    features: tuple[str, ...]
    joins: tuple[Join, ...] = ()
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TableSource:
    """A file that shall become a feature table. types: overrides of the inferred column types."""

    name: str
    file: Path
    key: tuple[str, ...]
    time: str | None = None
    types: Mapping[str, ColumnType] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InstanceDraft:
    """A declaration by names. features: None takes every base column but key, times and target."""

    base: str
    target: str
    entity_key: tuple[str, ...]
    prediction_time: str | None = None
    label_time: str | None = None
    features: tuple[str, ...] | None = None
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True)
class FileProject:
    """A project from one file and one target; what is None is inferred. table: name of its base table.

    An empty time says that there is none.
    """

    name: str
    file: Path
    target: str
    key: tuple[str, ...] | None = None
    time: str | None = None
    label_time: str | None = None
    types: Mapping[str, ColumnType] = field(default_factory=dict)
    task: str | None = None
    positive_class: str | None = None
    table: str | None = None


class Operator(StrEnum):
    """How a condition compares a column with a value."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    IN = "in"
    IS_NULL = "is null"
    NOT_NULL = "is not null"


COMPARISONS: Mapping[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}
"""Those of two values: in Python, on a frame and in SQL the same."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a base-table column with a value; a filter is a list of them, all of which must hold."""

    column: str
    operator: Operator
    value: Any = None

    @property
    def words(self) -> str:
        """The condition as it reads: "origin = 'JFK'"."""
        if self.operator in (Operator.IS_NULL, Operator.NOT_NULL):
            return f"{self.column} {self.operator.value}"
        if self.operator is Operator.IN:
            return f"{self.column} in ({', '.join(map(_written, self.value))})"
        return f"{self.column} {self.operator.value} {_written(self.value)}"


def checked_condition(column: Column, condition: Condition) -> Condition:
    """The condition on this column with its values as the column's Python types, or Invalid."""
    if condition.operator in (Operator.IS_NULL, Operator.NOT_NULL):
        return Condition(column.name, condition.operator)
    if condition.operator is Operator.IN:
        if not isinstance(condition.value, list | tuple) or not condition.value:
            raise Invalid(f"The filter on '{column.name}' needs a list of values after 'in'.")
        return Condition(column.name, condition.operator, tuple(_compared(column, value) for value in condition.value))
    if column.type is ColumnType.BOOLEAN and condition.operator not in (Operator.EQ, Operator.NE):
        raise Invalid(f"'{column.name}' is true or false: compare it with '=' or '!='.")
    return Condition(column.name, condition.operator, _compared(column, condition.value))


def _compared(column: Column, value: Any) -> Any:
    if value is None:
        raise Invalid(f"The filter on '{column.name}' needs a value; to find empty ones use 'is null'.")
    return typed_value(column, value)


def short_number(value: float) -> str:
    """A number in few signs: four digits, and no power of ten that would make great numbers look alike."""
    return f"{value:,.0f}" if 9999.5 <= abs(value) < 1e15 else f"{value:.4g}"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    return f"'{value.isoformat() if isinstance(value, datetime) else value}'"


@dataclass(frozen=True, slots=True)
class TableDraft:
    """What an uploaded file looks like: inferred, shown, changeable before it is loaded.

    types: column name -> inferred type, in file order. key, time, target, label_time, task: proposals.
    sample: the first rows, as text, for the reader. notes: what the reader should know, in sentences.
    """

    columns: tuple[Column, ...]
    row_count: int
    key: tuple[str, ...]
    time: str | None
    label_time: str | None
    target: str | None
    task: str | None
    sample: tuple[Mapping[str, Any], ...] = field(default=())
    notes: tuple[str, ...] = ()
