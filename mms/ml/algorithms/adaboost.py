"""AdaBoost: small trees, each of which looks hardest at the rows that those before it got wrong."""

from collections.abc import Mapping
from typing import Any

from sklearn.ensemble import AdaBoostClassifier, AdaBoostRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from mms.domain.triples import Parameter, Value
from mms.ml.algorithms.algorithm import CLASSES, NUMBERS, Algorithm

_PARAMETERS = (
    Parameter("n_estimators", "integer", 100, 1, 5000, scale="log", explanation="how many trees, one after the other"),
    Parameter("learning_rate", "number", 0.5, 0.001, 10.0, scale="log", explanation="how much each tree has to say"),
    Parameter("max_depth", "integer", 2, 1, 20, explanation="questions from root to leaf of each tree at most"),
)
_GRID = {"learning_rate": (0.1, 0.5, 1.0), "max_depth": (1, 3)}
_LARGE = {"n_estimators": (100, 300), "learning_rate": (0.03, 0.1, 0.3, 0.5, 1.0), "max_depth": (1, 2, 3, 5)}
_WORDS = "small trees, each of which looks hardest at the rows that those before it got wrong"


def _arguments(parameters: Mapping[str, Value]) -> dict[str, Any]:
    return {"n_estimators": parameters["n_estimators"], "learning_rate": parameters["learning_rate"]}


def _classifier(parameters: Mapping[str, Value], seed: int) -> Any:
    tree = DecisionTreeClassifier(max_depth=parameters["max_depth"], random_state=seed)
    return AdaBoostClassifier(tree, **_arguments(parameters), random_state=seed)


def _regressor(parameters: Mapping[str, Value], seed: int) -> Any:
    tree = DecisionTreeRegressor(max_depth=parameters["max_depth"], random_state=seed)
    return AdaBoostRegressor(tree, **_arguments(parameters), random_state=seed)


ADABOOST_CLASSIFIER = Algorithm(
    "adaboost",
    "AdaBoost",
    _WORDS,
    CLASSES,
    _PARAMETERS,
    _GRID,
    _classifier,
    recipe="trees",
    large=_LARGE,
    rank=6,
)

ADABOOST_REGRESSOR = Algorithm(
    "adaboost",
    "AdaBoost",
    _WORDS,
    NUMBERS,
    _PARAMETERS,
    _GRID,
    _regressor,
    recipe="trees",
    large=_LARGE,
    rank=6,
)
