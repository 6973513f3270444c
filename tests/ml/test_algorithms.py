"""The registry: nothing outside it can be named, and every parameter is typed and ranged."""

from math import prod
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.ml.algorithms import ALGORITHMS, Algorithm, algorithm_named, algorithms_of, estimator, label_of, plugins
from mms.ml.algorithms.plugins import installed_plugins

EVERY = [*ALGORITHMS, *installed_plugins()]
IDS = [f"{a.name}-{min(a.tasks).value}" for a in EVERY]


@pytest.mark.parametrize("task", list(Task))
def test_a_task_has_the_baseline_first_and_no_name_twice(task: Task) -> None:
    names = [algorithm.name for algorithm in algorithms_of(task)]

    assert names[0] == "dummy"
    assert len(names) == len(set(names)) >= 13


@pytest.mark.parametrize("algorithm", EVERY, ids=IDS)
def test_defaults_and_grid_values_are_allowed_values(algorithm: Algorithm) -> None:
    defaults = algorithm.checked({})

    assert algorithm.checked(defaults) == defaults
    for grid in (algorithm.grid, algorithm.large):
        for name, values in grid.items():
            assert len(set(values)) == len(values)
            assert [algorithm.checked({name: value})[name] for value in values] == list(values)
    assert prod(map(len, algorithm.grid.values())) <= prod(map(len, algorithm.sized("large").values())) <= 96
    assert all(parameter.explanation for parameter in algorithm.parameters)


@pytest.mark.parametrize("algorithm", EVERY, ids=IDS)
def test_the_ends_of_every_range_build_an_estimator_with_one_thread_and_the_seed(algorithm: Algorithm) -> None:
    task = min(algorithm.tasks)
    for parameter in algorithm.parameters:
        ends = [value for value in (parameter.low, parameter.high, *parameter.choices) if value is not None]
        for end in ends:
            value = int(end) if parameter.kind == "integer" else end
            settings = estimator(algorithm.name, {parameter.name: value}, task, seed=42).get_params(deep=True)
            assert settings.get("n_jobs") in (None, 1)
            assert settings.get("random_state", 42) in (None, 42)


@pytest.mark.parametrize(
    ("name", "hyperparameters", "task", "sentence"),
    [
        ("os.system", {}, Task.BINARY, "'os.system' is no algorithm for a binary project; choose one of dummy, naive"),
        ("ridge", {}, Task.BINARY, "'ridge' is no algorithm for a binary project"),
        ("logistic", {}, Task.REGRESSION, "'logistic' is no algorithm for a regression project"),
        ("logistic", {"penalty": "l1"}, Task.BINARY, "'logistic' has no parameter 'penalty'; it has C, class_weight"),
        ("logistic", {"C": "big"}, Task.BINARY, "Parameter 'C' of 'logistic' takes a number from 1e-05 to 100000"),
        ("logistic", {"C": -1}, Task.BINARY, "Parameter 'C' of 'logistic' takes a number"),
        ("forest", {"n_estimators": 2.5}, Task.BINARY, "Parameter 'n_estimators' of 'forest' takes a whole number"),
        ("svm", {"kernel": "poly"}, Task.BINARY, "Parameter 'kernel' of 'svm' takes one of 'linear', 'rbf'"),
        ("neighbours", {"n_neighbors": None}, Task.BINARY, "Parameter 'n_neighbors' of 'neighbours' takes a whole"),
    ],
)
def test_what_is_unknown_or_out_of_range_is_refused(
    name: str, hyperparameters: dict[str, Any], task: Task, sentence: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        estimator(name, hyperparameters, task, 0)

    assert refusal.value.sentence.startswith(sentence)


def test_rare_classes_weigh_as_much_as_frequent_ones_by_default() -> None:
    for name in ("logistic", "svm", "tree", "forest", "extra_trees", "boosting"):
        algorithm = algorithm_named(name, Task.BINARY)
        assert algorithm.checked({})["class_weight"] == "balanced"
        assert algorithm.checked({"class_weight": None})["class_weight"] is None


def test_people_read_labels_and_old_names_stay_readable() -> None:
    assert label_of("svm") == "Support vector machine"
    assert label_of("perceptron 1958") == "perceptron 1958"


@pytest.mark.parametrize("name", ["lightgbm", "xgboost"])
def test_a_plug_in_that_is_not_installed_is_not_offered_and_says_what_to_install(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert name in [algorithm.name for algorithm in algorithms_of(Task.BINARY)]
    installed_plugins.cache_clear()
    monkeypatch.setattr(plugins, "find_spec", lambda package: None)

    with pytest.raises(Invalid) as refusal:
        algorithm_named(name, Task.BINARY)
    names = [algorithm.name for algorithm in algorithms_of(Task.BINARY)]
    installed_plugins.cache_clear()

    assert name not in names
    assert refusal.value.sentence.startswith(f"'{name}' needs the package {name}, which is not installed here: install")


@pytest.mark.parametrize("name", ["poisson", "gamma"])
def test_amounts_below_zero_are_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(Invalid, match="regression takes a target .*; here the least is -1 and the greatest 2: choose"):
        estimator(name, {}, Task.REGRESSION, 0).fit(np.ones((3, 1)), np.array([-1.0, 1.0, 2.0]))


def test_counting_bayes_refuses_numbers_below_zero_in_a_sentence() -> None:
    for name in ("multinomial_bayes", "complement_bayes"):
        with pytest.raises(Invalid, match="takes no number below 0, and the recipe gives some: scale with 'min-max'"):
            estimator(name, {}, Task.BINARY, 0).fit(np.array([[1.0], [-1.0]]), np.array(["a", "b"]))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("algorithm", [a for a in EVERY if a.incremental], ids=lambda a: f"{a.name}-{len(a.tasks)}")
def test_an_incremental_algorithm_learns_on_from_new_rows(algorithm: Algorithm) -> None:
    chance = np.random.default_rng(1)
    rows = chance.random((60, 3))
    numbers = rows @ np.array([3.0, -2.0, 1.0])
    target = np.where(numbers > np.median(numbers), "1", "0") if Task.BINARY in algorithm.tasks else numbers
    fitted = estimator(algorithm.name, {}, min(algorithm.tasks), 0).fit(rows[:40], target[:40])
    before = fitted.predict(rows)

    for _ in range(20):
        fitted.partial_fit(rows[40:], target[40:])

    assert fitted.predict(rows).shape == before.shape
    assert set(fitted.predict(rows)) <= {"0", "1"} or np.isfinite(fitted.predict(rows)).all()


def test_trees_take_missing_values_in_a_sparse_matrix_as_zeros() -> None:
    rows = np.array([[0.0, 1.0], [np.nan, 0.0], [3.0, 0.0], [2.0, 5.0]] * 10)
    for name in ("tree", "forest", "extra_trees"):
        fitted = estimator(name, {"min_samples_leaf": 1}, Task.BINARY, 0).fit(
            csr_matrix(rows), ["0", "1", "1", "0"] * 10
        )
        assert (fitted.predict_proba(csr_matrix(rows)) == fitted.predict_proba(csr_matrix(np.nan_to_num(rows)))).all()


def test_what_an_algorithm_needs_is_told_in_words() -> None:
    assert algorithm_named("multinomial_bayes", Task.BINARY).needs == ("takes no number below 0",)
    assert "ranks, but gives no probabilities" in algorithm_named("svc", Task.BINARY).needs


def test_a_grid_has_three_sizes() -> None:
    logistic = algorithm_named("logistic", Task.BINARY)

    assert [len(logistic.sized(size)) for size in ("default", "small", "large")] == [0, 1, 2]
    with pytest.raises(Invalid, match="'huge' is no size of a grid; choose one of default, small, large."):
        logistic.sized("huge")


@pytest.mark.slow
def test_boosting_cuts_features_by_rows_also_where_classes_are_balanced() -> None:
    rows = np.random.default_rng(1).normal(size=(600, 1))
    labels = np.where(rows[:, 0] > 1.2, "yes", "no")

    plain, balanced = (
        estimator("boosting", {"max_iter": 5, "class_weight": weight}, Task.BINARY, 0).fit(rows, labels)
        for weight in (None, "balanced")
    )

    assert np.array_equal(plain._bin_mapper.bin_thresholds_[0], balanced._bin_mapper.bin_thresholds_[0])
    assert not np.array_equal(plain.predict_proba(rows), balanced.predict_proba(rows))
