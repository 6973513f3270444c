"""Diagnostics that fit again: through the product's own fits, as many as were told before, stopping between them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mms.domain.diagnostics import DEFAULTS, DiagnosticKind
from mms.domain.errors import Cancelled, Invalid
from mms.domain.projects import Task
from mms.ml.diagnostics import learning, permutation, validation
from mms.ml.diagnostics.ground import Ground
from mms.ml.diagnostics.permutation import drops_of
from mms.ml.diagnostics.refits import some_folds
from mms.ml.folds import Split
from tests.ml.diagnostics.fitted import fitted_ground, instances_of

LEARNING = DEFAULTS[DiagnosticKind.LEARNING_CURVE] | {"folds": 2}
PERMUTATION = DEFAULTS[DiagnosticKind.PERMUTATION] | {"folds": 2}
DEPTHS = {"parameter": "min_samples_leaf", "values": [1, 5], "folds": 2}


@pytest.fixture(scope="module")
def tree() -> Ground:
    return fitted_ground(Task.BINARY, "tree")


@pytest.mark.slow
def test_a_learning_curve_grows_to_the_rows_the_run_fitted(tree: Ground) -> None:
    told: list[int] = []

    points = learning.made(replace(tree, tell=told.append), LEARNING)["points"]

    assert told == list(range(learning.fits(LEARNING)))
    assert points["fold"].unique().tolist() == [5, 11]
    sizes = points.drop_duplicates(["fold", "share"]).groupby("share")["n_train"].mean()
    assert sizes.is_monotonic_increasing
    assert sizes.index.tolist() == [*learning.SHARES, 1.0]
    stored = {(r.fold, m): s for r in tree.folds for m, s in r.scores.items()}
    whole = points[points["share"] == 1.0]
    assert [stored[row.fold, row.metric] for row in whole.itertuples()] == whole["score"].tolist()


@pytest.mark.slow
def test_smaller_shares_lie_in_greater_ones_and_hold_every_class(tree: Ground) -> None:
    split = tree.splits[0]

    shares = [learning.first_rows(tree.instances, split, share, 0) for share in (0.1, 0.5, 1.0)]

    assert set(shares[0]) < set(shares[1]) < set(shares[2]) == set(split.train)
    assert tree.instances.target.iloc[shares[0]].nunique() == 2


def test_of_folds_by_time_the_newest_rows_are_learnt_first() -> None:
    time = pd.Series(pd.date_range("2024-01-01", periods=10, freq="D", tz="UTC")).sample(frac=1, random_state=0)
    instances = replace(instances_of(pd.DataFrame(index=range(10)), ()), time=time.reset_index(drop=True))
    order = np.argsort(instances.time)
    split = Split(0, np.sort(order[:8]), np.sort(order[8:]))

    rows = learning.first_rows(instances, split, 0.25, 0)

    assert set(rows) == set(order[6:8])


@pytest.mark.slow
def test_a_validation_curve_tries_each_value_beside_the_models_own(tree: Ground) -> None:
    points = validation.made(tree, DEPTHS)["points"]

    assert validation.fits(DEPTHS) == 4
    own = validation.value_words(tree.triple.hyperparameters["min_samples_leaf"])
    assert points["value"].unique().tolist() == [own, "1", "5"]
    training = points[points["metric"] == "accuracy"].groupby("value")["train_score"].mean()
    assert training["1"] > training["5"] > training[own]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"parameter": "luck", "values": [1]}, "has no parameter 'luck'"),
        ({"parameter": "max_depth", "values": ["deep"]}, "takes a whole number"),
    ],
)
def test_a_wrong_value_is_refused_before_anything_is_fitted(
    tree: Ground, given: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        validation.made(tree, DEPTHS | given)


@pytest.mark.parametrize("values", [[], None, [1] * 11])
def test_a_validation_curve_without_values_or_with_too_many_is_not_asked_for(values: object) -> None:
    with pytest.raises(Invalid, match="a list of 1 to 10 values"):
        validation.fits(DEPTHS | {"values": values})


@pytest.mark.parametrize("folds", [0, 13, "3", True, 2.0])
def test_a_count_of_folds_is_a_whole_number(folds: object) -> None:
    with pytest.raises(Invalid, match="'folds' takes a whole number from 1 to 12"):
        learning.fits({"folds": folds})


def test_the_column_that_decides_costs_most_and_one_that_says_nothing_costs_nothing() -> None:
    chance = np.random.default_rng(4)
    rows = pd.DataFrame({"noise": chance.normal(size=500), "x": chance.normal(size=500)})
    truth = rows["x"] > 0

    drops = drops_of(lambda frame: {"accuracy": float(((frame["x"] > 0) == truth).mean())}, rows, 5, 0)

    by_name = drops.set_index("column")["drop"]
    assert by_name["noise"] == 0.0
    assert by_name["x"] == pytest.approx(0.5, abs=0.06)


@pytest.mark.slow
def test_permutation_asks_rows_that_the_fit_had_not_seen(tree: Ground) -> None:
    told: list[int] = []

    columns = permutation.made(replace(tree, tell=told.append), PERMUTATION)["columns"]

    assert set(told) == set(range(permutation.fits(PERMUTATION)))
    f1 = columns[columns["metric"] == "f1"]
    assert sorted(f1["column"]) == ["shape", "x0", "x2"]
    assert f1["drop"].is_monotonic_decreasing
    assert (f1["folds"] == 2).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "parameters"),
    [(learning.made, LEARNING), (validation.made, DEPTHS), (permutation.made, PERMUTATION)],
)
def test_a_stop_is_obeyed_between_fits_and_an_ensemble_is_refused(
    tree: Ground, make: object, parameters: object
) -> None:
    def stop(done: int) -> None:
        if done == 1:
            raise Cancelled("stop")

    ensemble = replace(tree, triple=replace(tree.triple, members=(tree.triple, tree.triple)))

    with pytest.raises(Cancelled):
        make(replace(tree, tell=stop), parameters)  # type: ignore[operator]
    with pytest.raises(Invalid, match="An ensemble is made of other models' answers"):
        make(ensemble, parameters)  # type: ignore[operator]


def test_some_folds_lie_at_even_steps_with_the_last_among_them() -> None:
    splits = [Split(i, np.array([]), np.array([])) for i in range(12)]

    assert [[s.fold for s in some_folds(splits, n)] for n in (1, 2, 3, 12)] == [
        [11],
        [5, 11],
        [3, 7, 11],
        list(range(12)),
    ]
