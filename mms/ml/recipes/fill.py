"""What stands between a recipe and an algorithm that takes missing values: columns that hold nothing else."""

from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin


class FillEmpty(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Zeros for columns without a single training value: histogram boosting cannot bin them. Others pass unchanged."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the empty columns. X: (n, features), dense or sparse."""
        self.n_features_in_ = X.shape[1]
        self.empty_ = np.array([], dtype=np.int64) if sparse.issparse(X) else np.flatnonzero(np.isnan(X).all(axis=0))
        return self

    def transform(self, X: Any) -> Any:
        """(n, features) to the same shape."""
        if not len(self.empty_):
            return X
        filled = X.copy()
        filled[:, self.empty_] = 0.0
        return filled

    def get_feature_names_out(self, input_features: Any) -> Any:
        """The names that came in."""
        return input_features
