"""Errors are expected where they are made, without the truth, and scatter about it as they say."""

import numpy as np
import pandas as pd
import pytest

from mms.domain.projects import Task
from mms.domain.tables import Column, ColumnType
from mms.ml.monitoring.expected_errors import learnt
from mms.monitoring.estimated import expected_series
from mms.monitoring.sums import MOMENTS, Layout, Series
from tests.ml.monitoring.test_calibration import assert_nominal

COLUMNS = (
    Column("place", ColumnType.CATEGORY),
    Column("size", ColumnType.NUMBER),
    Column("open", ColumnType.BOOLEAN),
    Column("at", ColumnType.TIME),
    Column("note", ColumnType.TEXT),
)


def answered(random: np.random.Generator, n: int, far: float = 0.3) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Rows, what was answered and the truth: errors are five times as large far away."""
    is_far = random.random(n) < far
    frame = pd.DataFrame(
        {
            "place": pd.Series(np.where(is_far, "far", "near"), dtype="str"),
            "size": np.where(random.random(n) < 0.1, np.nan, random.normal(size=n)),
            "open": pd.array(random.random(n) < 0.5, "boolean"),
            "at": pd.Timestamp("2026-03-01", tz="UTC") + pd.to_timedelta(random.integers(0, 999, n), "h"),
            "note": pd.Series(["a note"] * n, dtype="str"),
        }
    )
    value = random.normal(100, 10, n)
    return frame, value, value + random.normal(size=n) * np.where(is_far, 5.0, 1.0)


def series_of(expected: np.ndarray) -> Series:
    moments = np.zeros((1, len(MOMENTS)))
    names = ("expected_absolute", "expected_squared", "expected_n")
    for name, value in zip(names, (*expected.sum(axis=0), len(expected)), strict=True):
        moments[0, MOMENTS.index(name)] = value
    return Series(Layout(Task.REGRESSION), np.array([len(expected)]), np.zeros(1, np.int64), moments=moments)


@pytest.mark.slow
def test_more_rows_from_where_errors_are_large_raise_the_expected_error() -> None:
    random = np.random.default_rng(1)
    frame, value, truth = answered(random, 3000)
    model, _ = learnt(frame, COLUMNS, value, truth)
    later, answers, true = answered(random, 3000, far=0.8)

    expected = model.expected(later, answers)

    assert expected[:, 0].mean() == pytest.approx(np.abs(answers - true).mean(), rel=0.1)
    assert np.sqrt(expected[:, 1].mean()) == pytest.approx(np.sqrt(((answers - true) ** 2).mean()), rel=0.1)
    assert expected[:, 0].mean() > 1.5 * np.abs(value - truth).mean()


def test_values_never_seen_and_missing_ones_are_expected_too() -> None:
    random = np.random.default_rng(2)
    model, _ = learnt(*answered(random, 500)[:1], COLUMNS, *answered(random, 500)[1:])
    odd = answered(random, 3)[0].assign(place=["moon", None, "far"], open=pd.array([None] * 3, "boolean"), size=np.nan)

    assert np.isfinite(model.expected(odd, np.array([1.0, 1e9, -1e9]))).all()


@pytest.mark.slow
def test_realised_errors_lie_in_the_band_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    kept, turns = {"mae": 0, "rmse": 0}, 200
    for turn in range(turns):
        if turn % 10 == 0:
            frame, value, truth = answered(random, 4000)
            model, spread = learnt(frame, COLUMNS, value, truth)
        later, answers, true = answered(random, 800)
        series = series_of(model.expected(later, answers))
        realised = {"mae": np.abs(answers - true).mean(), "rmse": np.sqrt(((answers - true) ** 2).mean())}
        for metric, found in realised.items():
            promised = expected_series(series, spread, metric)
            kept[metric] += bool(promised.low[0] <= found <= promised.high[0])

    assert_nominal(kept, turns)
