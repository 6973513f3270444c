"""What stands between a recipe's branches and what follows: values that are still missing."""

from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin


class Fill(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Fills what is missing. all: with the medians of the training rows, implicit zeros counted; a column without a
    single training value is filled with zeros. Without `all` only such columns are: histogram boosting cannot bin them.
    """

    def __init__(self, all: bool) -> None:
        self.all = all

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn what to fill in. X: (n, features), dense or CSR."""
        self.n_features_in_ = X.shape[1]
        self.values_ = _sparse_medians(X) if sparse.issparse(X) else _medians(X)
        if not self.all:
            empty = np.zeros(X.shape[1], bool) if sparse.issparse(X) else np.isnan(X).all(axis=0)
            self.values_ = np.where(empty, 0.0, np.nan)
        return self

    def transform(self, X: Any) -> Any:
        """(n, features) to the same shape; the same matrix where nothing is missing."""
        gaps = np.isnan(X.data if sparse.issparse(X) else X)
        if not gaps.any():
            return X
        filled = X.copy()
        if sparse.issparse(X):
            filled.data[gaps] = self.values_[X.indices[gaps]]
        else:
            filled[gaps] = self.values_[np.nonzero(gaps)[1]]
        return filled

    def get_feature_names_out(self, input_features: Any) -> Any:
        """The names that came in."""
        return input_features


def _medians(X: np.ndarray) -> np.ndarray:
    gaps = np.isnan(X)
    if not gaps.any():
        return np.asarray(np.median(X, axis=0))
    empty = gaps.all(axis=0)
    values = np.zeros(X.shape[1])
    values[~empty] = np.nanmedian(X[:, ~empty], axis=0)
    return values


def _sparse_medians(X: sparse.csr_matrix) -> np.ndarray:
    """Zero where fewer than half of a column's values are stored, as almost everywhere."""
    values = np.zeros(X.shape[1])
    known = np.bincount(X.indices, minlength=X.shape[1])
    for column in np.flatnonzero(2 * known >= X.shape[0]):
        values[column] = _medians(X[:, [column]].toarray())[0]
    return values
