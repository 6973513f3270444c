"""The domain classifier sees what no feature shows alone, and is silent where nothing drifts."""

import numpy as np
import pandas as pd
import pytest

from mms.charts.drift_together import apart_of, figure, words
from mms.domain.tables import Column, ColumnType
from mms.ml.monitoring.domain_classifier import limit_of, told_apart

COLUMNS = [
    Column("a", ColumnType.NUMBER),
    Column("b", ColumnType.NUMBER),
    Column("ward", ColumnType.CATEGORY),
    Column("note", ColumnType.TEXT),
    Column("never", ColumnType.INTEGER),
]


def rows(seed: int, n: int, *, together: float = 0.0, ufo: float = 0.0) -> pd.DataFrame:
    """Two numbers that go together as much as told, a category with gaps, a text, and a column without a value."""
    chance = np.random.default_rng(seed)
    a = chance.normal(size=n)
    b = together * a + np.sqrt(1 - together**2) * chance.normal(size=n)
    ward = np.where(chance.random(n) < 0.1, None, chance.choice(["north", "south"], n))
    note = np.where(chance.random(n) < ufo, "late 🛸", "on time 🙂")
    return pd.DataFrame({"a": a, "b": b, "ward": ward, "note": note, "never": pd.Series([None] * n, dtype="Int64")})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("now", "apart", "culprits"),
    [
        ({}, False, set()),
        ({"together": 0.9}, True, {"a", "b"}),
        ({"ufo": 0.8}, True, {"note"}),
    ],
)
def test_only_rows_that_differ_are_told_apart_and_by_what_differs(
    now: dict[str, float], apart: bool, culprits: set[str]
) -> None:
    tables = told_apart(rows(1, 600), rows(2, 400, **now), COLUMNS, seed=0)

    info = apart_of(tables["verdict"], tables["columns"])
    assert info.apart is apart
    assert info.rows == (600, 400)
    assert set(tables["columns"]["column"]) == {column.name for column in COLUMNS}
    assert {name for name, *_ in info.culprits[: len(culprits)]} == culprits
    assert words(info).startswith("Drift: " if apart else "No drift together: ")
    assert len(figure(info).data) == bool(info.culprits)


def test_the_limit_knows_how_many_rows_there_are() -> None:
    """Hanley and McNeil's error of an AUC of a half, against that of Mann and Whitney's statistic without ties."""
    assert limit_of(50, 40) == pytest.approx(0.5 + 3 * np.sqrt((50 + 40 + 1) / (12 * 50 * 40)))
    assert limit_of(5_000, 5_000) == 0.65
