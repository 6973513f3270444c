"""Error slices: rules over features under which a model errs most, found by a shallow tree on "was wrong"."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeRegressor

from mms.domain.diagnostics import Parameters
from mms.domain.segments import conditions_to_json, rule_words
from mms.domain.tables import Column, ColumnType, Condition, Operator
from mms.ml.diagnostics.ground import Ground, Tables
from mms.ml.segments import rows_in
from mms.monitoring.bands import Z95, wilson

DEPTH = 3
"""Conditions a rule has at most: more nobody remembers."""

LEAST_ROWS, LEAST_SHARE = 30, 0.02
"""A slice holds at least so many rows, and this share of them."""

MOST_VALUES = 20
"""Values of a column that a rule may name: its most frequent ones."""

MOST_SLICES = 8


@dataclass(frozen=True, slots=True)
class _Asking:
    """One column of the tree's matrix, and the conditions on either side of a cut through it. values: (n,) float."""

    column: Column
    values: np.ndarray
    value: Any = None
    origin: pd.Timestamp | None = None

    def condition(self, cut: float, *, below: bool) -> Condition:
        """What holds of the rows on one side."""
        name = self.column.name
        if self.value is _MISSING:
            return Condition(name, Operator.NOT_NULL if below else Operator.IS_NULL)
        if self.value is not None:
            return Condition(name, Operator.NE if below else Operator.EQ, self.value)
        return Condition(name, Operator.LE if below else Operator.GT, self._readable(cut))

    def _readable(self, cut: float) -> Any:
        """The cut as people write it, as round as it may be and still part the rows alike: whole numbers or hours, four
        digits.
        """
        if self.origin is not None:
            origin, day = self.origin, pd.Timedelta(days=1)
            moment = origin + cut * day
            rounded = (moment.round(step) for step in ("h", "min", "s"))
            alike = (one for one in rounded if self._parts_alike((one - origin) / day, cut))
            return next(alike, moment.round("us")).isoformat()
        if self.column.type is ColumnType.INTEGER:
            return int(np.floor(cut))
        shorter = (float(f"{cut:.{digits}g}") for digits in range(4, 17))
        return next((one for one in shorter if self._parts_alike(one, cut)), cut)

    def _parts_alike(self, one: float, other: float) -> bool:
        return bool(((self.values <= one) == (self.values <= other)).all())


_MISSING = object()


def made(ground: Ground, _parameters: Parameters) -> Tables:
    """The tables of `error_slices`."""
    return error_slices(ground.instances.features, ground.instances.columns, ground.oof)


def error_slices(features: pd.DataFrame, columns: Sequence[Column], oof: pd.DataFrame) -> Tables:
    """Where a model errs most. features: a snapshot's rows; oof: as `out_of_fold` gives them, of these rows.

    The tree grows on the rows of every other fold; what its rules hold is counted on the others, so that no rule is
    praised for the luck it was found by. Error is 0 or 1 of classes, the size of the residual of numbers.
    slices: rule (words), conditions (JSON), n, error (mean), low, high (95 %: Wilson, or mean ± 1.96 se), share (of all
    error), worst first. overall: n, error. Both of the counted rows.
    """
    error = errors_of(oof)
    grown = oof["fold"].to_numpy() % 2 == 0
    frame = features.iloc[oof["row"].to_numpy()].reset_index(drop=True)
    counted, told = frame[~grown], error[~grown]
    overall = pd.DataFrame({"n": [len(told)], "error": [float(told.mean()) if len(told) else np.nan]})
    least = max(LEAST_ROWS, int(LEAST_SHARE * grown.sum()))
    rules = grown_rules(frame[grown], columns, error[grown], least) if grown.any() else []
    rows = [_row(rule, told[rows_in(counted, rule)], told) for rule in rules]
    names = ["rule", "conditions", "n", "error", "low", "high", "share"]
    slices = pd.DataFrame([row for row in rows if row["n"] >= LEAST_ROWS], columns=names)
    slices = slices.sort_values(["error", "n"], ascending=False, kind="stable", ignore_index=True)
    return {"slices": slices.head(MOST_SLICES), "overall": overall}


def errors_of(oof: pd.DataFrame) -> np.ndarray:
    """How wrong each out-of-fold row is, (n,) float: 0 or 1 of classes, the size of the residual of numbers."""
    if "label" in oof.columns:
        return (oof["label"].astype(str) != oof["truth"].astype(str)).to_numpy(dtype=np.float64)
    error: np.ndarray = np.abs(oof["value"].to_numpy(np.float64) - oof["truth"].to_numpy(np.float64))
    return error


def _row(rule: tuple[Condition, ...], inside: np.ndarray, told: np.ndarray) -> Mapping[str, Any]:
    n, total = len(inside), float(told.sum())
    error = float(inside.mean()) if n else np.nan
    if not n:
        low = high = np.nan
    elif np.isin(told, (0.0, 1.0)).all():
        low, high = (float(end) for end in wilson(float(inside.sum()), n))
    else:
        reach = Z95 * float(inside.std(ddof=1)) / np.sqrt(n) if n > 1 else np.nan
        low, high = error - reach, error + reach
    share = float(inside.sum()) / total if total else 0.0
    conditions = json.dumps(conditions_to_json(rule))
    return {
        "rule": rule_words(rule), "conditions": conditions, "n": n, "error": error, "low": low, "high": high,
        "share": share,
    }  # fmt: skip


def _askings(frame: pd.DataFrame, columns: Sequence[Column]) -> list[_Asking]:
    return [asking for column in columns for asking in _of_column(column, frame[column.name])]


def _of_column(column: Column, series: pd.Series) -> list[_Asking]:
    """What a tree may ask of a column; of texts only whether there is one."""
    missing = series.isna().to_numpy()
    found = []
    if missing.any() and not missing.all():
        found.append(_Asking(column, missing.astype(np.float64), _MISSING))
    if missing.all():
        return found
    if column.type.is_numeric:
        numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
        found.append(_Asking(column, np.where(missing, np.nanmedian(numbers), numbers)))
    elif column.type is ColumnType.TIME:
        origin = series.min()
        days = ((series - origin) / pd.Timedelta(days=1)).to_numpy(dtype=np.float64)
        found.append(_Asking(column, np.where(missing, np.nanmedian(days), days), origin=origin))
    elif column.type is not ColumnType.TEXT:
        frequent = series.value_counts().index[:MOST_VALUES].tolist()
        found += [_Asking(column, (series == v).fillna(False).to_numpy(dtype=np.float64), v) for v in frequent]
    return found


def grown_rules(
    frame: pd.DataFrame, columns: Sequence[Column], error: np.ndarray, least: int
) -> list[tuple[Condition, ...]]:
    """The leaves of a shallow tree on `error` as conditions; none where no cut helps.

    frame: (n,) typed rows; error: (n,), or (n, k) to tell apart by k things at once; least: rows a leaf has.
    """
    askings = _askings(frame, columns)
    if not askings or np.ptp(error) == 0:
        return []
    matrix = np.column_stack([asking.values for asking in askings])
    tree = DecisionTreeRegressor(max_depth=DEPTH, min_samples_leaf=least, random_state=0).fit(matrix, error).tree_
    found: list[tuple[Condition, ...]] = []

    def walk(node: int, path: tuple[Condition, ...]) -> None:
        if tree.children_left[node] < 0:
            found.append(_short(path))
            return
        asking, cut = askings[tree.feature[node]], float(tree.threshold[node])
        walk(tree.children_left[node], (*path, asking.condition(cut, below=True)))
        walk(tree.children_right[node], (*path, asking.condition(cut, below=False)))

    walk(0, ())
    return [rule for rule in found if rule]


def _short(path: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The conditions without those that later ones make needless."""
    named = {c.column for c in path if c.operator is Operator.EQ}
    kept: dict[tuple[Any, ...], Condition] = {}
    for condition in path:
        if condition.operator is Operator.NE:
            if condition.column not in named:
                kept[condition.column, condition.operator, condition.value] = condition
            continue
        kept[condition.column, condition.operator] = condition
    return tuple(kept.values())
