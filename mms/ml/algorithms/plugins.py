"""Plug-ins: gradient boosting of others, where their packages are installed; imported when first asked.

A stored triple that names one that is not installed gets a sentence that says so, not an unknown name.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from mms.domain.triples import Parameter, Value
from mms.ml.algorithms.algorithm import CLASS_WEIGHT, CLASSES, NUMBERS, Algorithm
from mms.ml.algorithms.balanced import balanced_weights

PLUGINS: Mapping[str, str] = {"lightgbm": "lightgbm", "xgboost": "xgboost"}
"""Algorithm -> the package it needs."""

_LENGTH = Parameter("n_estimators", "integer", 100, 1, 5000, scale="log", explanation="how many trees, in turn")
_RATE = Parameter("learning_rate", "number", 0.1, 0.001, 1.0, scale="log", explanation="how much each tree may repair")
_ROWS = Parameter("subsample", "number", 1.0, 0.1, 1.0, explanation="share of the rows each tree sees")
_COLUMNS = Parameter("colsample_bytree", "number", 1.0, 0.05, 1.0, explanation="share of the features each tree sees")
_CALM = Parameter("reg_lambda", "number", 1.0, 0.0, 1e4, explanation="the larger, the calmer the leaves")

_LIGHT = (
    _LENGTH,
    _RATE,
    Parameter("num_leaves", "integer", 31, 2, 1000, scale="log", explanation="leaves of one tree at most"),
    Parameter("min_child_samples", "integer", 20, 1, 10_000, scale="log", explanation="rows a leaf holds at least"),
    _ROWS,
    _COLUMNS,
    _CALM,
)
_EXTREME = (
    _LENGTH,
    _RATE,
    Parameter("max_depth", "integer", 6, 1, 20, explanation="questions from root to leaf of each tree at most"),
    Parameter("min_child_weight", "number", 1.0, 0.0, 1e4, explanation="weight of rows a leaf holds at least"),
    _ROWS,
    _COLUMNS,
    _CALM,
)
_SHARES = {"subsample": (0.7, 1.0), "colsample_bytree": (0.5, 1.0)}
_LIGHT_GRID = {"learning_rate": (0.03, 0.1), "num_leaves": (15, 31), "n_estimators": (100, 200)}
_LIGHT_LARGE = {
    "learning_rate": (0.02, 0.05, 0.1),
    "num_leaves": (7, 15, 31, 63),
    "n_estimators": (100, 300),
    **_SHARES,
}
_EXTREME_GRID = {"learning_rate": (0.03, 0.1), "max_depth": (3, 6), "n_estimators": (100, 200)}
_EXTREME_LARGE = {"learning_rate": (0.02, 0.05, 0.1), "max_depth": (2, 4, 6, 9), "n_estimators": (100, 300), **_SHARES}


class Coded(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier that wants its labels as 0 to k - 1, given any labels; 'balanced' weights beside it."""

    def __init__(self, classifier: Any, class_weight: str | None = None) -> None:
        self.classifier = classifier
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any) -> Self:
        """Learn. X: (n, features); y: (n,) labels."""
        self.classes_, codes = np.unique(y, return_inverse=True)
        weights = balanced_weights(y) if self.class_weight == "balanced" else None
        self.classifier.fit(X, codes, sample_weight=weights)
        return self

    def predict(self, X: Any) -> Any:
        """(n,) labels."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_proba(self, X: Any) -> Any:
        """(n, classes)."""
        return self.classifier.predict_proba(X)

    @property
    def feature_importances_(self) -> Any:
        """(features,)."""
        return self.classifier.feature_importances_


def _light(parameters: Mapping[str, Value], seed: int) -> dict[str, Any]:
    fixed = {"n_jobs": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1, "random_state": seed}
    return {**parameters, **fixed, "subsample_freq": 1}


def _light_classifier(parameters: Mapping[str, Value], seed: int) -> Any:
    rest = {name: value for name, value in parameters.items() if name != "class_weight"}
    classifier = import_module("lightgbm").LGBMClassifier(**_light(rest, seed))
    return Coded(classifier, parameters["class_weight"])  # type: ignore[arg-type]


def _light_regressor(parameters: Mapping[str, Value], seed: int) -> Any:
    return import_module("lightgbm").LGBMRegressor(**_light(parameters, seed))


def _extreme(parameters: Mapping[str, Value], seed: int) -> dict[str, Any]:
    return {**parameters, "n_jobs": 1, "tree_method": "hist", "verbosity": 0, "random_state": seed}


def _extreme_classifier(parameters: Mapping[str, Value], seed: int) -> Any:
    rest = {name: value for name, value in parameters.items() if name != "class_weight"}
    classifier = import_module("xgboost").XGBClassifier(**_extreme(rest, seed))
    return Coded(classifier, parameters["class_weight"])  # type: ignore[arg-type]


def _extreme_regressor(parameters: Mapping[str, Value], seed: int) -> Any:
    return import_module("xgboost").XGBRegressor(**_extreme(parameters, seed))


_LIGHT_WORDS = "gradient boosting that grows its trees leaf by leaf; quick on many rows, takes missing values"
_EXTREME_WORDS = "gradient boosting with a second look at every step; strong on tables, takes missing values"


def _plugin(name: str, words: tuple[str, str], numbers: bool, space: tuple[Any, ...], make: Any) -> Algorithm:
    parameters, grid, large = space
    return Algorithm(
        name,
        *words,
        NUMBERS if numbers else CLASSES,
        parameters if numbers else (*parameters, CLASS_WEIGHT),
        grid,
        make,
        missing=True,
        recipe="trees",
        large=large,
        rank=8,
    )


_LIGHTGBM = ("LightGBM", _LIGHT_WORDS)
_XGBOOST = ("XGBoost", _EXTREME_WORDS)
_LIGHT_SPACE = (_LIGHT, _LIGHT_GRID, _LIGHT_LARGE)
_EXTREME_SPACE = (_EXTREME, _EXTREME_GRID, _EXTREME_LARGE)

_ALL = (
    _plugin("lightgbm", _LIGHTGBM, False, _LIGHT_SPACE, _light_classifier),
    _plugin("lightgbm", _LIGHTGBM, True, _LIGHT_SPACE, _light_regressor),
    _plugin("xgboost", _XGBOOST, False, _EXTREME_SPACE, _extreme_classifier),
    _plugin("xgboost", _XGBOOST, True, _EXTREME_SPACE, _extreme_regressor),
)


@cache
def installed_plugins() -> tuple[Algorithm, ...]:
    """Those whose package is installed; it is looked for, not imported."""
    return tuple(plugin for plugin in _ALL if find_spec(PLUGINS[plugin.name]) is not None)
