"""The filter of the model table: what it says, as data; `mms.domain.filter_text` reads it from text.

A comparison with a value that a model does not have never holds, not even `!=`; NOT turns true and false round, and so
`NOT param.C = 1` also holds for a model without C.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mms.domain.model_fields import Field, quoted, written_name
from mms.domain.tables import Operator

Value = bool | int | float | str | date | datetime
"""What a field is compared with. A date without a time is that whole day, UTC; a datetime is in UTC."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field against one value: = != < <= > >=. Of tags, = is "has it" and != is "has it not"."""

    field: Field
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field whose value is one of these, or where `inside` is False none of these."""

    field: Field
    values: tuple[Value, ...]
    inside: bool = True


@dataclass(frozen=True, slots=True)
class Missing:
    """A field without a value (IS NULL), or where `missing` is False with one."""

    field: Field
    missing: bool = True


@dataclass(frozen=True, slots=True)
class Contains:
    """A field whose text has this in it, in capitals or not."""

    field: Field
    text: str


@dataclass(frozen=True, slots=True)
class Not:
    """What does not hold."""

    term: "Filter"


@dataclass(frozen=True, slots=True)
class All:
    """Two terms or more that hold together."""

    terms: "tuple[Filter, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Two terms or more of which one holds."""

    terms: "tuple[Filter, ...]"


Filter = Comparison | OneOf | Missing | Contains | Not | All | AnyOf


@dataclass(frozen=True, slots=True)
class ModelQuery:
    """What the model table asks for.

    sort: None takes the primary metric. descending: None takes the field's own way, the best or newest first; models
    without a value come last either way. columns: fields whose values are wanted beside the rows. after: cursor of the
    page before. archived: whether archived models are among them; a filter that names `archived` decides itself.
    """

    where: Filter | None = None
    sort: Field | None = None
    descending: bool | None = None
    columns: tuple[Field, ...] = ()
    after: str | None = None
    limit: int = 50
    archived: bool = False


@dataclass(frozen=True, slots=True)
class FieldOption:
    """A field to build a filter with. values: some that models have; empty where there are too many to tell."""

    field: Field
    values: tuple[str, ...] = ()


def text_of(where: Filter) -> str:
    """The filter as text, which reads back as the same filter."""
    match where:
        case Comparison(field, operator, value):
            return f"{written_name(field.name)} {operator.value} {_written(value)}"
        case OneOf(field, values, inside):
            word = "IN" if inside else "NOT IN"
            return f"{written_name(field.name)} {word} ({', '.join(map(_written, values))})"
        case Missing(field, missing):
            return f"{written_name(field.name)} {'IS NULL' if missing else 'IS NOT NULL'}"
        case Contains(field, text):
            return f"{written_name(field.name)} ~ {quoted(text)}"
        case Not(term):
            return f"NOT {_enclosed(term, (All, AnyOf))}"
        case All(terms):
            return " AND ".join(_enclosed(term, (All, AnyOf)) for term in terms)
        case AnyOf(terms):
            return " OR ".join(_enclosed(term, (AnyOf,)) for term in terms)


def fields_in(where: Filter | None) -> set[str]:
    """Names of the fields that a filter looks at."""
    match where:
        case None:
            return set()
        case Not(term):
            return fields_in(term)
        case All(terms) | AnyOf(terms):
            return set().union(*map(fields_in, terms))
        case _:
            return {where.field.name}


def differing(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Names under which rows differ, in order of appearance; a row that lacks one differs from a row that has it."""
    names = dict.fromkeys(name for row in rows for name in row)
    return tuple(name for name in names if any(row.get(name) != rows[0].get(name) for row in rows))


def _enclosed(term: Filter, kinds: tuple[type, ...]) -> str:
    return f"({text_of(term)})" if isinstance(term, kinds) else text_of(term)


def _written(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case str():
            return quoted(value)
        case _:
            return value.isoformat()
