"""Trees, and forests of them. They take missing values as they are."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils.class_weight import compute_sample_weight

from mms.domain.triples import Parameter, Value
from mms.ml.algorithms.algorithm import CLASS_WEIGHT, CLASSES, NUMBERS, Algorithm

_ONE_TREE = (
    Parameter(
        "max_depth",
        "integer",
        8,
        1,
        100,
        optional=True,
        explanation="questions from root to leaf at most; none: no limit",
    ),
    Parameter("min_samples_leaf", "integer", 20, 1, 10_000, scale="log", explanation="rows that a leaf holds at least"),
)
_FOREST = (
    Parameter("n_estimators", "integer", 100, 1, 5000, scale="log", explanation="how many trees"),
    Parameter(
        "max_depth", "integer", None, 1, 100, optional=True, explanation="depth of a tree at most; none: no limit"
    ),
    Parameter("min_samples_leaf", "integer", 5, 1, 10_000, scale="log", explanation="rows that a leaf holds at least"),
    Parameter(
        "max_features", "number", 0.33, 0.001, 1.0, explanation="share of the features each question may choose from"
    ),
)
_TREE_GRID = {"max_depth": (4, 8, None), "min_samples_leaf": (5, 20, 100)}
_FOREST_GRID = {"min_samples_leaf": (1, 5, 20), "max_features": (0.2, 0.33, 0.6)}

_TREE_WORDS = "asks a few questions in turn; easy to read, seldom the best"
_FOREST_WORDS = "many trees on random parts of the rows and features, averaged; sturdy with few settings"
_EXTRA_WORDS = "a forest whose questions are drawn at random; smoother and quicker than a random forest"


class _Balanced:
    """Forests whose 'balanced' weights are counted here: theirs fail on labels that look like numbers (1.9.1)."""

    class_weight: Any

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow the trees. X: (n, features); y: (n,) labels."""
        asked = self.class_weight
        if asked == "balanced":
            _, codes = np.unique(y, return_inverse=True)
            sample_weight, self.class_weight = compute_sample_weight("balanced", codes), None
        try:
            super().fit(X, y, sample_weight)  # type: ignore[misc]
        finally:
            self.class_weight = asked
        return self


class _Forest(_Balanced, RandomForestClassifier):  # type: ignore[misc]
    """A random forest."""


class _ExtraTrees(_Balanced, ExtraTreesClassifier):  # type: ignore[misc]
    """Extra trees."""


def _maker(estimator: Any, **fixed: Any) -> Any:
    def make(parameters: Mapping[str, Value], seed: int) -> Any:
        return estimator(**parameters, **fixed, random_state=seed)

    return make


def _algorithm(name: str, words: tuple[str, str], numbers: bool, estimator: Any, forest: bool) -> Algorithm:
    weight = () if numbers else (CLASS_WEIGHT,)
    return Algorithm(
        name,
        *words,
        NUMBERS if numbers else CLASSES,
        (*(_FOREST if forest else _ONE_TREE), *weight),
        _FOREST_GRID if forest else _TREE_GRID,
        _maker(estimator, n_jobs=1) if forest else _maker(estimator),
        dense=True,
        missing=True,
        recipe="trees",
    )


_TREE = ("Decision tree", _TREE_WORDS)
_RANDOM = ("Random forest", _FOREST_WORDS)
_EXTRA = ("Extra trees", _EXTRA_WORDS)

TREE_CLASSIFIER = _algorithm("tree", _TREE, False, DecisionTreeClassifier, False)
TREE_REGRESSOR = _algorithm("tree", _TREE, True, DecisionTreeRegressor, False)
FOREST_CLASSIFIER = _algorithm("forest", _RANDOM, False, _Forest, True)
FOREST_REGRESSOR = _algorithm("forest", _RANDOM, True, RandomForestRegressor, True)
EXTRA_TREES_CLASSIFIER = _algorithm("extra_trees", _EXTRA, False, _ExtraTrees, True)
EXTRA_TREES_REGRESSOR = _algorithm("extra_trees", _EXTRA, True, ExtraTreesRegressor, True)
