"""Nearest neighbours: the answers of the most similar rows."""

from collections.abc import Mapping
from typing import Any, Self

from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from mms.domain.triples import Parameter, Value
from mms.ml.algorithms.algorithm import CLASSES, NUMBERS, Algorithm

_PARAMETERS = (
    Parameter(
        "n_neighbors",
        "integer",
        15,
        1,
        1000,
        scale="log",
        explanation="how many similar rows are asked (all, where there are fewer)",
    ),
    Parameter(
        "weights",
        "choice",
        "uniform",
        choices=("uniform", "distance"),
        explanation="uniform: all neighbours count alike; distance: the nearer, the more",
    ),
)
_GRID = {"n_neighbors": (5, 15, 50), "weights": ("uniform", "distance")}
_LARGE = {"n_neighbors": (1, 3, 5, 10, 15, 25, 50, 100), "weights": ("uniform", "distance")}


def _arguments(parameters: Mapping[str, Value]) -> dict[str, Any]:
    # Brute force is one matrix product: beyond some 15 columns it beats every tree.
    return {"n_neighbors": parameters["n_neighbors"], "weights": parameters["weights"], "algorithm": "brute"}


class _Capped:
    """No more neighbours than there are rows: the first of the expanding folds may hold a handful only."""

    n_neighbors: int

    def fit(self, X: Any, y: Any) -> Self:
        """Keep the rows. X: (n, features); y: (n,)."""
        self.n_neighbors = min(self.n_neighbors, X.shape[0])
        super().fit(X, y)  # type: ignore[misc]
        return self


class _Classifier(_Capped, KNeighborsClassifier):  # type: ignore[misc]
    """The commonest class among the neighbours."""


class _Regressor(_Capped, KNeighborsRegressor):  # type: ignore[misc]
    """The mean of the neighbours."""


def _classifier(parameters: Mapping[str, Value], seed: int) -> Any:
    return _Classifier(**_arguments(parameters), n_jobs=1)


def _regressor(parameters: Mapping[str, Value], seed: int) -> Any:
    return _Regressor(**_arguments(parameters), n_jobs=1)


NEIGHBOURS_CLASSIFIER = Algorithm(
    "neighbours",
    "Nearest neighbours",
    "answers what most of the similar rows answered; learns in no time, predicts slowly on many rows",
    CLASSES,
    _PARAMETERS,
    _GRID,
    _classifier,
    large=_LARGE,
    scaled=True,
    rank=4,
)

NEIGHBOURS_REGRESSOR = Algorithm(
    "neighbours",
    "Nearest neighbours",
    "answers the mean of the similar rows; learns in no time, predicts slowly on many rows",
    NUMBERS,
    _PARAMETERS,
    _GRID,
    _regressor,
    large=_LARGE,
    scaled=True,
    rank=4,
)
