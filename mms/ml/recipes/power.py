"""Numbers made bell-shaped by a power."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.fill import Fill
from mms.ml.recipes.transformer import Kind, Transformer


class Power(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """scikit-learn's PowerTransformer, guarded.

    Box-Cox is for varied numbers above 0: other columns get Yeo-Johnson, and later numbers below the smallest training
    number count as that one. What overflows counts as the extreme of the training rows.
    """

    def __init__(self, method: str) -> None:
        self.method = method

    def fit(self, X: np.ndarray, y: Any = None) -> Self:
        """Learn a power for each column. X: (n, features) with NaN where missing."""
        self.n_features_in_ = X.shape[1]
        self.lowest_ = np.nanmin(X, axis=0)
        positive = (self.lowest_ > 0) & (np.nanmax(X, axis=0) > self.lowest_)
        self.box_cox_ = positive & (self.method == "box-cox")
        self.parts_ = [
            (columns, PowerTransformer(method).fit(X[:, columns]))
            for method, columns in (("box-cox", self.box_cox_), ("yeo-johnson", ~self.box_cox_))
            if columns.any()
        ]
        reached = self._powered(X)
        self.range_ = np.nanmin(reached, axis=0), np.nanmax(reached, axis=0)
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """(n, features) to the same shape."""
        given = np.where(self.box_cox_, np.maximum(X, self.lowest_), X)
        powered = self._powered(given)
        return np.where(np.isinf(powered), np.clip(powered, *self.range_), powered)

    def _powered(self, X: np.ndarray) -> np.ndarray:
        out = np.empty_like(X)
        with np.errstate(over="ignore"):
            for columns, transformer in self.parts_:
                out[:, columns] = transformer.transform(X[:, columns])
        return out


def _make(parameters: Mapping[str, Value]) -> Any:
    return make_pipeline(Fill(all=False), Power(str(parameters["method"])))


POWER = Transformer(
    "power",
    "bends lopsided numbers (incomes, counts) to the shape of a bell, with mean 0 and deviation 1",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter(
            "method",
            "choice",
            "yeo-johnson",
            choices=("yeo-johnson", "box-cox"),
            explanation="Box-Cox takes numbers above 0 only; columns with others get Yeo-Johnson all the same",
        ),
    ),
    _make,
)
