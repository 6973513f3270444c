"""Times as parts of the calendar, plain or as points on a circle."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.transformer import Kind, Transformer

_PARTS: Mapping[str, Callable[[Any], pd.Series]] = {
    "hour": lambda t: t.dt.hour + t.dt.minute / 60,
    "weekday": lambda t: t.dt.day_of_week,
    "weekend": lambda t: (t.dt.day_of_week >= 5).where(t.notna()),
    "day": lambda t: t.dt.day,
    "month": lambda t: t.dt.month,
    "year_day": lambda t: t.dt.day_of_year,
    "year": lambda t: t.dt.year,
}
_PERIODS = {"hour": 24.0, "weekday": 7.0, "day": 30.4375, "month": 12.0, "year_day": 365.25}


class Calendar(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Times (UTC) as numbers: the chosen parts of the calendar, or their sine and cosine. A missing time gives NaN."""

    def __init__(self, parts: tuple[str, ...], cycles: bool) -> None:
        self.parts = parts
        self.cycles = cycles

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Remember the columns' names."""
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """(n, times) to (n, times x features a time)."""
        columns = [self._part(X[name], part) for name in self.feature_names_in_ for part in self.parts]
        return np.hstack(columns) if columns else np.empty((len(X), 0))

    def _part(self, times: pd.Series, part: str) -> np.ndarray:
        values = _PARTS[part](times).to_numpy(dtype=np.float64, na_value=np.nan)
        if not (self.cycles and part in _PERIODS):
            return np.asarray(values[:, None])
        angle = 2 * np.pi * values / _PERIODS[part]
        return np.column_stack([np.sin(angle), np.cos(angle)])

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names such as 'departure_hour' or 'departure_hour_sin'."""
        return np.array(
            [
                f"{name}_{part}{suffix}"
                for name in self.feature_names_in_
                for part in self.parts
                for suffix in (("_sin", "_cos") if self.cycles and part in _PERIODS else ("",))
            ],
            dtype=object,
        )


def _make(parameters: Mapping[str, Value]) -> Any:
    return Calendar(tuple(part for part in _PARTS if parameters[part]), bool(parameters["cycles"]))


CALENDAR = Transformer(
    "calendar",
    "takes a time apart into parts of the calendar (UTC)",
    frozenset({Kind.TIMES}),
    Kind.NUMBERS,
    (
        Parameter("hour", "boolean", True, explanation="the hour of the day, with minutes as a fraction"),
        Parameter("weekday", "boolean", True, explanation="the day of the week, Monday is 0"),
        Parameter("weekend", "boolean", False, explanation="1 on Saturday and Sunday"),
        Parameter("day", "boolean", False, explanation="the day of the month"),
        Parameter("month", "boolean", True, explanation="the month"),
        Parameter("year_day", "boolean", False, explanation="the day of the year"),
        Parameter("year", "boolean", False, explanation="the year"),
        Parameter(
            "cycles",
            "boolean",
            False,
            explanation="as points on a circle (sine and cosine), so that midnight lies beside 23:59",
        ),
    ),
    _make,
    rowwise=True,
)
