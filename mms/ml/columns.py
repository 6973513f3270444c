"""One column of a stranger's file: its type inferred, or checked where it is declared, and its values parsed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mms.domain.errors import Invalid
from mms.domain.tables import ColumnType

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL")
"""What stands for a missing value in a CSV."""

MOSTLY = 2 / 3
"""A column of words of which this share would parse as something else is mixed, and refused."""

_UTC = pa.timestamp("us", tz="UTC")
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_LEADING_ZERO = r"^[+-]?0\d"
_BOOLEAN = r"(?i)^(true|false)$"
_TIME = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?)?$"
_ZONE = r"\d\d:\d\d.*(Z|[+-]\d\d(:?\d\d)?)$"

_PATTERNS = {ColumnType.NUMBER: _NUMBER, ColumnType.TIME: _TIME, ColumnType.BOOLEAN: _BOOLEAN}
_NOUNS = {
    ColumnType.INTEGER: "whole numbers",
    ColumnType.NUMBER: "numbers",
    ColumnType.TIME: "times",
    ColumnType.BOOLEAN: "true or false",
}

Place = Callable[[int], str]
"""Row position -> where it stands in the file, in words."""


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column as int64, double, bool, string or timestamp[us, UTC]. naive: some of its times came without a zone."""

    values: pa.Array
    type: ColumnType
    naive: bool = False


def typed(name: str, array: pa.Array, declared: ColumnType | None, place: Place) -> TypedColumn:
    """The column with its type, inferred or declared.

    Words (as a CSV gives) are inferred; other Arrow types say what they are. Invalid names column, place and value.
    """
    values, natural = _from_arrow(name, array)
    if natural is None:
        return _from_words(name, values, declared, place)
    if declared is None or declared is natural:
        return TypedColumn(values, natural, pa.types.is_timestamp(array.type) and array.type.tz is None)
    if declared.is_words or natural is ColumnType.BOOLEAN:
        return _from_words(name, _as_words(values, natural), declared, place)
    return TypedColumn(_converted(name, values, declared), declared)


def _from_arrow(name: str, array: pa.Array) -> tuple[pa.Array, ColumnType | None]:
    """The array in one of our Arrow types; type None for words, of which the content decides."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _from_arrow(name, array.dictionary_decode())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return array.cast(pa.string()), None
    targets: tuple[tuple[bool, Any, ColumnType], ...] = (
        (pa.types.is_boolean(kind), pa.bool_(), ColumnType.BOOLEAN),
        (pa.types.is_integer(kind), pa.int64(), ColumnType.INTEGER),
        (pa.types.is_floating(kind) or pa.types.is_decimal(kind), pa.float64(), ColumnType.NUMBER),
        (pa.types.is_date(kind) or pa.types.is_timestamp(kind), _UTC, ColumnType.TIME),
    )
    for matches, target, type_ in targets:
        if matches:
            return _finite(name, _cast(name, array, target)), type_
    raise Invalid(f"Column '{name}' holds {kind}, which a table cannot: turn it into numbers, texts or times.")


def _cast(name: str, array: pa.Array, target: pa.DataType) -> pa.Array:
    try:
        return array.cast(target, safe=not pa.types.is_timestamp(target))  # nanoseconds are cut off
    except pa.ArrowInvalid as error:
        raise Invalid(f"Column '{name}' holds values beyond 64 bits: scale them, or store them as texts.") from error


def _finite(name: str, array: pa.Array) -> pa.Array:
    if not pa.types.is_floating(array.type):
        return array
    array = pc.if_else(pc.is_nan(array), None, array)
    if pc.any(pc.is_inf(array)).as_py():
        raise Invalid(f"Column '{name}' holds an infinite number: replace it, or leave it empty.")
    return array


def _as_words(array: pa.Array, natural: ColumnType) -> pa.Array:
    if natural is ColumnType.TIME:
        return pc.strftime(array, format="%Y-%m-%dT%H:%M:%SZ")
    return array.cast(pa.string())


def _converted(name: str, array: pa.Array, declared: ColumnType) -> pa.Array:
    """Numbers that a file holds as numbers, declared as another kind of number."""
    try:
        if declared is ColumnType.INTEGER:
            return array.cast(pa.int64())
        if declared is ColumnType.NUMBER:
            return array.cast(pa.float64())
    except pa.ArrowException as error:
        raise Invalid(f"Column '{name}' does not hold whole numbers only: declare it as number.") from error
    raise Invalid(f"Column '{name}' holds {array.type} and cannot be declared as {declared.value}: keep its own type.")


def _from_words(name: str, words: pa.Array, declared: ColumnType | None, place: Place) -> TypedColumn:
    given = words.drop_null()
    type_ = declared or (_inferred(name, words, given, place) if len(given) else ColumnType.CATEGORY)
    naive = type_ is ColumnType.TIME and not _all_like(given, _ZONE)
    return TypedColumn(_parsed(name, words, type_, place), type_, naive)


def _inferred(name: str, words: pa.Array, given: pa.Array, place: Place) -> ColumnType:
    for type_, pattern in _PATTERNS.items():
        share = pc.mean(pc.match_substring_regex(given, pattern)).as_py()
        if share == 1:
            return _refined(given) if type_ is ColumnType.NUMBER else type_
        if share >= MOSTLY:
            row = _first_unlike(words, pattern)
            raise Invalid(
                f"Column '{name}' holds mostly {_NOUNS[type_]}, but {place(row)} has {words[row].as_py()!r}: correct "
                "the value or leave it empty, or declare the column as category or text."
            )
    return ColumnType.TEXT if _reads_like_prose(given) else ColumnType.CATEGORY


def _refined(given: pa.Array) -> ColumnType:
    """Numbers: whole ones, others, or codes such as 007, which are no numbers."""
    if pc.any(pc.match_substring_regex(given, _LEADING_ZERO)).as_py():
        return ColumnType.CATEGORY
    if pc.any(pc.match_substring_regex(given, r"[.eE]|\d{19}")).as_py():
        return ColumnType.NUMBER
    return ColumnType.INTEGER


def _reads_like_prose(given: pa.Array) -> bool:
    """Long, mostly distinct, with blanks."""
    distinct = pc.count_distinct(given).as_py() / len(given)
    blanks = pc.mean(pc.greater_equal(pc.count_substring(given, " "), 2)).as_py()
    return bool(distinct > 0.5 and blanks > 0.5 and pc.mean(pc.utf8_length(given)).as_py() > 20)


def _parsed(name: str, words: pa.Array, type_: ColumnType, place: Place) -> pa.Array:
    """Words as values of a type; Invalid at the first that is none."""
    if type_.is_words:
        if pc.any(pc.match_substring(words, "\x00")).as_py():
            raise Invalid(f"Column '{name}' holds a NUL character, which is no text: remove it.")
        return words
    trimmed = pc.utf8_trim_whitespace(words)
    pattern = r"^[+-]?\d{1,19}$" if type_ is ColumnType.INTEGER else _PATTERNS[type_]
    if not _all_like(trimmed, pattern):
        _refuse(name, words, _first_unlike(trimmed, pattern), type_, place)
    try:
        return _finite(name, _PARSERS[type_](trimmed))
    except pa.ArrowInvalid:
        row = next(i for i in range(len(trimmed)) if not _parses(trimmed[i : i + 1], type_))
        _refuse(name, words, row, type_, place)
        raise


def _refuse(name: str, words: pa.Array, row: int, type_: ColumnType, place: Place) -> None:
    raise Invalid(
        f"Column '{name}' takes {_NOUNS[type_]}, but {place(row)} has {words[row].as_py()!r}: correct the value or "
        "leave it empty, or declare the column as category or text."
    )


def _parses(one: pa.Array, type_: ColumnType) -> bool:
    try:
        _PARSERS[type_](one)
    except pa.ArrowInvalid:
        return False
    return True


def _all_like(words: pa.Array, pattern: str) -> bool:
    """Whether no value that is there is unlike it: so also where none is there."""
    return bool(pc.all(pc.match_substring_regex(words, pattern), min_count=0).as_py())


def _first_unlike(words: pa.Array, pattern: str) -> int:
    unlike = pc.invert(pc.match_substring_regex(words, pattern))
    return int(pc.index(unlike, pa.scalar(True)).as_py())


def _unsigned(words: pa.Array) -> pa.Array:
    """Without a leading plus sign, which Arrow's parser does not know."""
    return pc.replace_substring_regex(words, r"^\+", "")


def _times(words: pa.Array) -> pa.Array:
    """ISO dates and times; those without a zone are taken as UTC."""
    words = pc.replace_substring_regex(words, r"(\.\d{6})\d+", r"\1")
    zoned = pc.fill_null(pc.match_substring_regex(words, _ZONE), False)
    naive = pc.if_else(zoned, None, words).cast(pa.timestamp("us")).cast(_UTC)
    return pc.coalesce(pc.if_else(zoned, words, None).cast(_UTC), naive)


_PARSERS: dict[ColumnType, Callable[[pa.Array], pa.Array]] = {
    ColumnType.INTEGER: lambda words: _unsigned(words).cast(pa.int64()),
    ColumnType.NUMBER: lambda words: _unsigned(words).cast(pa.float64()),
    ColumnType.BOOLEAN: lambda words: pc.utf8_lower(words).cast(pa.bool_()),
    ColumnType.TIME: _times,
}
