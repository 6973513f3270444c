"""What each vetted step makes of rows: numbers, categories, times, and the choice among features."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import PowerTransformer, QuantileTransformer, TargetEncoder

from mms.domain.errors import Invalid
from mms.ml.recipes import TRANSFORMERS


def made(name: str, **parameters: Any) -> Any:
    transformer = TRANSFORMERS[name]
    return transformer.make({p.name: parameters.get(p.name, p.default) for p in transformer.parameters})


def column(*values: float | None) -> np.ndarray:
    return np.array([values], dtype=np.float64).T


def chance(rows: int, columns: int) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(rows, columns))


def test_power_is_scikit_learns_and_bends_lopsided_numbers() -> None:
    lopsided = np.exp(chance(200, 2))

    assert made("power").fit_transform(lopsided) == pytest.approx(PowerTransformer().fit_transform(lopsided))


def test_box_cox_is_kept_from_numbers_it_does_not_take() -> None:
    numbers = np.column_stack([np.exp(chance(50, 1)), chance(50, 1)])
    power = made("power", method="box-cox").fit(numbers)

    boxed, bent = power.transform(numbers).T
    smallest, below = power.transform(np.array([[numbers[:, 0].min(), 0.0], [-5.0, 0.0]]))[:, 0]

    assert boxed == pytest.approx(PowerTransformer("box-cox").fit_transform(numbers[:, :1]).ravel())
    assert bent == pytest.approx(PowerTransformer().fit_transform(numbers[:, 1:]).ravel())
    assert below == smallest


def test_quantiles_are_capped_by_the_rows() -> None:
    numbers = chance(30, 1)

    ranks = made("quantile").fit_transform(numbers)

    assert ranks == pytest.approx(QuantileTransformer(n_quantiles=30).fit_transform(numbers))
    assert (np.argsort(ranks.ravel()) == np.argsort(numbers.ravel())).all()


@pytest.mark.parametrize(
    ("edges", "numbers"),
    [("quantile", [0, 0, 1, 1]), ("uniform", [0, 0, 0, 1])],
)
def test_bins_hold_equally_many_rows_or_are_equally_wide(edges: str, numbers: list[int]) -> None:
    bins = made("bins", bins=2, edges=edges, indicators=False)

    assert bins.fit_transform(column(1, 2, 3, 100)).ravel().tolist() == numbers


def test_a_number_lies_in_one_bin_and_a_missing_one_in_none() -> None:
    bins = made("bins", bins=3).fit(column(1, 2, 3, 4, 5, 6, None))

    assert bins.transform(column(-10, 3, 99, None)).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]
    assert bins.get_feature_names_out(["age"]).tolist() == ["age_bin0", "age_bin1", "age_bin2"]


def test_alike_numbers_share_a_bin() -> None:
    assert made("bins", bins=4).fit_transform(column(0, 0, 0, 0, 0, 0, 0, 1)).shape[1] <= 2


def test_clipping_draws_outliers_in_and_keeps_gaps() -> None:
    clip = made("clip", share=0.1).fit(column(*range(11)))

    assert clip.transform(column(-100, 5, 100, None)).ravel() == pytest.approx([1, 5, 9, np.nan], nan_ok=True)


def test_more_products_than_memory_holds_are_refused() -> None:
    with pytest.raises(Invalid, match="176,850 products of 100 columns, more than 10,000"):
        made("polynomial", degree=3).fit(chance(3, 100))


def test_a_training_row_is_encoded_without_its_own_target() -> None:
    cities = pd.DataFrame({"city": [f"c{i}" for i in range(40)]})
    y = np.array(["0", "1"] * 20)
    step = made("target_mean", smooth=0.0)

    crossed = step.fit_transform(cities, y)

    assert crossed.ravel() == pytest.approx(np.full(40, 0.5))  # every city is new to the rows that encode it
    assert (step.transform(cities).ravel() == (y == "1")).all()


@pytest.mark.parametrize(
    "y", [np.array(["10", "2", "10", "2"] * 10), np.arange(40.0), np.array(["0", "1", "2", "0"] * 10)]
)
def test_target_means_are_scikit_learns_for_every_task(y: np.ndarray) -> None:
    cities = pd.DataFrame({"city": np.random.default_rng(1).choice(["Rome", "Oslo", None], 40)}, dtype=object)
    coded = y if y.dtype.kind == "f" else np.unique(y, return_inverse=True)[1]
    kind = "continuous" if y.dtype.kind == "f" else "binary" if len(set(y)) == 2 else "multiclass"
    step = made("target_mean").fit(cities, y)

    theirs = TargetEncoder(target_type=kind).fit(cities, coded).transform(cities)

    assert step.transform(cities) == pytest.approx(theirs)
    assert len(step.get_feature_names_out()) == theirs.shape[1]


def test_the_parts_of_cross_fitting_are_dealt_alike_each_time() -> None:
    cities = pd.DataFrame({"city": np.random.default_rng(1).choice(["Rome", "Oslo"], 40)}, dtype=object)
    y = np.random.default_rng(2).normal(size=40)

    assert (made("target_mean").fit_transform(cities, y) == made("target_mean").fit_transform(cities, y)).all()


def test_a_class_of_one_row_can_be_encoded() -> None:
    cities = pd.DataFrame({"city": ["Rome"] * 10 + ["Oslo"] * 11}, dtype=object)

    encoded = made("target_mean").fit_transform(cities, np.array(["a"] * 10 + ["b"] * 10 + ["c"]))

    assert encoded.shape == (21, 3)
    assert np.isfinite(encoded).all()


def test_a_category_counts_by_how_common_it_is() -> None:
    seen = pd.DataFrame({"city": ["Rome", "Rome", None, "Oslo"]}, dtype=object)
    later = pd.DataFrame({"city": ["Rome", None, "Atlantis"]}, dtype=object)

    share = made("frequency").fit(seen)
    count = made("frequency", measure="count").fit(seen)

    assert share.transform(later).ravel().tolist() == [0.5, 0.25, 0]
    assert count.transform(later).ravel() == pytest.approx(np.log1p([2, 1, 0]))


def test_times_count_as_days_since_a_moment_and_between_each_other() -> None:
    times = pd.DataFrame(
        {
            "booked": pd.to_datetime(["2024-01-01T00:00Z", "2024-01-03T12:00Z"]),
            "left": pd.to_datetime(["2024-01-02T00:00Z", None]),
        }
    )
    step = made("time_since")

    days = step.fit_transform(times)

    assert step.get_feature_names_out().tolist() == ["booked_days", "left_days", "booked_to_left_days"]
    assert days[0].tolist() == [0, 0, 1]
    assert days[1] == pytest.approx([2.5, np.nan, np.nan], nan_ok=True)
    assert made("time_since", reference=None).fit_transform(times).shape == (2, 1)


@pytest.mark.parametrize(
    ("name", "parameters"), [("k_best", {"k": 1}), ("from_model", {}), ("from_model", {"model": "trees"})]
)
@pytest.mark.parametrize("y", [chance(90, 3)[:, 1], (chance(90, 3)[:, 1] > 0).astype(str)])
def test_the_feature_that_tells_the_target_is_kept(name: str, parameters: dict[str, Any], y: np.ndarray) -> None:
    selection = made(name, **parameters).fit(chance(90, 3), y)

    assert "b" in selection.get_feature_names_out(["a", "b", "c"])


@pytest.mark.parametrize("score", ["f", "mutual_information", "chi2"])
def test_constant_features_come_last(score: str) -> None:
    X = np.column_stack([np.ones(40), np.arange(40) % 2, np.ones(40)])

    selection = made("k_best", k=1, score=score).fit(X, np.array(["a", "b"] * 20))

    assert selection.get_feature_names_out(["a", "b", "c"]).tolist() == ["b"]


@pytest.mark.parametrize(
    ("y", "sentence"),
    [(np.arange(4.0), "'k_best' by chi2 is for classes"), (np.array(["a", "b"] * 2), "takes counts and other numbers")],
)
def test_chi2_is_refused_where_it_means_nothing(y: np.ndarray, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        made("k_best", score="chi2").fit(column(-1, 2, 3, 4), y)


def test_the_variance_step_never_leaves_nothing() -> None:
    X = np.column_stack([np.ones(5), np.arange(5) / 100, np.arange(5) / 10])

    assert made("variance").fit_transform(X).shape[1] == 2
    assert made("variance", threshold=9.0).fit(X).get_feature_names_out(["a", "b", "c"]).tolist() == ["c"]


@pytest.mark.parametrize(("components", "kept"), [(0.99, 2), (1.0, 1), (500.0, 4)])
def test_components_are_a_share_of_variance_or_a_number(components: float, kept: int) -> None:
    base = chance(60, 2)
    X = np.column_stack([base, base @ [[1, 2], [3, 4]] + chance(60, 2) * 1e-3])

    assert made("pca", components=components).fit_transform(X).shape == (60, kept)
