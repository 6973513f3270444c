"""The first step of every recipe: whatever pandas holds, as the few types the transformers expect."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from mms.domain.tables import Column, ColumnType
from mms.ml.recipes.transformer import Kind

KINDS = {
    ColumnType.INTEGER: Kind.NUMBERS,
    ColumnType.NUMBER: Kind.NUMBERS,
    ColumnType.BOOLEAN: Kind.NUMBERS,
    ColumnType.CATEGORY: Kind.CATEGORIES,
    ColumnType.TIME: Kind.TIMES,
    ColumnType.TEXT: Kind.TEXTS,
}
"""The kind in which a column of each type leaves this step."""


class Typed(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A frame's columns by name, in a fixed order, as numbers (float64, NaN), categories (str, NaN), times (UTC, NaT)
    and texts (str, empty where missing). None, NaN, pd.NA, NaT and infinite numbers are all missing."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Nothing to learn: types are declared, not seen."""
        self.n_features_in_ = len(self.columns)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """(n, any) to (n, columns)."""
        return pd.DataFrame({c.name: _converted(X[c.name], KINDS[c.type]) for c in self.columns}, index=X.index)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The columns' names."""
        return np.array([c.name for c in self.columns], dtype=object)


def _converted(series: pd.Series, kind: Kind) -> pd.Series:
    if kind is Kind.NUMBERS:
        return _numbers(series)
    if kind is Kind.TIMES:
        return pd.to_datetime(series, utc=True).dt.as_unit("us")
    missing: Any = np.nan if kind is Kind.CATEGORIES else ""
    values = series.to_numpy(dtype=object, na_value=missing)
    texts = [v if isinstance(v, str) else missing if pd.isna(v) else str(v) for v in values]
    return pd.Series(np.array(texts, dtype=object), index=series.index, dtype=object)


def _numbers(series: pd.Series) -> pd.Series:
    values = series.to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.Series(np.where(np.isfinite(values), values, np.nan), index=series.index)
