"""Numbers by their rank."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.fill import Fill
from mms.ml.recipes.transformer import Kind, Transformer

_ROWS = 10_000
"""Rows from which the quantiles are read, drawn with a fixed seed."""


class Quantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """scikit-learn's QuantileTransformer with no more quantiles than there are rows."""

    def __init__(self, quantiles: int, shape: str) -> None:
        self.quantiles = quantiles
        self.shape = shape

    def fit(self, X: np.ndarray, y: Any = None) -> Self:
        """Learn the quantiles. X: (n, features) with NaN where missing."""
        self.n_features_in_ = X.shape[1]
        self.transformer_ = QuantileTransformer(
            n_quantiles=min(self.quantiles, len(X)), output_distribution=self.shape, subsample=_ROWS, random_state=0
        ).fit(X)
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """(n, features) to the same shape."""
        return np.asarray(self.transformer_.transform(X))


def _make(parameters: Mapping[str, Value]) -> Any:
    return make_pipeline(Fill(all=False), Quantiles(**parameters))  # type: ignore[arg-type]


QUANTILE = Transformer(
    "quantile",
    "replaces numbers by their rank among the training rows, so that outliers and units no longer matter",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter(
            "quantiles", "integer", 1000, 2, 10_000, scale="log", explanation="how finely ranks are told; at most a row"
        ),
        Parameter(
            "shape",
            "choice",
            "uniform",
            choices=("uniform", "normal"),
            explanation="ranks from 0 to 1, or spread as a bell",
        ),
    ),
    _make,
)
