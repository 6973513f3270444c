"""Many words as few topics: the truncated singular value decomposition."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.pipeline import make_pipeline

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.fill import Fill
from mms.ml.recipes.transformer import Kind, Transformer


class Svd(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """scikit-learn's TruncatedSVD with no more components than rows or features; one feature stays as it is."""

    def __init__(self, components: int) -> None:
        self.components = components

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the components. X: (n, features), dense or CSR, none missing."""
        self.n_features_in_ = X.shape[1]
        self._n_features_out = min(self.components, *X.shape)
        if X.shape[1] > 1:
            with np.errstate(divide="ignore", invalid="ignore"):  # without any variance its shares are 0/0
                self.svd_ = TruncatedSVD(self._n_features_out, random_state=0).fit(X)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """(n, features) to a dense (n, components)."""
        if self.n_features_in_ > 1:
            return np.asarray(self.svd_.transform(X))
        return np.asarray(X.toarray() if sparse.issparse(X) else X)


def _make(parameters: Mapping[str, Value]) -> Any:
    return make_pipeline(Fill(all=True), Svd(**parameters))  # type: ignore[arg-type]


SVD = Transformer(
    "svd",
    "turns many words into few topics (latent semantic analysis); its matrix is no longer mostly zeros",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter(
            "components", "integer", 100, 1, 2000, scale="log", explanation="topics; fewer where there are fewer words"
        ),
    ),
    _make,
    takes_sparse=True,
    after=True,
    condenses=True,
)
