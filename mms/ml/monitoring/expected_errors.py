"""Which error to expect of an answer: learnt from out-of-fold rows, from the features and the answer itself (DLE)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import RegressorMixin
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.preprocessing import OrdinalEncoder

from mms.domain.tables import Column, ColumnType
from mms.ml.threads import one_thread
from mms.monitoring.estimated import ExpectedErrors

MOST_ROWS = 20_000
"""Rows it learns from, at most."""

LEAST_ROWS = 100

_CODED = frozenset({ColumnType.CATEGORY, ColumnType.BOOLEAN})


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """What expects an error. columns: the inputs it looks at, in order; texts say nothing to it.

    encoder: of categories; absolute, squared: what expects |e| and e^2.
    """

    columns: tuple[Column, ...]
    encoder: OrdinalEncoder
    absolute: RegressorMixin
    squared: RegressorMixin

    def expected(self, frame: pd.DataFrame, values: np.ndarray) -> np.ndarray:
        """(N, 2) the absolute and the squared error to expect. frame: (N,) typed inputs; values: (N,) answers."""
        matrix = _matrix(frame, self.columns, self.encoder, values)
        with one_thread():
            both = np.column_stack([self.absolute.predict(matrix), self.squared.predict(matrix)])
        expected: np.ndarray = np.maximum(0.0, both)
        return expected


def learnt(
    frame: pd.DataFrame, columns: Sequence[Column], values: np.ndarray, truth: np.ndarray
) -> tuple[ErrorModel, ExpectedErrors]:
    """Learn the errors of out-of-fold answers, and by how much they scatter about what is expected of rows not learnt
    from. frame: (N,) typed inputs, at least LEAST_ROWS; values, truth: (N,)."""
    rows = np.random.default_rng(0).permutation(len(frame))[:MOST_ROWS]
    frame, values, truth = frame.iloc[rows].reset_index(drop=True), values[rows], truth[rows]
    looked_at = tuple(column for column in columns if column.type is not ColumnType.TEXT)
    coded = [column.name for column in looked_at if column.type in _CODED]
    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan, max_categories=50
    ).fit(_words(frame, coded))
    matrix = _matrix(frame, looked_at, encoder, values)
    absolute = np.abs(values - truth)
    folds = KFold(5, shuffle=True, random_state=0)

    def fitted(error: np.ndarray) -> tuple[RegressorMixin, float]:
        model = HistGradientBoostingRegressor(max_iter=60, min_samples_leaf=30, early_stopping=False, random_state=0)
        off = error - np.maximum(0.0, cross_val_predict(model, matrix, error, cv=folds))
        return model.fit(matrix, error), float(np.sqrt(np.mean(off**2)))

    with one_thread():
        (first, spread_absolute), (second, spread_squared) = fitted(absolute), fitted(absolute**2)
    expected = ExpectedErrors(spread_absolute, spread_squared, len(values))
    return ErrorModel(looked_at, encoder, first, second), expected


def _matrix(frame: pd.DataFrame, columns: Sequence[Column], encoder: OrdinalEncoder, values: np.ndarray) -> np.ndarray:
    """(N, columns + 1) numbers, NaN where nothing is known; the answer is the last."""
    coded = [column.name for column in columns if column.type in _CODED]
    codes = dict(zip(coded, encoder.transform(_words(frame, coded)).T, strict=True)) if coded else {}
    found = [codes[c.name] if c.name in codes else _numbers(frame[c.name], c.type) for c in columns]
    return np.column_stack([*found, values]).astype(np.float64)


def _words(frame: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """(N, names) texts, None where nothing is known; one empty column where there are none."""
    if not names:
        return np.full((len(frame), 1), "", object)
    words: np.ndarray = frame[list(names)].astype(object).where(frame[list(names)].notna(), None).to_numpy(dtype=object)
    texts: np.ndarray = np.vectorize(lambda word: None if word is None else str(word), otypes=[object])(words)
    return texts


def _numbers(series: pd.Series, kind: ColumnType) -> np.ndarray:
    if kind is ColumnType.TIME:
        days = (series - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)
        return days.to_numpy(dtype=np.float64, na_value=np.nan)
    return series.to_numpy(dtype=np.float64, na_value=np.nan)
