"""Partial dependence is the mean of rows with one column changed, and nothing else of them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LinearRegression

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.tables import Column, ColumnType
from mms.ml.diagnostics.dependence import LINES, PLACES, dependence, made, places_of
from tests.ml.diagnostics.fitted import fitted_ground

A = Column("a", ColumnType.NUMBER)


def numbers(n: int = 200) -> pd.DataFrame:
    chance = np.random.default_rng(2)
    return pd.DataFrame({"a": chance.normal(size=n), "b": chance.normal(size=n)})


def test_the_mean_equals_scikit_learns_brute_force_partial_dependence() -> None:
    rows = numbers()
    model = LinearRegression().fit(rows.assign(c=rows["a"] * rows["b"])[["a", "b"]], rows["a"] * 2 - rows["b"])

    tables = dependence(lambda frame: model.predict(frame[["a", "b"]]), rows, A, rows["a"])

    places = tables["average"]["number"].to_numpy()
    expected = partial_dependence(model, rows, ["a"], custom_values={"a": places}, method="brute", kind="average")
    np.testing.assert_allclose(tables["average"]["mean"], expected["average"][0])


def test_a_row_is_a_line_and_the_band_lies_between_a_tenth_and_nine_tenths_of_the_rows() -> None:
    rows = numbers()

    tables = dependence(lambda frame: (frame["a"] + frame["b"]).to_numpy(), rows, A, rows["a"])

    lines = tables["lines"].pivot_table(index="line", columns="place", values="answer")
    assert lines.shape == (LINES, PLACES)
    slopes = lines.diff(axis=1).iloc[:, 1:]
    assert np.allclose(slopes, slopes.iloc[0])
    low = np.quantile(rows["b"], 0.1) + tables["average"]["number"]
    np.testing.assert_allclose(tables["average"]["low"], low)


@pytest.mark.parametrize(
    ("values", "type_", "places"),
    [
        (pd.Series(["b", "a", "b", None], dtype="str"), ColumnType.CATEGORY, ["b", "a"]),
        (pd.Series([True, False, True, None], dtype="boolean"), ColumnType.BOOLEAN, [True, False]),
        (pd.Series([3, 1, 2, None, 3], dtype="Int64"), ColumnType.INTEGER, [1, 2, 3]),
    ],
)
def test_few_values_are_tried_one_by_one(values: pd.Series, type_: ColumnType, places: list[object]) -> None:
    assert places_of(Column("x", type_), values) == places


@pytest.mark.parametrize(
    ("values", "type_", "sentence"),
    [
        (pd.Series(["free", "text"], dtype="str"), ColumnType.TEXT, "'x' holds free text"),
        (pd.Series([1.0, 1.0, np.nan]), ColumnType.NUMBER, "'x' has fewer than two different values"),
    ],
)
def test_what_has_no_places_is_refused(values: pd.Series, type_: ColumnType, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        places_of(Column("x", type_), values)


@pytest.mark.slow
@pytest.mark.parametrize("column", ["x0", "shape"])
def test_a_fitted_model_of_classes_answers_with_probabilities(column: str) -> None:
    ground = fitted_ground(Task.MULTICLASS, "logistic", rows=240)

    average = made(ground, {"column": column, "class": "3"})["average"]

    assert average["mean"].between(0, 1).all()
    assert len(average) == average["value"].nunique() > 1
    with pytest.raises(Invalid, match="no column 'nothing'"):
        made(ground, {"column": "nothing", "class": None})
