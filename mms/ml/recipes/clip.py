"""Outliers drawn in."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.pipeline import make_pipeline

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.fill import Fill
from mms.ml.recipes.transformer import Kind, Transformer


class Clip(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Numbers beyond two quantiles of the training rows become those quantiles (winsorising); NaN stays."""

    def __init__(self, share: float) -> None:
        self.share = share

    def fit(self, X: np.ndarray, y: Any = None) -> Self:
        """Learn the quantiles. X: (n, features) with NaN where missing."""
        self.n_features_in_ = X.shape[1]
        self.low_, self.high_ = np.nanquantile(X, [self.share, 1 - self.share], axis=0)
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """(n, features) to the same shape."""
        return np.asarray(np.clip(X, self.low_, self.high_))


def _make(parameters: Mapping[str, Value]) -> Any:
    return make_pipeline(Fill(all=False), Clip(**parameters))  # type: ignore[arg-type]


CLIP = Transformer(
    "clip",
    "draws outliers in: the smallest and the largest numbers become less extreme ones",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter(
            "share", "number", 0.01, 0.0, 0.25, explanation="share of the training rows at each end that is drawn in"
        ),
    ),
    _make,
)
