"""A row and a frame of the same rows agree on who belongs to a segment."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from mms.domain.segments import holds
from mms.domain.tables import Condition, Operator
from mms.ml.segments import rows_in

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS = [
    {"age": 30.0, "ward": "north", "at": NOON},
    {"age": 18.0, "ward": "south", "at": NOON.replace(hour=13)},
    {"age": None, "ward": None, "at": None},
]
CASES = {
    "greater": ((Condition("age", Operator.GT, 20),), [True, False, False]),
    "unequal": ((Condition("ward", Operator.NE, "north"),), [False, True, False]),
    "among": ((Condition("ward", Operator.IN, ("north", "east")),), [True, False, False]),
    "missing": ((Condition("ward", Operator.IS_NULL),), [False, False, True]),
    "there": ((Condition("ward", Operator.NOT_NULL),), [True, True, False]),
    "later": ((Condition("at", Operator.GT, "2026-03-01T12:00:00+00:00"),), [False, True, False]),
    "both": ((Condition("age", Operator.GE, 18), Condition("ward", Operator.EQ, "south")), [False, True, False]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_row_belongs_where_all_conditions_hold(case: str) -> None:
    conditions, expected = CASES[case]
    types = {"age": "float64", "ward": "str", "at": "datetime64[us, UTC]"}
    frame = pd.DataFrame({name: pd.Series([row[name] for row in ROWS], dtype=kind) for name, kind in types.items()})

    assert [holds(conditions, row) for row in ROWS] == expected
    assert np.asarray(rows_in(frame, conditions)).tolist() == expected
