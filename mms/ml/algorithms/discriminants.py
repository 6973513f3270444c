"""Discriminants: each class a bell over all features, together."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.covariance import empirical_covariance, ledoit_wolf, shrunk_covariance
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis

from mms.domain.triples import Parameter, Value
from mms.ml.algorithms.algorithm import CLASSES, Algorithm

_SHRINKAGE = Parameter(
    "shrinkage",
    "number",
    None,
    1e-4,
    1.0,
    optional=True,
    explanation="how far features are taken as independent, 1 is wholly; none: as far as the rows ask (Ledoit-Wolf)",
)
_FLOOR = 1e-6
_SHRINKAGES = (None, 0.01, 0.1, 0.5)
_LARGE = (None, 1e-4, 0.001, 0.01, 0.03, 0.1, 0.3, 0.5, 0.9)


class _Spread:
    """A class with a single row, as early folds by time have, has no spread: its row counts twice."""

    def fit(self, X: Any, y: Any) -> Self:
        """Learn. X: (n, features), dense; y: (n,) labels."""
        _, first, counts = np.unique(y, return_index=True, return_counts=True)
        rows = np.concatenate([np.arange(len(y)), first[counts == 1]])
        super().fit(X[rows], np.asarray(y)[rows])  # type: ignore[misc]
        return self


class _Shape(BaseEstimator):  # type: ignore[misc]
    """A class's covariances, shrunk towards independence, with a floor where a class has no spread at all."""

    def __init__(self, shrinkage: float | None) -> None:
        self.shrinkage = shrinkage

    def fit(self, X: Any, y: Any = None) -> Self:
        """Estimate `covariance_`, (features, features). X: (n, features)."""
        shrinkage = self.shrinkage
        found = ledoit_wolf(X)[0] if shrinkage is None else shrunk_covariance(empirical_covariance(X), shrinkage)
        floor = _FLOOR * max(1.0, float(np.trace(found)) / len(found))
        self.covariance_ = found + floor * np.eye(len(found))
        return self


class _Linear(_Spread, LinearDiscriminantAnalysis):  # type: ignore[misc]
    """One shape of bell for all classes."""


class _Quadratic(_Spread, QuadraticDiscriminantAnalysis):  # type: ignore[misc]
    """A bell of its own for each class."""


def _linear(parameters: Mapping[str, Value], seed: int) -> Any:
    shrinkage = parameters["shrinkage"]
    return _Linear(solver="lsqr", shrinkage="auto" if shrinkage is None else shrinkage)


def _quadratic(parameters: Mapping[str, Value], seed: int) -> Any:
    return _Quadratic(solver="eigen", tol=0.0, covariance_estimator=_Shape(parameters["shrinkage"]))  # type: ignore[arg-type]


LDA = Algorithm(
    "lda",
    "Linear discriminant",
    "takes every class for a bell of the same shape; quick, little to set, sound probabilities",
    CLASSES,
    (_SHRINKAGE,),
    {"shrinkage": _SHRINKAGES},
    _linear,
    dense=True,
    large={"shrinkage": _LARGE},
    rank=1,
)

QDA = Algorithm(
    "qda",
    "Quadratic discriminant",
    "takes every class for a bell of its own shape: curved borders; wants many rows a class",
    CLASSES,
    (_SHRINKAGE,),
    {"shrinkage": _SHRINKAGES},
    _quadratic,
    dense=True,
    large={"shrinkage": _LARGE},
    scaled=True,
    rank=3,
)
