"""The registry: nothing outside it can be named, and every parameter is typed and ranged."""

from math import prod
from typing import Any

import pytest

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.ml.algorithms import ALGORITHMS, Algorithm, algorithm_named, algorithms_of, estimator, label_of
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
