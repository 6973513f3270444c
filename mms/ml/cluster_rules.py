"""A cluster as a rule: the path of a shallow tree that tells its rows from the others, as conditions on columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from mms.domain.clusterings import Rule
from mms.domain.tables import Column, ColumnType, Condition, Operator
from mms.ml.segments import rows_in

DEPTH = 4
"""Longest path, so a rule has at most so many conditions."""

SEEN = 20_000
"""Rows the tree learns from."""

VALUES = 30
"""Most frequent values of a category that a rule may name."""


@dataclass(frozen=True, slots=True)
class _Test:
    """One input of the tree: a number as it is, or whether (1.0, 0.0) a category has a value, or a value is missing."""

    column: Column
    value: Any = None
    missing: bool = False

    def condition(self, threshold: float, *, above: bool) -> Condition:
        """What a split at the threshold says of rows on one side."""
        name, kind = self.column.name, self.column.type
        if self.missing:
            return Condition(name, Operator.IS_NULL if above else Operator.NOT_NULL)
        if not kind.is_numeric:
            return Condition(name, Operator.EQ if above else Operator.NE, self.value)
        bound = floor(threshold) if kind is ColumnType.INTEGER else float(f"{threshold:.4g}")
        return Condition(name, Operator.GT if above else Operator.LE, bound)


def rule_for(columns: Sequence[Column], frame: pd.DataFrame, inside: np.ndarray) -> Rule | None:
    """The conditions with the best balance (F1) of rows covered and purity; None without a column to tell by.

    Measured as a segment selects: on all rows, a missing value meets no comparison. inside: bool (rows,).
    """
    chosen = np.arange(len(frame)) % max(1, len(frame) // SEEN) == 0
    tests, inputs = _inputs(columns, frame[chosen])
    if not tests or inside[chosen].all() or not inside[chosen].any():
        return None
    smallest = max(2, int(inside[chosen].sum() // 20))
    tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=smallest, class_weight="balanced", random_state=0)
    tree.fit(inputs, inside[chosen])
    paths = [said for path in _paths(tree.tree_, tests) for said in (path, _of_missing(path))]
    rules = [_measured(path, frame, inside) for path in dict.fromkeys(paths)]
    return max((rule for rule in rules if rule.covered), key=_balance, default=None)


def _inputs(columns: Sequence[Column], frame: pd.DataFrame) -> tuple[list[_Test], np.ndarray]:
    tests: list[_Test] = []
    arrays: list[np.ndarray] = []
    for column in columns:
        series = frame[column.name]
        if series.isna().any():
            tests.append(_Test(column, missing=True))
            arrays.append(series.isna().to_numpy(dtype=np.float64))
        if column.type.is_numeric:
            values = series.astype("float64")
            tests.append(_Test(column))
            arrays.append(values.fillna(values.median()).fillna(0.0).to_numpy())
        elif column.type in (ColumnType.CATEGORY, ColumnType.BOOLEAN):
            for value in series.value_counts().head(VALUES).index:
                tests.append(_Test(column, bool(value) if column.type is ColumnType.BOOLEAN else str(value)))
                arrays.append((series == value).fillna(False).to_numpy(dtype=np.float64))
    return tests, np.column_stack(arrays) if arrays else np.empty((len(frame), 0))


def _paths(
    tree: Any, tests: Sequence[_Test], node: int = 0, so_far: tuple[Condition, ...] = ()
) -> Iterator[tuple[Condition, ...]]:
    """The conditions that lead to each node below the root."""
    if so_far:
        yield so_far
    if tree.children_left[node] == tree.children_right[node]:
        return
    test, threshold = tests[tree.feature[node]], float(tree.threshold[node])
    for child, above in ((tree.children_left[node], False), (tree.children_right[node], True)):
        yield from _paths(tree, tests, child, _tightened(so_far, test.condition(threshold, above=above)))


def _tightened(conditions: tuple[Condition, ...], further: Condition) -> tuple[Condition, ...]:
    """With one more condition; it replaces what it makes superfluous: a wider bound, or other values that are not."""
    same_bound = further.operator in (Operator.GT, Operator.LE)
    kept = tuple(
        one
        for one in conditions
        if one.column != further.column
        or not (one.operator is further.operator and same_bound)
        and not (further.operator is Operator.EQ and one.operator is Operator.NE)
    )
    return (*kept, further)


def _of_missing(path: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The same with 'is null' for '!=': to the tree a missing value differs from others, to a segment it does not."""
    missing = (Condition(one.column, Operator.IS_NULL) if one.operator is Operator.NE else one for one in path)
    return tuple(dict.fromkeys(missing))


def _measured(conditions: tuple[Condition, ...], frame: pd.DataFrame, inside: np.ndarray) -> Rule:
    met = rows_in(frame, conditions)
    both = float((met & inside).sum())
    return Rule(conditions, both / float(inside.sum()), both / float(met.sum()) if met.any() else 0.0)


def _balance(rule: Rule) -> tuple[float, int]:
    total = rule.covered + rule.pure
    return round(2 * rule.covered * rule.pure / total, 3) if total else 0.0, -len(rule.conditions)
