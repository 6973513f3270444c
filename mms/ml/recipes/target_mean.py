"""Categories by what the target is among their rows."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import TargetEncoder

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.target import coded
from mms.ml.recipes.transformer import Kind, Transformer

_PARTS = 5


class TargetMeans(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """scikit-learn's TargetEncoder, for any target: the share of each class, or the mean, drawn to that of all rows.

    `fit_transform` encodes a training row by the rows of other parts only (5 parts, dealt with a fixed seed, by class
    where every class is in all): its own target never reaches its features. Unseen categories get the mean of all rows.
    """

    def __init__(self, smooth: float | None) -> None:
        self.smooth = smooth

    def fit(self, X: pd.DataFrame, y: Any) -> Self:
        """Learn the means from all rows. y: (n,) labels as text, or numbers."""
        values, kind = self._prepared(X, y)
        self.encoder_ = self._encoder(values, kind).fit(X, values)
        return self

    def fit_transform(self, X: pd.DataFrame, y: Any, **_: Any) -> np.ndarray:
        """Learn the means, and encode each training row by those of other rows."""
        values, kind = self._prepared(X, y)
        self.encoder_ = self._encoder(values, kind)
        return np.asarray(self.encoder_.fit_transform(X, values))

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """(n, categories) to the same shape, or for more than two classes to (n, categories x classes)."""
        return np.asarray(self.encoder_.transform(X))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names such as 'city_mean', or 'city_mean_red' for each of more than two classes."""
        names = [f"{name}_mean" for name in self.feature_names_in_]
        if self.labels_ is not None and len(self.labels_) > 2:
            names = [f"{name}_{label}" for name in names for label in self.labels_]
        return np.array(names, dtype=object)

    def _prepared(self, X: pd.DataFrame, y: Any) -> tuple[np.ndarray, str]:
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        values, self.labels_ = coded(y)
        if self.labels_ is None:
            return values, "continuous"
        return values, "binary" if len(self.labels_) <= 2 else "multiclass"

    def _encoder(self, values: np.ndarray, kind: str) -> TargetEncoder:
        parts = min(_PARTS, len(values))
        is_dealt_by_class = kind != "continuous" and np.bincount(values).min() >= parts
        deal = StratifiedKFold if is_dealt_by_class else KFold
        smooth = "auto" if self.smooth is None else self.smooth
        return TargetEncoder(target_type=kind, smooth=smooth, cv=deal(parts, shuffle=True, random_state=0))


def _make(parameters: Mapping[str, Value]) -> Any:
    return TargetMeans(**parameters)  # type: ignore[arg-type]


TARGET_MEAN = Transformer(
    "target_mean",
    "replaces a category by the mean target of its rows (target encoding), without a row's own target: for many "
    "categories",
    frozenset({Kind.CATEGORIES}),
    Kind.NUMBERS,
    (
        Parameter(
            "smooth",
            "number",
            None,
            0.0,
            10_000.0,
            optional=True,
            explanation="how many rows' worth the mean of all rows weighs against a category's own; none: by the data",
        ),
    ),
    _make,
    cross_fitted=True,
)
