"""A segment means on a frame what the same filter means in the store."""

from datetime import UTC, datetime
from typing import Any

import pytest

from db import physical
from db.session import transaction
from mms.domain.errors import Invalid
from mms.domain.segments import checked_rule, conditions_from_json, conditions_to_json
from mms.domain.snapshots import Selection
from mms.domain.tables import Column, ColumnType, Condition, FeatureTable, InstanceTable, Operator
from mms.ml.segments import rows_in
from tests.db.test_physical import COLUMNS, NOW, START, rows

FEATURES = tuple(column for column in COLUMNS if column.name in ("id", "at", "n", "x", "b"))
TABLE = FeatureTable(7, 1, "visits", "ft_7", COLUMNS, ("id",), "at", 0, START, START)
DECLARED = InstanceTable(1, 1, 7, ("id",), "at", "target", "known", ("n", "x", "b"))
RULES: list[list[tuple[str, str, Any]]] = [
    [("x", ">", 0)],
    [("x", "!=", 0.5)],
    [("n", "<=", 0), ("b", "=", True)],
    [("b", "!=", True)],
    [("x", "is null", None)],
    [("n", "is not null", None)],
    [("id", "in", ["a0", "B1", "é2"])],
    [("id", ">=", "a2"), ("id", "<", "é")],
    [("at", ">", "2026-01-03T12:00:00Z")],
    [("at", "in", [datetime(2026, 1, 2, tzinfo=UTC)])],
]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_same_rows_as_the_stores_filter(store: str, rule: list[tuple[str, str, Any]]) -> None:
    conditions = tuple(Condition(column, Operator(name), value) for column, name, value in rule)
    with transaction() as session:
        physical.create(session, TABLE)
        physical.insert_frame(session, TABLE, rows(60))
        whole = physical.read_base(session, TABLE, DECLARED, Selection(), NOW)
        chosen = physical.read_base(session, TABLE, DECLARED, Selection(conditions=conditions), NOW)

    stored = conditions_from_json(conditions_to_json(checked_rule(FEATURES, conditions)))

    inside = rows_in(whole, stored)
    assert whole["id"][inside].tolist() == chosen["id"].tolist()
    assert 0 < inside.sum() < len(whole)


def test_rows_without_the_column_are_refused() -> None:
    with pytest.raises(Invalid, match="no column 'colour', by which the segment \\(colour = 'red'\\)"):
        rows_in(rows(3), [Condition("colour", Operator.EQ, "red")])


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ((), "1 to 20 conditions; this one has 0"),
        ((Condition("colour", Operator.EQ, "red"),), "no feature 'colour' to tell rows apart by; there are"),
        ((Condition("x", Operator.GT, "far"),), "'x' takes a number; it got 'far'"),
        ((Condition("b", Operator.GT, True),), "'b' is true or false: compare it with '=' or '!='"),
        ((Condition("id", Operator.IN, "a0"),), "needs a list of values after 'in'"),
        ((Condition("x", Operator.EQ, None),), "to find empty ones use 'is null'"),
    ],
)
def test_a_rule_that_cannot_be_met_is_refused(conditions: tuple[Condition, ...], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        checked_rule(FEATURES, conditions)


def test_a_rule_reads_as_it_is_said() -> None:
    rule = (
        Condition("origin", Operator.EQ, "JFK"),
        Condition("distance", Operator.GT, 500.0),
        Condition("late", Operator.NE, True),
        Condition("carrier", Operator.IN, ("UA", "AA")),
        Condition("wind", Operator.IS_NULL),
    )

    checked = checked_rule([Column(c.column, ColumnType.CATEGORY) for c in rule[:1]], rule[:1])

    assert checked == rule[:1]
    assert " and ".join(c.words for c in rule) == (
        "origin = 'JFK' and distance > 500 and late != true and carrier in ('UA', 'AA') and wind is null"
    )
