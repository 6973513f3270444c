"""Gradient boosting on histograms: trees, each of which repairs the ones before it."""

from typing import Any

from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from mms.domain.triples import Parameter
from mms.ml.algorithms.algorithm import CLASS_WEIGHT, CLASSES, NUMBERS, Algorithm, maker

_PARAMETERS = (
    Parameter("max_iter", "integer", 100, 1, 5000, scale="log", explanation="how many trees, one after the other"),
    Parameter("learning_rate", "number", 0.1, 0.001, 1.0, scale="log", explanation="how much each tree may repair"),
    Parameter("max_leaf_nodes", "integer", 31, 2, 1000, scale="log", explanation="leaves of one tree at most"),
    Parameter("min_samples_leaf", "integer", 20, 1, 10_000, scale="log", explanation="rows that a leaf holds at least"),
    Parameter("l2_regularization", "number", 0.0, 0.0, 1e4, explanation="the larger, the calmer the leaves"),
)
_GRID = {"learning_rate": (0.03, 0.1), "max_leaf_nodes": (15, 31), "max_iter": (100, 200)}
_LARGE = {
    "learning_rate": (0.02, 0.05, 0.1, 0.2),
    "max_leaf_nodes": (7, 15, 31, 63),
    "max_iter": (100, 300),
    "l2_regularization": (0.0, 1.0),
}
_WORDS = "trees that repair one another; usually the best on tables, takes missing values as they are"


class _Classifier(HistGradientBoostingClassifier):  # type: ignore[misc]
    """Cuts features into bins by rows, not by their weights: balanced classes make that 20 times as slow (1.9.1).

    Bins only say where a tree may cut; the weights count where it decides.
    """

    def _bin_data(self, X: Any, sample_weight: Any, is_training_data: bool) -> Any:
        return super()._bin_data(X, None, is_training_data)


BOOSTING_CLASSIFIER = Algorithm(
    "boosting",
    "Gradient boosting",
    _WORDS,
    CLASSES,
    (*_PARAMETERS, CLASS_WEIGHT),
    _GRID,
    maker(_Classifier, early_stopping=False),
    dense=True,
    missing=True,
    recipe="trees",
    large=_LARGE,
    rank=7,
)

BOOSTING_REGRESSOR = Algorithm(
    "boosting",
    "Gradient boosting",
    _WORDS,
    NUMBERS,
    _PARAMETERS,
    _GRID,
    maker(HistGradientBoostingRegressor, early_stopping=False),
    dense=True,
    missing=True,
    recipe="trees",
    large=_LARGE,
    rank=7,
)
