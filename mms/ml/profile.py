"""A snapshot in numbers, with warnings for columns that look like an identifier or like the answer."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from mms.domain.projects import Task
from mms.domain.snapshots import ColumnProfile, Profile
from mms.domain.tables import DTYPES, Column, ColumnType

_TOP = 10
_UNIQUE_SHARE = 0.95
_ANSWER = 0.99
_LEAVES = 8
_COMMON = 5
"""Texts that stand in fewer rows are tried as one: each alone would know its own answer."""

_ROWS = 20_000
"""Rows on which a column is tried as the answer."""


def profile(features: pd.DataFrame, columns: Sequence[Column], target: pd.Series, task: Task) -> Profile:
    """Counts, ranges, most frequent values and warnings of every column.

    features: (rows, columns); target: (rows,) without missing values. The order of the rows does not matter.
    """
    described = tuple(_described(features[c.name].astype(DTYPES[c.type]), c, target, task) for c in columns)
    if task.is_classification:
        counts = target.astype("str").value_counts()
        return Profile(described, {str(label): int(counts[label]) for label in sorted(counts.index)})
    numbers = np.sort(target.to_numpy(dtype=float))  # a sum depends on the order of its terms
    return Profile(described, {}, float(numbers.mean()), float(numbers.std()))


def _described(series: pd.Series, column: Column, target: pd.Series, task: Task) -> ColumnProfile:
    known = series.dropna()
    distinct = int(known.nunique())
    summary = ColumnProfile(
        name=column.name,
        type=column.type.value,
        missing=len(series) - len(known),
        distinct=distinct,
        top=() if column.type in (ColumnType.NUMBER, ColumnType.TIME) else _most_frequent(known, column.type),
        warning=_warning(series, column, distinct, target, task),
    )
    if not column.type.is_numeric or known.empty:
        return summary
    numbers = np.sort(known.to_numpy(dtype=float))
    ends = {"minimum": float(numbers[0]), "maximum": float(numbers[-1]), "mean": float(numbers.mean())}
    return ColumnProfile(**{**{name: getattr(summary, name) for name in summary.__slots__}, **ends})


def _most_frequent(known: pd.Series, type_: ColumnType) -> tuple[tuple[str, int], ...]:
    """Most frequent first; equally frequent ones in the order of their texts."""
    counts = known.astype("str").value_counts()
    if type_ is ColumnType.BOOLEAN:
        counts.index = counts.index.str.lower()
    leading = counts[counts >= counts.iloc[min(_TOP, len(counts)) - 1]] if len(counts) else counts
    ranked = sorted(((str(text), int(count)) for text, count in leading.items()), key=lambda pair: (-pair[1], pair[0]))
    return tuple(ranked[:_TOP])


def _warning(series: pd.Series, column: Column, distinct: int, target: pd.Series, task: Task) -> str | None:
    rows = len(series)
    named = column.type in (ColumnType.INTEGER, ColumnType.CATEGORY)
    if named and rows >= 30 and distinct > _UNIQUE_SHARE * rows:
        return (
            f"'{column.name}' looks like an identifier: {distinct:,} different values in {rows:,} rows. "
            "A model can only learn it by heart; leave it out of the features."
        )
    if distinct > 1 and rows >= 30 and _answers(series, column, target, task):
        return (
            f"'{column.name}' looks like the answer: alone it predicts the target almost perfectly. "
            "Leave it out unless it is truly known before the prediction."
        )
    return None


def _answers(series: pd.Series, column: Column, target: pd.Series, task: Task) -> bool:
    """Whether a tree of 8 leaves on this column alone is almost always right: the worst class recalled, or R2."""
    values = _as_number(series, column.type, target, task)
    if len(values) > _ROWS:
        order = np.lexsort((target.astype("str").to_numpy(dtype=object).astype("U"), values))
        chosen = order[np.linspace(0, len(values) - 1, _ROWS).astype(int)]
        values, target = values[chosen], target.iloc[chosen]
    x = values.reshape(-1, 1)
    if not task.is_classification:
        tree = DecisionTreeRegressor(max_leaf_nodes=_LEAVES * 8, min_samples_leaf=5, random_state=0)
        return bool(tree.fit(x, target.to_numpy(dtype=float)).score(x, target.to_numpy(dtype=float)) > _ANSWER)
    labels = target.astype("str").to_numpy(dtype=object)
    tree = DecisionTreeClassifier(max_leaf_nodes=_LEAVES, min_samples_leaf=2, random_state=0, class_weight="balanced")
    said = tree.fit(x, labels).predict(x)
    return bool(min(np.mean(said[labels == label] == label) for label in np.unique(labels)) > _ANSWER)


def _as_number(series: pd.Series, type_: ColumnType, target: pd.Series, task: Task) -> np.ndarray:
    """The column as numbers a tree can cut; missing ones lie below all others."""
    if type_ is ColumnType.TIME:
        moments = series.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
        numbers: np.ndarray = moments.astype("int64").astype(float)
        return np.asarray(np.where(np.isnat(moments), numbers[~np.isnat(moments)].min() - 1, numbers))
    if not type_.is_words:
        numbers = series.to_numpy(dtype=float, na_value=np.nan)
        return np.where(np.isnan(numbers), np.nanmin(numbers) - 1, numbers)
    ranks = _class_ranks(target) if task.is_classification else target.astype("float64")
    words = series.fillna("").to_numpy(dtype=object)
    outcome = pd.Series(ranks.to_numpy(), index=words).groupby(level=0)
    tried = outcome.transform("median").where(outcome.transform("size") >= _COMMON, -1.0)
    return np.asarray(tried, dtype=float)


def _class_ranks(target: pd.Series) -> pd.Series:
    labels = target.astype("str")
    return labels.map({label: rank for rank, label in enumerate(sorted(labels.unique()))}).astype("float64")
