"""Categories by how common they are."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.transformer import Kind, Transformer


class Frequencies(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """How often each category stands among the training rows; missing is one of them, an unseen one counts 0."""

    def __init__(self, measure: str) -> None:
        self.measure = measure

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Count the categories of each column."""
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        self.rows_ = len(X)
        self.counts_ = {name: X[name].value_counts(dropna=False).to_dict() for name in X.columns}
        self.missing_ = {name: int(X[name].isna().sum()) for name in X.columns}
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """(n, categories) to the same shape."""
        columns = [X[name].map(self.counts_[name]).where(X[name].notna(), self.missing_[name]) for name in X.columns]
        counts = np.column_stack([column.fillna(0).to_numpy(dtype=np.float64) for column in columns])
        return np.log1p(counts) if self.measure == "count" else counts / self.rows_


def _make(parameters: Mapping[str, Value]) -> Any:
    return Frequencies(**parameters)  # type: ignore[arg-type]


FREQUENCY = Transformer(
    "frequency",
    "replaces a category by how common it is among the training rows; an unseen one counts 0",
    frozenset({Kind.CATEGORIES}),
    Kind.NUMBERS,
    (
        Parameter(
            "measure",
            "choice",
            "share",
            choices=("share", "count"),
            explanation="share of the training rows, or their number on a logarithmic scale",
        ),
    ),
    _make,
)
