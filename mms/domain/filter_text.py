"""The text of a filter, read: `f1 > 0.8 AND (algorithm = 'svc' OR tag IN ('prod')) AND param.C >= 1`.

    filter  = all ("OR" all)*            all     = term ("AND" term)*
    term    = "NOT" term | "(" filter ")" | text | field test
    test    = ("=" | "!=" | "<" | "<=" | ">" | ">=") value | ["NOT"] "IN" "(" value ("," value)* ")"
            | "IS" ["NOT"] "NULL" | "~" text
    value   = number | text in quotes | true | false | date

Words are read in capitals or not. A text alone stands for `text ~ '...'`: it is looked for in all texts of a model.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, auto
from math import isfinite

from mms.domain.errors import Invalid
from mms.domain.filters import All, AnyOf, Comparison, Contains, Filter, Missing, Not, OneOf, Value
from mms.domain.model_fields import Field, Kind, field_named
from mms.domain.projects import Task
from mms.domain.tables import Operator

LENGTH = 2000
"""Characters a filter may have."""

DEPTH = 20
"""Parentheses and NOTs inside one another."""

_WHOLE = 2**63


class WrongFilter(Invalid):
    """A filter that cannot be read. column: where it goes wrong, from 1."""

    def __init__(self, column: int, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column


class _Sort(Enum):
    WORD = auto()
    NUMBER = auto()
    TEXT = auto()
    TIME = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class _Token:
    sort: _Sort
    text: str
    column: int

    def says(self, *words: str) -> bool:
        return self.sort in (_Sort.WORD, _Sort.SIGN) and self.text.upper() in words


_QUOTED = r"'(?:[^'\\]|\\.)*'" + r'|"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(
    rf"""(?P<TIME>\d{{4}}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{{1,6}})?)?(?:Z|[+-]\d\d:\d\d)?)?)
    |(?P<NUMBER>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<TEXT>{_QUOTED})
    |(?P<WORD>[^\W\d]\w*(?:\.\w+)*(?:\.(?:{_QUOTED}))?)
    |(?P<SIGN><=|>=|!=|<>|==|[=<>~(),])""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_SIGNS = {sign.value: sign for sign in (Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE)}
_SIGNS |= {"==": Operator.EQ, "<>": Operator.NE}
_KEYWORDS = ("AND", "OR", "NOT", "IN", "IS", "NULL")


def parsed(text: str, task: Task, parameters: Collection[str] | None = None) -> Filter | None:
    """The filter that a text says; None for an empty text. WrongFilter tells the column where it goes wrong.

    parameters: names of the hyperparameters that there are; None takes any.
    """
    if len(text) > LENGTH:
        raise WrongFilter(LENGTH + 1, f"A filter has at most {LENGTH:,} characters; this one has {len(text):,}.")
    strange = next((at for at, sign in enumerate(text) if sign == "\0" or "\ud800" <= sign <= "\udfff"), None)
    if strange is not None:
        raise _wrong(strange + 1, ascii(text[strange]), "expected text that can be stored")
    tokens = _tokens(text)
    if tokens[0].sort is _Sort.END:
        return None
    return _Reader(tokens, lambda name: field_named(name, task, parameters)).whole()


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return [*found, _Token(_Sort.END, "", at + 1)]
        match = _TOKEN.match(text, at)
        if match is None:
            if text[at] in "'\"":
                raise _wrong(at + 1, text[at], f"expected another {text[at]} where this text ends")
            raise _wrong(at + 1, text[at], "expected a field, a value or a sign")
        found.append(_Token(_Sort[match.lastgroup or ""], match[0], at + 1))
        at = match.end()


class _Reader:
    """Walks the tokens from left to right; every method reads one rule of the grammar."""

    def __init__(self, tokens: list[_Token], field_of: Callable[[str], Field]) -> None:
        self.tokens, self.field_of, self.at = tokens, field_of, 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def taken(self) -> _Token:
        token = self.next
        self.at += token.sort is not _Sort.END
        return token

    def takes(self, *words: str) -> bool:
        found = self.next.says(*words)
        self.at += found
        return found

    def expect(self, word: str) -> None:
        if not self.takes(word):
            raise _unexpected(self.next, f"expected {word}")

    def whole(self) -> Filter:
        found = self.any_of(0)
        if self.next.sort is not _Sort.END:
            raise _unexpected(self.next, "expected AND, OR or the end")
        return found

    def any_of(self, depth: int) -> Filter:
        terms = [self.all_of(depth)]
        while self.takes("OR"):
            terms.append(self.all_of(depth))
        return AnyOf(tuple(terms)) if len(terms) > 1 else terms[0]

    def all_of(self, depth: int) -> Filter:
        terms = [self.term(depth)]
        while self.takes("AND"):
            terms.append(self.term(depth))
        return All(tuple(terms)) if len(terms) > 1 else terms[0]

    def term(self, depth: int) -> Filter:
        token = self.taken()
        if depth >= DEPTH and token.says("NOT", "("):
            raise _unexpected(token, f"expected at most {DEPTH} parentheses and NOTs inside one another")
        if token.says("NOT"):
            return Not(self.term(depth + 1))
        if token.says("("):
            found = self.any_of(depth + 1)
            if not self.takes(")"):
                raise _unexpected(self.next, f"expected AND, OR or the ) of the ( at column {token.column}")
            return found
        if token.sort is _Sort.TEXT:
            return Contains(self.field_of("text"), _unquoted(token))
        if token.sort is not _Sort.WORD or token.says(*_KEYWORDS):
            raise _unexpected(token, "expected a field, a text in quotes, NOT or (")
        return self.test(self.field(token))

    def field(self, token: _Token) -> Field:
        name, quote, rest = token.text.partition(".'") if "'" in token.text else token.text.partition('."')
        spelt = f"{name}.{_unescaped(rest[:-1])}" if quote else name
        try:
            return self.field_of(spelt)
        except Invalid as error:
            raise _wrong(token.column, token.text, error.sentence.rstrip(".")) from error

    def test(self, field: Field) -> Filter:
        token = self.taken()
        if token.sort is _Sort.SIGN and token.text in _SIGNS:
            return self.comparison(field, token)
        if token.says("~"):
            return self.contains(field, token)
        if token.says("IS"):
            missing = not self.takes("NOT")
            self.expect("NULL")
            if field.kind is Kind.ANY_TEXT:
                raise _unexpected(token, "expected ~ and a text, for every model has some text")
            return Missing(field, missing)
        inside = not token.says("NOT")
        if not inside:
            token = self.taken()
        if token.says("IN"):
            return self.one_of(field, token, inside)
        raise _unexpected(token, f"expected {_signs_of(field)} after {field.name}" if inside else "expected IN")

    def comparison(self, field: Field, token: _Token) -> Filter:
        operator = _SIGNS[token.text]
        equals = operator in (Operator.EQ, Operator.NE)
        if field.kind is Kind.ANY_TEXT or (not equals and field.kind in (Kind.TEXT, Kind.TAGS)):
            raise _unexpected(token, f"expected {_signs_of(field)}, for {field.name} is {field.kind.value}")
        value_token = self.taken()
        if field.name == "archived" and equals and value_token.says("TRUE", "FALSE"):
            return Missing(field, value_token.says("FALSE") == (operator is Operator.EQ))
        value = self.value(field, value_token)
        if not equals and isinstance(value, str | bool):
            raise _unexpected(value_token, f"expected a number after {token.text}: texts are compared with = or !=")
        return Comparison(field, operator, value)

    def contains(self, field: Field, token: _Token) -> Filter:
        if field.kind not in (Kind.TEXT, Kind.TAGS, Kind.PARAMETER, Kind.ANY_TEXT):
            raise _unexpected(token, f"expected {_signs_of(field)}, for {field.name} is a {field.kind.value}")
        value = self.taken()
        if value.sort is not _Sort.TEXT:
            raise _unexpected(value, "expected a text in quotes")
        return Contains(field, _unquoted(value))

    def one_of(self, field: Field, token: _Token, inside: bool) -> Filter:
        if field.kind is Kind.ANY_TEXT:
            raise _unexpected(token, "expected ~ and a text")
        self.expect("(")
        values = [self.value(field, self.taken())]
        while self.takes(","):
            values.append(self.value(field, self.taken()))
        if not self.takes(")"):
            raise _unexpected(self.next, "expected a comma or )")
        return OneOf(field, tuple(values), inside)

    def value(self, field: Field, token: _Token) -> Value:
        found = _value(field.kind, token)
        if found is None:
            raise _unexpected(token, f"expected {_WANTED[field.kind]}{_hint(field, token)}")
        if field.choices and found not in field.choices:
            raise _unexpected(token, f"expected one of {', '.join(field.choices)}")
        return found


_WANTED = {
    Kind.NUMBER: "a number",
    Kind.WHOLE: "a whole number",
    Kind.TEXT: "a text in quotes",
    Kind.TAGS: "a tag in quotes",
    Kind.TIME: "a date like 2026-03-01 or a time like 2026-03-01T12:00",
    Kind.PARAMETER: "a number, a text in quotes, true or false",
    Kind.ANY_TEXT: "a text in quotes",
}


def _value(kind: Kind, token: _Token) -> Value | None:
    """The token as a value of this kind, or None."""
    if kind is Kind.TIME:
        text = _unquoted(token) if token.sort is _Sort.TEXT else token.text
        return _moment(text) if token.sort in (_Sort.TEXT, _Sort.TIME) else None
    if token.sort is _Sort.TEXT and kind in (Kind.TEXT, Kind.TAGS, Kind.PARAMETER):
        return _unquoted(token)
    if kind is Kind.PARAMETER and token.says("TRUE", "FALSE"):
        return token.says("TRUE")
    if token.sort is not _Sort.NUMBER:
        return None
    number = float(token.text)
    if kind is Kind.WHOLE:
        whole = int(token.text) if token.text.lstrip("+-").isdigit() else _WHOLE
        return whole if abs(whole) < _WHOLE else None
    return number if isfinite(number) and kind in (Kind.NUMBER, Kind.PARAMETER) else None


def _moment(text: str) -> date | datetime | None:
    try:
        if len(text) == len("2026-03-01"):
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _signs_of(field: Field) -> str:
    if field.kind is Kind.ANY_TEXT:
        return "~ and a text"
    if field.kind in (Kind.TEXT, Kind.TAGS):
        return "=, !=, ~, IN or IS NULL"
    return "=, !=, <, <=, >, >=, IN or IS NULL"


def _hint(field: Field, token: _Token) -> str:
    if token.sort is _Sort.WORD and field.kind in (Kind.TEXT, Kind.TAGS, Kind.PARAMETER) and not token.says(*_KEYWORDS):
        return f": write '{token.text}'"
    return ""


def _unquoted(token: _Token) -> str:
    return _unescaped(token.text[1:-1])


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _unexpected(token: _Token, expected: str) -> WrongFilter:
    if token.sort is _Sort.END:
        return WrongFilter(token.column, f"The filter ends too early, at column {token.column}: {expected}.")
    return _wrong(token.column, token.text, expected)


def _wrong(column: int, found: str, expected: str) -> WrongFilter:
    shown = found if len(found) <= 40 else f"{found[:40]}…"
    stop = "" if expected.endswith("?") else "."
    return WrongFilter(column, f"The filter goes wrong at column {column}, at {shown}: {expected}{stop}")
