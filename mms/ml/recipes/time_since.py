"""Times as days: since a moment, and from one time to another."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.transformer import Kind, Transformer

_DAY = 86_400.0


class TimeSince(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Days (with fractions) since the oldest or the newest training value of each column, and between columns.

    A missing time gives NaN; a column without a training value is reckoned from 1970.
    """

    def __init__(self, reference: str | None, between: bool) -> None:
        self.reference = reference
        self.between = between

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Learn each column's moment."""
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        self.moments_ = {}
        for name in X.columns:
            known = X[name].dropna()
            moment = known.max() if self.reference == "newest" else known.min()
            self.moments_[name] = moment if len(known) else pd.Timestamp(0, tz="UTC")
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """(n, times) to (n, times and pairs)."""
        since = [_days(X[name] - self.moments_[name]) for name in self._since()]
        between = [_days(X[second] - X[first]) for first, second in self._pairs()]
        return np.column_stack([*since, *between])

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names such as 'booked_days' and 'booked_to_left_days'."""
        names = [f"{name}_days" for name in self._since()]
        return np.array([*names, *(f"{first}_to_{second}_days" for first, second in self._pairs())], dtype=object)

    def _since(self) -> list[str]:
        """Every column, unless pairs alone are wished and there are some."""
        return [] if self.reference is None and self._pairs() else list(self.feature_names_in_)

    def _pairs(self) -> list[tuple[str, str]]:
        return list(combinations(self.feature_names_in_, 2)) if self.between else []


def _days(spans: pd.Series) -> np.ndarray:
    return np.asarray(spans.dt.total_seconds().to_numpy(dtype=np.float64) / _DAY)


def _make(parameters: Mapping[str, Value]) -> Any:
    return TimeSince(**parameters)  # type: ignore[arg-type]


TIME_SINCE = Transformer(
    "time_since",
    "reckons times as days since a moment, and as days from one time to another of the same row",
    frozenset({Kind.TIMES}),
    Kind.NUMBERS,
    (
        Parameter(
            "reference",
            "choice",
            "oldest",
            choices=("oldest", "newest"),
            optional=True,
            explanation="days since the oldest or the newest time of the training rows; none: pairs alone",
        ),
        Parameter("between", "boolean", True, explanation="days from each time column to each other one"),
    ),
    _make,
)
