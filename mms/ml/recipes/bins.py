"""Numbers by the interval in which they lie."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.transformer import Kind, Transformer


class Bins(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Intervals of each column, learnt from its training values; fewer where many values are alike.

    The outer intervals are open. A missing value lies in none: NaN, or 0 in each indicator.
    """

    def __init__(self, bins: int, edges: str, indicators: bool) -> None:
        self.bins = bins
        self.edges = edges
        self.indicators = indicators

    def fit(self, X: np.ndarray, y: Any = None) -> Self:
        """Learn the inner edges. X: (n, features) with NaN where missing."""
        self.n_features_in_ = X.shape[1]
        self.edges_ = [self._inner_edges(column[~np.isnan(column)]) for column in X.T]
        return self

    def _inner_edges(self, known: np.ndarray) -> np.ndarray:
        if not len(known):
            return np.empty(0)
        if self.edges == "quantile":
            edges = np.quantile(known, np.linspace(0, 1, self.bins + 1))
        else:
            edges = np.linspace(known.min(), known.max(), self.bins + 1)
        inner = np.unique(edges[1:-1])
        return np.asarray(inner[inner > known.min()])

    def transform(self, X: np.ndarray) -> np.ndarray:
        """(n, features) to the same shape, or to (n, all intervals)."""
        placed = [np.searchsorted(edges, column, side="right") for edges, column in zip(self.edges_, X.T, strict=True)]
        numbers = np.where(np.isnan(X), np.nan, np.column_stack(placed))
        if not self.indicators:
            return numbers
        columns = zip(self.edges_, numbers.T, strict=True)
        return np.hstack([column[:, None] == np.arange(len(edges) + 1) for edges, column in columns]).astype(np.float64)

    def get_feature_names_out(self, input_features: Sequence[str]) -> np.ndarray:
        """Names such as 'age_bin2'; without indicators those that came in."""
        if not self.indicators:
            return np.array(input_features, dtype=object)
        columns = zip(input_features, self.edges_, strict=True)
        return np.array([f"{name}_bin{i}" for name, edges in columns for i in range(len(edges) + 1)], dtype=object)


def _make(parameters: Mapping[str, Value]) -> Any:
    return Bins(**parameters)  # type: ignore[arg-type]


BINS = Transformer(
    "bins",
    "cuts numbers into intervals, so that a linear model may judge each by itself",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter("bins", "integer", 5, 2, 100, explanation="most intervals of a column"),
        Parameter(
            "edges",
            "choice",
            "quantile",
            choices=("quantile", "uniform"),
            explanation="intervals with equally many training rows, or equally wide ones",
        ),
        Parameter(
            "indicators", "boolean", True, explanation="a column of 0 and 1 for each interval, instead of its number"
        ),
    ),
    _make,
)
