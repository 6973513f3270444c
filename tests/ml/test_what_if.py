import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mms.domain.tables import Column, ColumnType
from mms.ml.what_if import BACKGROUND, CELLS, CHUNK, FEWEST, cost_of, distances, replaced_one_by_one


@given(st.integers(0, 5000), st.integers(0, 100_000))
def test_a_question_sends_no_more_values_than_its_cost_allows(features: int, rows: int) -> None:
    cost = cost_of(features, rows)

    assert cost.predictions * features <= CELLS or cost.features == 1
    assert cost.features <= features
    assert cost.rows <= min(rows, BACKGROUND)
    assert (cost.features > 0) == (features > 0 and rows > 0)
    assert cost.rows >= min(rows, FEWEST) or not features


def test_the_effects_of_a_sum_are_its_terms_against_their_means() -> None:
    chance = np.random.default_rng(0)
    background = pd.DataFrame(chance.normal(size=(40, 3)), columns=["a", "b", "c"])
    row = pd.DataFrame({"a": [2.0], "b": [-1.0], "c": [5.0]})

    effects, spreads = replaced_one_by_one(
        row, background, ["a", "b", "c"], lambda frame: (3 * frame["a"] - 2 * frame["b"]).to_numpy()
    )

    expected = [3 * (2 - background["a"].mean()), -2 * (-1 - background["b"].mean()), 0]
    np.testing.assert_allclose(effects, expected, atol=1e-12)
    np.testing.assert_allclose(
        spreads, [3 * background["a"].std(ddof=0), 2 * background["b"].std(ddof=0), 0], atol=1e-12
    )


@pytest.mark.slow
def test_many_features_are_asked_in_frames_of_bounded_size() -> None:
    names = [f"f{i}" for i in range(600)]
    background = pd.DataFrame(np.ones((10, 600)), columns=names)
    row = pd.DataFrame(np.zeros((1, 600)), columns=names)
    sizes = []

    def total(frame: pd.DataFrame) -> np.ndarray:
        sizes.append(frame.size)
        return np.asarray(frame.sum(axis=1))

    effects, _ = replaced_one_by_one(row, background, names, total)

    assert effects.tolist() == [-1.0] * 600
    assert len(sizes) > 2
    assert max(sizes) <= CHUNK


T = pd.Timestamp("2026-01-01", tz="UTC")
DAY = pd.Timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "one", "many", "expected"),
    [
        (ColumnType.NUMBER, 0.0, [0.0, 2.0, 4.0], [0, 2 / np.std([0, 2, 4]), 4 / np.std([0, 2, 4])]),
        (ColumnType.NUMBER, 5.0, [5.0, 5.0], [0, 0]),
        (ColumnType.NUMBER, 6.0, [5.0, 5.0], [1, 1]),
        (ColumnType.NUMBER, None, [None, 1.0, 2.0], [0, 1, 1]),
        (ColumnType.NUMBER, 1.0, [None, 1.0, 3.0], [1, 0, 2]),
        (ColumnType.NUMBER, 1.0, [None, None], [1, 1]),
        (ColumnType.CATEGORY, "a", ["a", "b", None], [0, 1, 1]),
        (ColumnType.CATEGORY, None, ["a", None], [1, 0]),
        (ColumnType.BOOLEAN, True, [True, False, None], [0, 1, 1]),
        (ColumnType.TIME, T, [T, T + 2 * DAY, None], [0, 2, 1]),
    ],
)
def test_distance_is_told_by_the_type_of_a_column(
    kind: ColumnType, one: object, many: list[object], expected: list[float]
) -> None:
    dtype = {"number": "float64", "category": "str", "boolean": "boolean", "time": "datetime64[us, UTC]"}[kind.value]
    row, rows = (pd.DataFrame({"x": pd.Series(values, dtype=dtype)}) for values in ([one], many))

    np.testing.assert_allclose(distances(row, rows, [Column("x", kind)]), expected)


def test_distance_is_the_root_mean_square_over_columns() -> None:
    columns = [Column("x", ColumnType.CATEGORY), Column("y", ColumnType.CATEGORY)]
    row = pd.DataFrame({"x": ["a"], "y": ["b"]})
    rows = pd.DataFrame({"x": ["a", "a", "c"], "y": ["b", "c", "c"]})

    np.testing.assert_allclose(distances(row, rows, columns), [0, np.sqrt(0.5), 1])
