"""Which rows belong to a segment: the meaning that the store's filter has, on a frame."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mms.domain.errors import Invalid
from mms.domain.tables import COMPARISONS, Condition, Operator


def rows_in(frame: pd.DataFrame, conditions: Sequence[Condition]) -> np.ndarray:
    """Whether each row meets every condition: bool array of len(frame).

    As in SQL, a missing value meets no comparison, not even `!=`. frame: typed columns, as a snapshot holds them.
    Invalid when it lacks a column that is asked for.
    """
    inside = np.ones(len(frame), dtype=bool)
    for condition in conditions:
        if condition.column not in frame.columns:
            raise Invalid(
                f"These rows have no column '{condition.column}', by which the segment ({condition.words}) tells them "
                "apart: take a snapshot that holds it, or choose another segment."
            )
        inside &= _holds(frame[condition.column], condition)
    return inside


def _holds(series: pd.Series, condition: Condition) -> np.ndarray:
    known = series.notna().to_numpy()
    if condition.operator is Operator.IS_NULL:
        return ~known
    if condition.operator is Operator.NOT_NULL:
        return known
    if condition.operator is Operator.IN:
        met: pd.Series = series.isin([_comparable(series, value) for value in condition.value])
    else:
        met = COMPARISONS[condition.operator](series, _comparable(series, condition.value))
    holds: np.ndarray = known & met.fillna(False).to_numpy(dtype=bool)
    return holds


def _comparable(series: pd.Series, value: Any) -> Any:
    if not isinstance(series.dtype, pd.DatetimeTZDtype):
        return value
    moment = pd.Timestamp(value)
    return moment.tz_localize("UTC") if moment.tzinfo is None else moment
