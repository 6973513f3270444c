"""Metrics by subgroup, with n and their doubt."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.tables import Column, ColumnType
from mms.ml.diagnostics.ground import Ground
from mms.ml.diagnostics.subgroups import FOLDS, WILSON, groups_of, made, subgroups
from mms.monitoring.bands import wilson
from tests.ml.diagnostics.fitted import instances_of
from tests.ml.diagnostics.grounds import ground

CARRIER, DELAY, NOTE = (
    Column("carrier", ColumnType.CATEGORY), Column("delay", ColumnType.NUMBER), Column("note", ColumnType.TEXT),
)  # fmt: skip


def carriers(n: int = 600) -> Ground:
    chance = np.random.default_rng(1)
    features = pd.DataFrame(
        {
            "carrier": pd.Series(chance.choice(["AA", "UA", "B6", None], n, p=[0.5, 0.3, 0.15, 0.05]), dtype="str"),
            "delay": chance.normal(size=n),
            "note": pd.Series(["same"] * n, dtype="str"),
        }
    )
    truth = np.where(chance.random(n) < 0.4, "yes", "no")
    p = np.clip(np.where(truth == "yes", 0.6, 0.4) + chance.normal(scale=0.25, size=n), 0, 1)
    label = np.where(p > 0.5, "yes", "no")
    oof = pd.DataFrame(
        {"row": np.arange(n), "fold": np.arange(n) % 12, "truth": truth, "label": label, "p_0": 1 - p, "p_1": p}
    )
    instances = instances_of(features, (CARRIER, DELAY, NOTE), ("no", "yes"))
    return ground(Task.BINARY, oof, ("no", "yes"), instances=lambda: instances)


def test_each_group_has_scikit_learns_scores_of_its_own_rows() -> None:
    asked = carriers()

    table = subgroups(asked, CARRIER)["groups"]

    for name, rows in asked.oof.groupby(asked.instances.features["carrier"].fillna("missing").to_numpy()):
        own = table[table["group"] == name].set_index("metric")
        assert (own["n"] == len(rows)).all()
        assert own.loc["f1", "value"] == pytest.approx(metrics.f1_score(rows["truth"], rows["label"], pos_label="yes"))
        assert own.loc["roc_auc", "value"] == pytest.approx(metrics.roc_auc_score(rows["truth"] == "yes", rows["p_1"]))
        assert own.loc["log_loss", "value"] == pytest.approx(metrics.log_loss(rows["truth"], rows[["p_0", "p_1"]]))


def test_groups_are_ordered_by_size_and_shares_have_wilsons_interval() -> None:
    asked = carriers()

    table = subgroups(asked, CARRIER)["groups"]

    assert table["group"].drop_duplicates().tolist() == ["AA", "UA", "B6", "missing"]
    own = table[(table["group"] == "UA") & (table["metric"] == "accuracy")].iloc[0]
    low, high = wilson(round(own["value"] * own["n"]), own["n"])
    assert (own["low"], own["high"], own["doubt"]) == (pytest.approx(low), pytest.approx(high), WILSON)
    f1 = table[(table["group"] == "UA") & (table["metric"] == "f1")].iloc[0]
    assert f1["doubt"] == FOLDS
    assert f1["low"] < f1["value"] < f1["high"]


def test_numbers_are_cut_into_four_parts_of_equal_size_in_order() -> None:
    table = subgroups(carriers(), DELAY)["groups"]

    sizes = table.drop_duplicates("group")
    assert sizes["n"].tolist() == [150] * 4
    assert [name[0] for name in sizes["group"]] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("values", "type_", "groups"),
    [
        (pd.Series([True, False, None], dtype="boolean"), ColumnType.BOOLEAN, ["true", "false", "missing"]),
        (pd.Series([1, 2, None], dtype="Int64"), ColumnType.INTEGER, ["1", "2", "missing"]),
        (pd.Series([0.5, 2.0, np.nan]), ColumnType.NUMBER, ["0.5", "2", "missing"]),
        (pd.Series([20130101.0, 20130102.0]), ColumnType.NUMBER, ["20130101", "20130102"]),
    ],
)
def test_few_values_are_groups_as_they_are(values: pd.Series, type_: ColumnType, groups: list[str]) -> None:
    assert groups_of(values, Column("x", type_)).tolist() == groups


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        ([0.0] * 90 + list(range(1, 11)), {"a: 0 to 0": 90, "b: 1 to 10": 10}),
        ([*range(1, 11), *[100.0] * 90], {"a: 1 to 10": 10, "b: 100 to 100": 90}),
    ],
)
def test_a_value_that_fills_all_quarters_is_a_group_beside_the_rest(
    values: list[float], groups: dict[str, int]
) -> None:
    found = groups_of(pd.Series(values), Column("rain", ColumnType.NUMBER))

    assert found.value_counts().sort_index().to_dict() == groups


def test_parts_of_great_numbers_tell_where_they_end() -> None:
    found = groups_of(pd.Series(4_512_000.0 + np.arange(80)), Column("metres", ColumnType.NUMBER))

    assert found.unique().tolist()[1:] == [
        "b: 4,512,020 to 4,512,040", "c: 4,512,040 to 4,512,059", "d: 4,512,059 to 4,512,079",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "type_", "order"),
    [
        (pd.Series([50, 5, 10, None] * 150, dtype="Int64"), ColumnType.INTEGER, ["5", "10", "50", "missing"]),
        (pd.Series([True, False, None] * 200, dtype="boolean"), ColumnType.BOOLEAN, ["false", "true", "missing"]),
    ],
)
def test_values_that_have_an_order_are_told_in_it(values: pd.Series, type_: ColumnType, order: list[str]) -> None:
    column = Column("x", type_)
    instances = instances_of(pd.DataFrame({"x": values}), (column,), ("no", "yes"))
    asked = ground(Task.BINARY, carriers().oof, ("no", "yes"), instances=lambda: instances)

    assert subgroups(asked, column)["groups"]["group"].drop_duplicates().tolist() == order


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("note", "'note' holds free text"),
        ("nothing", "The snapshot has no column 'nothing'"),
    ],
)
def test_what_makes_no_groups_is_refused_in_one_sentence(name: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        made(carriers(), {"column": name})


def test_a_column_of_one_value_is_refused() -> None:
    with pytest.raises(Invalid, match="Every row has the same 'x'"):
        groups_of(pd.Series(["a", "a"], dtype="str"), Column("x", ColumnType.CATEGORY))


def test_without_a_column_the_first_that_makes_groups_is_taken() -> None:
    assert made(carriers(), {"column": None})["groups"]["group"].iloc[0] == "AA"
