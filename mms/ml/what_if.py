"""What each feature did to one answer, and which training rows are like the row that was asked about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mms.domain.tables import Column, ColumnType
from mms.ml.prediction import Predicted

BACKGROUND = 50
"""Training rows whose values stand in for one feature at a time, where the cost allows."""

FEWEST = 5
"""... and at least this many, so that a mean is one."""

CELLS = 4_000_000
"""Values that one question may send through the pipeline: at most, features x features x background rows."""

CHUNK = 2_000_000
"""Values in one frame: a pipeline takes its time for each call on a wide one, however few its rows."""


@dataclass(frozen=True, slots=True)
class Cost:
    """How many features are asked about, each with how many background rows."""

    features: int
    rows: int

    @property
    def predictions(self) -> int:
        """Rows that the pipeline answers."""
        return self.features * self.rows


def cost_of(features: int, rows: int) -> Cost:
    """What is affordable of `features` columns and a sample of `rows` training rows: values sent <= CELLS."""
    if not features or not rows:
        return Cost(0, 0)
    most = min(rows, BACKGROUND, max(FEWEST, CELLS // features**2))
    return Cost(min(features, max(1, CELLS // (features * most))), most)


def replaced_one_by_one(
    row: pd.DataFrame, background: pd.DataFrame, names: Sequence[str], output: Callable[[pd.DataFrame], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Effect and spread of each named feature, (names,): the row's output minus that with the feature's background
    values, mean and standard deviation over the background rows.

    This is the mean individual effect of replacing one feature (an ICE curve's values, Goldstein et al. 2015, weighed
    by how often they occur); unlike Shapley values it looks at no sets of features, and costs names x rows answers.
    row: (1, columns); background: (rows, columns), same columns and types. output: (n, columns) -> (n,).
    """
    own = float(output(row)[0])
    size = len(background)
    at_once = max(1, CHUNK // (size * row.shape[1]))
    effects, spreads = [], []
    for start in range(0, len(names), at_once):
        chunk = names[start : start + at_once]
        frame = row.loc[row.index.repeat(size * len(chunk))].reset_index(drop=True)
        for i, name in enumerate(chunk):
            where = slice(i * size, (i + 1) * size)
            column = frame[name].copy()
            column.iloc[where] = background[name].array
            frame[name] = column
        changed = own - output(frame).reshape(len(chunk), size)
        effects.append(changed.mean(axis=1))
        spreads.append(changed.std(axis=1))
    return np.concatenate(effects), np.concatenate(spreads)


def outputs(predicted: Predicted, class_index: int | None) -> np.ndarray:
    """What effects are measured on, (n,): the probability of one class, or the number."""
    if class_index is None:
        assert predicted.values is not None
        return predicted.values
    assert predicted.probabilities is not None
    return np.asarray(predicted.probabilities[:, class_index])


def distances(row: pd.DataFrame, rows: pd.DataFrame, columns: Sequence[Column]) -> np.ndarray:
    """How far each of `rows` lies from the one `row`, (rows,): root mean square over the columns.

    Numbers and times: in standard deviations of `rows` (a constant column: 0 where equal, else 1); others: 0 where
    equal, else 1. Missing on both sides: 0; on one: 1. Both frames hold the columns.
    """
    squares = np.zeros(len(rows))
    for column in columns:
        squares += _apart(row[column.name], rows[column.name], column.type) ** 2
    return np.asarray(np.sqrt(squares / max(1, len(columns))))


def _apart(one: pd.Series, many: pd.Series, kind: ColumnType) -> np.ndarray:
    if kind.is_numeric or kind is ColumnType.TIME:
        value, values = _numbers(one)[0], _numbers(many)
        known = values[~np.isnan(values)]
        scale = float(known.std()) if len(known) else 0.0
        apart = np.abs(values - value) / scale if scale else (values != value).astype(float)
        missing = np.isnan(values)
        is_missing = bool(np.isnan(value))
    else:
        texts = many.astype(object)
        missing, is_missing = many.isna().to_numpy(dtype=bool), bool(one.isna().iloc[0])
        apart = (texts != one.astype(object).iloc[0]).to_numpy(dtype=bool, na_value=True).astype(float)
    return np.asarray(np.where(missing | is_missing, (missing != is_missing).astype(float), apart))


def _numbers(series: pd.Series) -> np.ndarray:
    """Numbers as they are, times in days; NaN where missing."""
    if isinstance(series.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(series.dtype):
        series = (series - pd.Timestamp(0, tz=series.dt.tz)) / pd.Timedelta(days=1)
    return np.asarray(series.to_numpy(dtype=float, na_value=np.nan))
