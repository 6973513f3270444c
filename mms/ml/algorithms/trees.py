"""Trees, and forests of them. They take missing values as they are."""

from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from mms.domain.triples import Parameter
from mms.ml.algorithms.algorithm import CLASS_WEIGHT, CLASSES, NUMBERS, Algorithm, maker
from mms.ml.algorithms.balanced import Balanced

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
_TREE_LARGE = {"max_depth": (2, 4, 6, 8, 12, None), "min_samples_leaf": (1, 5, 10, 20, 50, 100)}
_FOREST_LARGE = {
    "min_samples_leaf": (1, 2, 5, 10, 20),
    "max_features": (0.1, 0.2, 0.33, 0.6, 1.0),
    "n_estimators": (100, 300),
}

_TREE_WORDS = "asks a few questions in turn; easy to read, seldom the best"
_FOREST_WORDS = "many trees on random parts of the rows and features, averaged; sturdy with few settings"
_EXTRA_WORDS = "a forest whose questions are drawn at random; smoother and quicker than a random forest"


class _Sparse:
    """Trees take missing values in a dense matrix only; in a sparse one they count as the zeros around them."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow. X: (n, features), dense or sparse."""
        super().fit(_filled(X), y, sample_weight=sample_weight)  # type: ignore[misc]
        return self

    def predict(self, X: Any) -> Any:
        """(n,) labels or numbers."""
        return super().predict(_filled(X))  # type: ignore[misc]


class _SparseClasses(_Sparse):
    def predict_proba(self, X: Any) -> Any:
        """(n, classes)."""
        return super().predict_proba(_filled(X))  # type: ignore[misc]


def _filled(X: Any) -> Any:
    if not sparse.issparse(X) or not np.isnan(X.data).any():
        return X
    filled = X.copy()
    filled.data = np.nan_to_num(filled.data, nan=0.0)
    return filled


class _TreeClassifier(_SparseClasses, DecisionTreeClassifier):  # type: ignore[misc]
    """A tree for classes."""


class _TreeRegressor(_Sparse, DecisionTreeRegressor):  # type: ignore[misc]
    """A tree for numbers."""


class _ForestClassifier(_SparseClasses, Balanced, RandomForestClassifier):  # type: ignore[misc]
    """A random forest for classes."""


class _ForestRegressor(_Sparse, RandomForestRegressor):  # type: ignore[misc]
    """A random forest for numbers."""


class _ExtraTreesClassifier(_SparseClasses, Balanced, ExtraTreesClassifier):  # type: ignore[misc]
    """Extra trees for classes."""


class _ExtraTreesRegressor(_Sparse, ExtraTreesRegressor):  # type: ignore[misc]
    """Extra trees for numbers."""


def _algorithm(name: str, words: tuple[str, str], numbers: bool, estimator: Any, forest: bool) -> Algorithm:
    weight = () if numbers else (CLASS_WEIGHT,)
    return Algorithm(
        name,
        *words,
        NUMBERS if numbers else CLASSES,
        (*(_FOREST if forest else _ONE_TREE), *weight),
        _FOREST_GRID if forest else _TREE_GRID,
        maker(estimator, n_jobs=1) if forest else maker(estimator),
        missing=True,
        recipe="trees",
        large=_FOREST_LARGE if forest else _TREE_LARGE,
        rank=6 if forest else 3,
    )


_TREE = ("Decision tree", _TREE_WORDS)
_RANDOM = ("Random forest", _FOREST_WORDS)
_EXTRA = ("Extra trees", _EXTRA_WORDS)

TREE_CLASSIFIER = _algorithm("tree", _TREE, False, _TreeClassifier, False)
TREE_REGRESSOR = _algorithm("tree", _TREE, True, _TreeRegressor, False)
FOREST_CLASSIFIER = _algorithm("forest", _RANDOM, False, _ForestClassifier, True)
FOREST_REGRESSOR = _algorithm("forest", _RANDOM, True, _ForestRegressor, True)
EXTRA_TREES_CLASSIFIER = _algorithm("extra_trees", _EXTRA, False, _ExtraTreesClassifier, True)
EXTRA_TREES_REGRESSOR = _algorithm("extra_trees", _EXTRA, True, _ExtraTreesRegressor, True)
