"""A filter is read from text, written back the same, and refused with the column where it goes wrong."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mms.domain.errors import Invalid
from mms.domain.filter_text import DEPTH, LENGTH, WrongFilter, parsed
from mms.domain.filters import (
    All,
    AnyOf,
    Comparison,
    Contains,
    Filter,
    Missing,
    Not,
    OneOf,
    differing,
    fields_in,
    text_of,
)  # fmt: skip
from mms.domain.model_fields import Field, Kind, field_named, fields_of, parameter_field
from mms.domain.projects import Task
from mms.domain.tables import Operator


def field(name: str) -> Field:
    return field_named(name, Task.BINARY)


def compared(name: str, sign: str, value: object) -> Comparison:
    return Comparison(field(name), Operator(sign), value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("f1 > 0.8", compared("f1", ">", 0.8)),
        ("F1.SD <= .05", compared("f1.sd", "<=", 0.05)),
        ("log_loss.min <> 1e-3", compared("log_loss.min", "!=", 0.001)),
        ("algorithm == 'svc'", compared("algorithm", "=", "svc")),
        ("version>=12", compared("version", ">=", 12)),
        (r"owner = 'o\'hara \\ sons'", compared("owner", "=", "o'hara \\ sons")),
        ('owner = "o\'hara"', compared("owner", "=", "o'hara")),
        ("param.C >= 1", compared("param.C", ">=", 1.0)),
        ("param.fit_intercept = TRUE", compared("param.fit_intercept", "=", True)),
        ("param.'a b' = -2", compared("param.a b", "=", -2.0)),
        ("created > 2026-03-01", compared("created", ">", date(2026, 3, 1))),
        ("created > '2026-03-01'", compared("created", ">", date(2026, 3, 1))),
        ("created > 2026-03-01T12:00+02:00", compared("created", ">", datetime(2026, 3, 1, 10, tzinfo=UTC))),
        ("archived = true", Missing(field("archived"), missing=False)),
        ("archived != true", Missing(field("archived"))),
        ("threshold is not null", Missing(field("threshold"), missing=False)),
        ("tag in ('prod', 'review')", OneOf(field("tag"), ("prod", "review"))),
        ("run NOT IN (1,2)", OneOf(field("run"), (1, 2), inside=False)),
        ("'forest'", Contains(field("text"), "forest")),
        ("description ~ '100%'", Contains(field("description"), "100%")),
        ("not f1 > 0.8", Not(compared("f1", ">", 0.8))),
        (
            "f1 > 0.8 AND (algorithm = 'svc' OR tag IN ('prod')) AND param.C >= 1",
            All(
                (
                    compared("f1", ">", 0.8),
                    AnyOf((compared("algorithm", "=", "svc"), OneOf(field("tag"), ("prod",)))),
                    compared("param.C", ">=", 1.0),
                )
            ),
        ),
        (
            "id = 1 OR id = 2 AND id = 3",
            AnyOf((compared("id", "=", 1), All((compared("id", "=", 2), compared("id", "=", 3))))),
        ),
        ("  ", None),
    ],
)
def test_a_text_means_a_filter(text: str, meant: Filter | None) -> None:
    assert parsed(text, Task.BINARY) == meant


@pytest.mark.parametrize(
    ("text", "column", "sentence"),
    [
        ("f3 > 1", 1, "The filter goes wrong at column 1, at f3: models have no field 'f3': did you mean f1?"),
        ("f1 > 1 and algoritm = 'x'", 12, "did you mean algorithm?"),
        ("rmse < 1", 1, "models have no field 'rmse': did you mean"),
        ("param.c > 1", 1, "no model has the hyperparameter 'c': did you mean param.C?"),
        ("f1 0.8", 4, "at 0.8: expected =, !=, <, <=, >, >=, IN or IS NULL after f1."),
        ("f1 >", 5, "The filter ends too early, at column 5: expected a number."),
        ("f1 > 'high'", 6, "expected a number."),
        ("f1 > 1e999", 6, "expected a number."),
        ("f1 ~ 'x'", 4, "for f1 is a number."),
        ("version = 1.5", 11, "expected a whole number."),
        ("version = 9223372036854775808", 11, "expected a whole number."),
        ("algorithm = svc", 13, "expected a text in quotes: write 'svc'."),
        ("algorithm > 'a'", 11, "for algorithm is text."),
        ("state = 'champ'", 9, "expected one of candidate, challenger, champion, retired, purged."),
        ("param.C > 'high'", 11, "texts are compared with = or !=."),
        ("created > 2026-13-01", 11, "expected a date like 2026-03-01"),
        ("created > 0001-01-01T00:00+02:00", 11, "expected a date like 2026-03-01"),
        ("text = 'x'", 6, "expected ~ and a text"),
        ("text is null", 6, "expected ~ and a text"),
        ("tag in 'prod'", 8, "expected (."),
        ("tag in ('prod' 'x')", 16, "expected a comma or )."),
        ("tag in ()", 9, "expected a tag in quotes."),
        ("f1 is 3", 7, "expected NULL."),
        ("f1 not 3", 8, "expected IN."),
        ("(f1 > 1", 8, "expected AND, OR or the ) of the ( at column 1."),
        ("f1 > 1)", 7, "expected AND, OR or the end."),
        ("f1 > 1 tag = 'x'", 8, "expected AND, OR or the end."),
        ("and f1 > 1", 1, "expected a field, a text in quotes, NOT or (."),
        ("f1 > 1 or", 10, "The filter ends too early"),
        ("owner = 'ada", 9, "expected another ' where this text ends."),
        ("f1 > 1; drop table model", 7, "expected a field, a value or a sign."),
        ("owner = '\0'", 10, "expected text that can be stored."),
        ("owner = '\ud800'", 10, "expected text that can be stored."),
        ("(" * (DEPTH + 1) + "f1 > 1", DEPTH + 1, "at most 20 parentheses"),
        ("NOT " * (DEPTH + 1) + "f1 > 1", 4 * DEPTH + 1, "at most 20 parentheses"),
        ("x" * (LENGTH + 1), LENGTH + 1, "at most 2,000 characters; this one has 2,001."),
    ],
)
def test_an_error_points_at_the_column_and_says_what_was_expected(text: str, column: int, sentence: str) -> None:
    with pytest.raises(WrongFilter) as refused:
        parsed(text, Task.BINARY, parameters=("C", "gamma"))

    assert refused.value.column == column
    assert sentence in refused.value.sentence
    assert isinstance(refused.value, Invalid)


PLAIN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TIMES = st.dates() | st.datetimes(timezones=st.just(UTC))
WHOLES = st.integers(-(2**63) + 1, 2**63 - 1)
SIGNS = st.sampled_from([Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE])
EQUALS = st.sampled_from([Operator.EQ, Operator.NE])


def checks_of(field: Field) -> st.SearchStrategy[Filter]:
    """Every test that a field knows."""
    missing = st.builds(Missing, st.just(field), st.booleans())
    contains = st.builds(Contains, st.just(field), PLAIN)
    texts = st.sampled_from(field.choices) if field.choices else PLAIN
    numbers = {Kind.NUMBER: NUMBERS, Kind.WHOLE: WHOLES, Kind.TIME: TIMES, Kind.PARAMETER: NUMBERS}
    if field.kind is Kind.ANY_TEXT:
        return contains
    if field.kind in (Kind.TEXT, Kind.TAGS):
        return missing | contains | st.builds(Comparison, st.just(field), EQUALS, texts) | listed(field, texts)
    compared = st.builds(Comparison, st.just(field), SIGNS, numbers[field.kind]) | listed(field, numbers[field.kind])
    if field.kind is Kind.PARAMETER:
        either = PLAIN | st.booleans()
        return missing | contains | compared | st.builds(Comparison, st.just(field), EQUALS, either)
    return missing | compared


def listed(field: Field, values: st.SearchStrategy[object]) -> st.SearchStrategy[Filter]:
    some = st.lists(values, min_size=1, max_size=3).map(tuple)
    return st.builds(OneOf, st.just(field), some, st.booleans())  # type: ignore[arg-type]


FIELDS = st.sampled_from(fields_of(Task.BINARY)) | PLAIN.map(parameter_field)
FILTERS = st.recursive(
    FIELDS.flatmap(checks_of),
    lambda terms: (
        st.builds(Not, terms)
        | st.builds(All, st.lists(terms, min_size=2, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(terms, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=6,
)


@pytest.mark.slow
@settings(max_examples=40)
@given(where=FILTERS)
def test_a_filter_that_is_written_reads_back_the_same(where: Filter) -> None:
    assert parsed(text_of(where), Task.BINARY) == where


PIECES = st.sampled_from(
    ["f1", ">", "0.8", "(", ")", "NOT", "AND", "OR", "IN", "IS", "NULL", "~", "'a'", ",", "tag", "=", '"', "2026-03-01"]
)


@given(text=st.text(max_size=60) | st.lists(PIECES).map(" ".join))
def test_any_text_is_a_filter_or_one_sentence_with_a_column_of_it(text: str) -> None:
    refused = None
    try:
        parsed(text, Task.BINARY)
    except WrongFilter as error:
        refused = error

    assert refused is None or 1 <= refused.column <= len(text) + 1
    assert refused is None or refused.sentence[-1] in ".?"


@pytest.mark.parametrize("task", Task)
def test_every_field_comes_with_an_example_that_is_a_filter_of_it(task: Task) -> None:
    for one in (*fields_of(task), parameter_field("C"), parameter_field("a b")):
        where = parsed(one.example, task)

        assert where is not None
        assert fields_in(where) == {one.name}


def test_columns_that_differ_are_those_in_which_some_row_is_unlike_the_first() -> None:
    rows = [{"C": 1, "kernel": "rbf", "tol": 0.1}, {"C": 2, "kernel": "rbf", "tol": 0.1}, {"C": 1, "kernel": "rbf"}]

    assert differing(rows) == ("C", "tol")
    assert differing(rows[:1]) == differing([]) == ()
