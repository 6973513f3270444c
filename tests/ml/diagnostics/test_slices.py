"""Error slices find where a model errs, and count it on rows that did not help to find it."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mms.domain.segments import conditions_from_json
from mms.domain.tables import Column, ColumnType
from mms.ml.diagnostics.slices import error_slices, errors_of
from mms.ml.segments import rows_in

COLUMNS = (
    Column("origin", ColumnType.CATEGORY),
    Column("distance", ColumnType.INTEGER),
    Column("at", ColumnType.TIME),
    Column("wind", ColumnType.NUMBER),
    Column("remark", ColumnType.TEXT),
)


def rows(n: int = 2400) -> tuple[pd.DataFrame, pd.DataFrame]:
    """From JFK beyond 500 miles the answer is mostly wrong, elsewhere seldom."""
    chance = np.random.default_rng(3)
    features = pd.DataFrame(
        {
            "origin": pd.Series(chance.choice(["JFK", "EWR", "LGA", None], n), dtype="str"),
            "distance": pd.Series(chance.integers(100, 1000, n), dtype="Int64"),
            "at": pd.date_range("2024-01-01", periods=n, freq="h", tz="UTC"),
            "wind": np.where(chance.random(n) < 0.1, np.nan, chance.normal(size=n)),
            "remark": pd.Series(["free text"] * n, dtype="str"),
        }
    )
    bad = ((features["origin"] == "JFK") & (features["distance"] > 500)).fillna(False).to_numpy(bool)
    wrong = chance.random(n) < np.where(bad, 0.8, 0.05)
    truth = np.where(chance.random(n) < 0.5, "yes", "no")
    label = np.where(wrong, np.where(truth == "yes", "no", "yes"), truth)
    return features, pd.DataFrame({"row": np.arange(n), "fold": np.arange(n) % 12, "truth": truth, "label": label})


def test_the_worst_slice_is_the_one_that_was_made_bad() -> None:
    features, oof = rows()

    tables = error_slices(features, COLUMNS, oof)

    worst = tables["slices"].iloc[0]
    assert "origin = 'JFK'" in worst["rule"]
    assert "distance > " in worst["rule"]
    assert worst["error"] > 0.7
    assert worst["low"] > tables["overall"]["error"].iloc[0]
    assert worst["share"] > 0.5


def test_a_slice_is_counted_on_the_folds_that_did_not_grow_the_tree_by_the_rule_that_it_tells() -> None:
    features, oof = rows()
    odd = oof[oof["fold"] % 2 == 1]

    tables = error_slices(features, COLUMNS, oof)

    assert tables["overall"]["n"].iloc[0] == len(odd)
    for told in tables["slices"].to_dict("records"):
        inside = rows_in(features.iloc[odd["row"]], conditions_from_json(json.loads(told["conditions"])))
        assert told["n"] == inside.sum()
        assert told["error"] == pytest.approx(errors_of(odd)[inside].mean())


def test_luck_makes_no_slice_that_is_surely_worse() -> None:
    features, oof = rows()
    chance = np.random.default_rng(0)
    oof["label"] = np.where(chance.random(len(oof)) < 0.2, "no", oof["truth"])

    tables = error_slices(features, COLUMNS, oof)

    overall = tables["overall"]["error"].iloc[0]
    assert (tables["slices"]["low"] > overall).sum() <= 1


def test_a_model_without_error_has_no_slices() -> None:
    features, oof = rows()
    oof["label"] = oof["truth"]

    tables = error_slices(features, COLUMNS, oof)

    assert tables["slices"].empty
    assert tables["overall"]["error"].iloc[0] == 0.0


def test_of_numbers_the_error_is_the_size_of_the_residual() -> None:
    features, oof = rows()
    off = np.where((features["distance"] > 800).fillna(False), 10.0, 1.0)
    numbers = oof[["row", "fold"]].assign(truth=0.0, value=np.where(np.arange(len(oof)) % 2, off, -off))

    worst = error_slices(features, COLUMNS, numbers)["slices"].iloc[0]

    assert worst["rule"].startswith("distance > ")
    assert worst["error"] == pytest.approx(10.0, abs=0.3)


def test_rows_of_one_fold_only_are_too_few_to_tell() -> None:
    features, oof = rows()

    tables = error_slices(features, COLUMNS, oof[oof["fold"] == 0])

    assert tables["slices"].empty
    assert tables["overall"]["n"].iloc[0] == 0


@pytest.mark.parametrize(
    ("values", "type_", "cut"),
    [
        (4_512_000 + np.arange(600) / 2, ColumnType.NUMBER, 4_512_150),
        (2013.0 + np.arange(600) % 2, ColumnType.NUMBER, 2013.5),
        (pd.date_range("2024-01-01", periods=600, freq="s", tz="UTC"), ColumnType.TIME, "2024-01-01T00:05Z"),
    ],
)
def test_a_cut_is_written_with_as_many_digits_as_part_the_rows(values: Any, type_: ColumnType, cut: Any) -> None:
    features = pd.DataFrame({"x": values})
    bad = (features["x"] > (pd.Timestamp(cut) if type_ is ColumnType.TIME else cut)).to_numpy()
    oof = pd.DataFrame(
        {"row": np.arange(600), "fold": np.arange(600) // 2 % 12, "truth": "yes", "label": np.where(bad, "no", "yes")}
    )

    slices = error_slices(features, (Column("x", type_),), oof)["slices"]

    worst = conditions_from_json(json.loads(slices["conditions"].iloc[0]))
    assert rows_in(features, worst).sum() == pytest.approx(bad.sum(), abs=2)
    assert slices["error"].iloc[0] > 0.95
    if type_ is ColumnType.NUMBER:
        assert float(slices["rule"].iloc[0].split()[-1]) == worst[0].value
