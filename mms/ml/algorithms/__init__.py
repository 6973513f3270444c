"""The vetted registry of algorithms: nothing outside it can be named."""

from collections.abc import Mapping
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.ml.algorithms.adaboost import ADABOOST_CLASSIFIER, ADABOOST_REGRESSOR
from mms.ml.algorithms.algorithm import SIZES, Algorithm
from mms.ml.algorithms.bayes import BERNOULLI_BAYES, COMPLEMENT_BAYES, MULTINOMIAL_BAYES, NAIVE_BAYES
from mms.ml.algorithms.boosting import BOOSTING_CLASSIFIER, BOOSTING_REGRESSOR
from mms.ml.algorithms.counts import GAMMA, POISSON
from mms.ml.algorithms.discriminants import LDA, QDA
from mms.ml.algorithms.dummy import DUMMY_CLASSIFIER, DUMMY_REGRESSOR
from mms.ml.algorithms.incremental import PASSIVE_AGGRESSIVE, SGD_CLASSIFIER, SGD_REGRESSOR
from mms.ml.algorithms.kernels import KERNEL_RIDGE, SVC_RBF, SVR_RBF
from mms.ml.algorithms.linear import LOGISTIC, RIDGE_CLASSIFIER
from mms.ml.algorithms.neighbours import NEIGHBOURS_CLASSIFIER, NEIGHBOURS_REGRESSOR
from mms.ml.algorithms.neural import MLP_CLASSIFIER, MLP_REGRESSOR
from mms.ml.algorithms.plugins import PLUGINS, installed_plugins
from mms.ml.algorithms.regression import BAYESIAN_RIDGE, ELASTIC_NET, HUBER, LASSO, LINEAR, QUANTILE, RIDGE
from mms.ml.algorithms.site import site_algorithms
from mms.ml.algorithms.svm import SVM_CLASSIFIER, SVM_REGRESSOR
from mms.ml.algorithms.trees import (
    EXTRA_TREES_CLASSIFIER,
    EXTRA_TREES_REGRESSOR,
    FOREST_CLASSIFIER,
    FOREST_REGRESSOR,
    TREE_CLASSIFIER,
    TREE_REGRESSOR,
)

__all__ = ["ALGORITHMS", "SIZES", "Algorithm", "algorithm_named", "algorithms_of", "estimator", "label_of"]

ALGORITHMS: tuple[Algorithm, ...] = (
    DUMMY_CLASSIFIER,
    NAIVE_BAYES,
    MULTINOMIAL_BAYES,
    COMPLEMENT_BAYES,
    BERNOULLI_BAYES,
    LOGISTIC,
    RIDGE_CLASSIFIER,
    SGD_CLASSIFIER,
    PASSIVE_AGGRESSIVE,
    LDA,
    QDA,
    SVM_CLASSIFIER,
    SVC_RBF,
    NEIGHBOURS_CLASSIFIER,
    TREE_CLASSIFIER,
    FOREST_CLASSIFIER,
    EXTRA_TREES_CLASSIFIER,
    ADABOOST_CLASSIFIER,
    BOOSTING_CLASSIFIER,
    MLP_CLASSIFIER,
    DUMMY_REGRESSOR,
    LINEAR,
    RIDGE,
    LASSO,
    ELASTIC_NET,
    BAYESIAN_RIDGE,
    HUBER,
    QUANTILE,
    POISSON,
    GAMMA,
    SGD_REGRESSOR,
    SVM_REGRESSOR,
    SVR_RBF,
    KERNEL_RIDGE,
    NEIGHBOURS_REGRESSOR,
    TREE_REGRESSOR,
    FOREST_REGRESSOR,
    EXTRA_TREES_REGRESSOR,
    ADABOOST_REGRESSOR,
    BOOSTING_REGRESSOR,
    MLP_REGRESSOR,
)
"""Those that scikit-learn brings; one name may serve classes and numbers, never twice one task."""


def algorithms_of(task: Task) -> tuple[Algorithm, ...]:
    """The algorithms of a task, Dummy first, then scikit-learn's, installed plug-ins, and the site's own."""
    return tuple(algorithm for algorithm in _all() if task in algorithm.tasks)


def algorithm_named(name: str, task: Task) -> Algorithm:
    """The algorithm, or Invalid with the names the task has."""
    known = algorithms_of(task)
    for algorithm in known:
        if algorithm.name == name:
            return algorithm
    if name in PLUGINS:
        raise Invalid(
            f"'{name}' needs the package {PLUGINS[name]}, which is not installed here: install the extras "
            "(pip install -r requirements-extras.txt), or choose another algorithm."
        )
    names = ", ".join(algorithm.name for algorithm in known)
    raise Invalid(f"'{name}' is no algorithm for a {task.value} project; choose one of {names}.")


def label_of(name: str) -> str:
    """The name for people; of an algorithm the registry no longer has, the name itself."""
    return next((algorithm.label for algorithm in _all() if algorithm.name == name), name)


def estimator(name: str, hyperparameters: Mapping[str, Any], task: Task, seed: int) -> Any:
    """An unfitted scikit-learn estimator with one thread and a fixed seed."""
    algorithm = algorithm_named(name, task)
    return algorithm.make(algorithm.checked(hyperparameters), seed)


def site_problems() -> tuple[str, ...]:
    """What is wrong with the site's own algorithms, a sentence each."""
    return site_algorithms(_taken()).problems


def _all() -> tuple[Algorithm, ...]:
    return (*ALGORITHMS, *installed_plugins(), *site_algorithms(_taken()).found)


def _taken() -> dict[str, frozenset[Task]]:
    """Every name of the product with its tasks; those of plug-ins too where they are not installed."""
    taken = {name: frozenset(Task) for name in PLUGINS}
    for algorithm in ALGORITHMS:
        taken[algorithm.name] = taken.get(algorithm.name, frozenset()) | algorithm.tasks
    return taken
