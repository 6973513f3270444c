"""The vetted registry of algorithms: nothing outside it can be named."""

from collections.abc import Mapping
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.ml.algorithms.algorithm import Algorithm
from mms.ml.algorithms.bayes import NAIVE_BAYES
from mms.ml.algorithms.boosting import BOOSTING_CLASSIFIER, BOOSTING_REGRESSOR
from mms.ml.algorithms.dummy import DUMMY_CLASSIFIER, DUMMY_REGRESSOR
from mms.ml.algorithms.linear import LOGISTIC, RIDGE
from mms.ml.algorithms.neighbours import NEIGHBOURS_CLASSIFIER, NEIGHBOURS_REGRESSOR
from mms.ml.algorithms.svm import SVM_CLASSIFIER, SVM_REGRESSOR
from mms.ml.algorithms.trees import (
    EXTRA_TREES_CLASSIFIER,
    EXTRA_TREES_REGRESSOR,
    FOREST_CLASSIFIER,
    FOREST_REGRESSOR,
    TREE_CLASSIFIER,
    TREE_REGRESSOR,
)

__all__ = ["ALGORITHMS", "Algorithm", "algorithm_named", "algorithms_of", "estimator", "label_of"]

ALGORITHMS: tuple[Algorithm, ...] = (
    DUMMY_CLASSIFIER,
    NAIVE_BAYES,
    LOGISTIC,
    SVM_CLASSIFIER,
    NEIGHBOURS_CLASSIFIER,
    TREE_CLASSIFIER,
    FOREST_CLASSIFIER,
    EXTRA_TREES_CLASSIFIER,
    BOOSTING_CLASSIFIER,
    DUMMY_REGRESSOR,
    RIDGE,
    SVM_REGRESSOR,
    NEIGHBOURS_REGRESSOR,
    TREE_REGRESSOR,
    FOREST_REGRESSOR,
    EXTRA_TREES_REGRESSOR,
    BOOSTING_REGRESSOR,
)
"""All of them; one name may serve classes and numbers, never twice one task."""

_LABELS: Mapping[str, str] = {algorithm.name: algorithm.label for algorithm in ALGORITHMS}


def algorithms_of(task: Task) -> tuple[Algorithm, ...]:
    """The algorithms of a task, Dummy first, in the order screens show them."""
    return tuple(algorithm for algorithm in ALGORITHMS if task in algorithm.tasks)


def algorithm_named(name: str, task: Task) -> Algorithm:
    """The algorithm, or Invalid with the names the task has."""
    known = algorithms_of(task)
    for algorithm in known:
        if algorithm.name == name:
            return algorithm
    names = ", ".join(algorithm.name for algorithm in known)
    raise Invalid(f"'{name}' is no algorithm for a {task.value} project; choose one of {names}.")


def label_of(name: str) -> str:
    """The name for people; of an algorithm the registry no longer has, the name itself."""
    return _LABELS.get(name, name)


def estimator(name: str, hyperparameters: Mapping[str, Any], task: Task, seed: int) -> Any:
    """An unfitted scikit-learn estimator with one thread and a fixed seed."""
    algorithm = algorithm_named(name, task)
    return algorithm.make(algorithm.checked(hyperparameters), seed)
