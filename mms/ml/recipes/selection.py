"""Features kept by a score: what the steps that choose among features share."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from mms.ml.recipes.fill import Fill


class Selection(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Keeps features as they are, missing values too; they are judged with these filled by medians.

    A kind of selection says by `_worth` what each feature is worth, and by `_enough` which worth is enough. The best
    feature always stays.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Choose. X: (n, features), dense or CSR; y: (n,) labels as text, or numbers."""
        self.n_features_in_ = X.shape[1]
        worth = np.nan_to_num(self._worth(Fill(all=True).fit_transform(X), y), nan=-np.inf, posinf=np.inf)
        self.kept_ = self._enough(worth)
        if len(worth):
            self.kept_[np.argmax(worth)] = True
        return self

    def transform(self, X: Any) -> Any:
        """(n, features) to (n, features kept)."""
        return X[:, np.flatnonzero(self.kept_)]

    def get_feature_names_out(self, input_features: Any) -> np.ndarray:
        """The names of those kept."""
        return np.asarray(np.array(input_features, dtype=object)[self.kept_])

    def _worth(self, X: Any, y: Any) -> np.ndarray:
        """(features,) float, greater is better; NaN is worst. X: nothing missing."""
        raise NotImplementedError

    def _enough(self, worth: np.ndarray) -> np.ndarray:
        """(features,) bool."""
        raise NotImplementedError


def best(worth: np.ndarray, most: int) -> np.ndarray:
    """(features,) bool: the best ones, of equal ones the first."""
    kept = np.zeros(len(worth), dtype=bool)
    kept[np.argsort(-worth, kind="stable")[:most]] = True
    return kept


def spread(X: Any) -> np.ndarray:
    """(features,) largest minus smallest value."""
    if isinstance(X, np.ndarray):
        return np.asarray(np.ptp(X, axis=0))
    return np.asarray((X.max(axis=0) - X.min(axis=0)).toarray().ravel())
