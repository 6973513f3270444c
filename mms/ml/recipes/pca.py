"""Many numbers as few: principal components."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.decomposition import PCA as Components
from sklearn.pipeline import make_pipeline

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.fill import Fill
from mms.ml.recipes.transformer import Kind, Transformer


class Pca(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """scikit-learn's PCA with no more components than rows or features.

    components: below 1 the share of variance to keep, from 1 on their number.
    """

    def __init__(self, components: float, whiten: bool) -> None:
        self.components = components
        self.whiten = whiten

    def fit(self, X: np.ndarray, y: Any = None) -> Self:
        """Learn the components. X: (n, features), none missing."""
        self.n_features_in_ = X.shape[1]
        wished = self.components if self.components < 1 else min(int(self.components), *X.shape)
        with np.errstate(divide="ignore", invalid="ignore"):  # without any variance its shares are 0/0
            self.pca_ = Components(wished, whiten=self.whiten, random_state=0).fit(X)
        self._n_features_out = self.pca_.n_components_
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """(n, features) to (n, components)."""
        return np.asarray(self.pca_.transform(X))


def _make(parameters: Mapping[str, Value]) -> Any:
    return make_pipeline(Fill(all=True), Pca(**parameters))  # type: ignore[arg-type]


PCA = Transformer(
    "pca",
    "turns many numbers that move together into few that do not (principal components); scale before",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter(
            "components",
            "number",
            0.95,
            0.01,
            10_000.0,
            explanation="below 1: the share of variance to keep; from 1 on: how many; fewer where there are fewer",
        ),
        Parameter("whiten", "boolean", False, explanation="give each component deviation 1"),
    ),
    _make,
    after=True,
)
