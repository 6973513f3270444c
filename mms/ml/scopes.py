"""The rows of a scope, and folds restricted to them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mms.domain.predictions import entity_text
from mms.domain.projects import Task
from mms.domain.scopes import Scope, ScopeKind
from mms.domain.tables import Condition
from mms.ml.folds import MINIMUM_ROWS, Split
from mms.ml.segments import rows_in


def scope_rows(
    frame: pd.DataFrame, scope: Scope, entity_key: Sequence[str], rule: Sequence[Condition] = ()
) -> np.ndarray:
    """Which rows of a snapshot lie in a scope, bool, shape (rows,). rule: of a segment.

    A group is compared as text, as it is when a question is answered; a missing value lies in no group.
    """
    if scope.kind is ScopeKind.GLOBAL:
        return np.ones(len(frame), dtype=bool)
    if scope.kind is ScopeKind.SEGMENT:
        return rows_in(frame, rule)
    if scope.kind is ScopeKind.GROUP:
        inside: np.ndarray = texts(frame[scope.column]) == scope.value
        return inside
    key = frame[list(entity_key)].astype(object)
    return np.array([entity_text(values) == scope.value for values in key.itertuples(index=False)], dtype=bool)


def texts(series: pd.Series) -> np.ndarray:
    """Each value as the text that a scope key holds; None where it is missing. (rows,) object."""
    values = series.astype(object)
    return values.map(str, na_action="ignore").where(values.notna(), None).to_numpy(dtype=object)


def within(folds: Sequence[Split], inside: np.ndarray) -> tuple[Split, ...]:
    """The same folds, of the rows inside only. inside: bool, (rows,)."""
    return tuple(
        Split(fold.fold, fold.train[inside[fold.train]], fold.validate[inside[fold.validate]]) for fold in folds
    )


def too_few(folds: Sequence[Split], rows: np.ndarray, target: pd.Series, task: Task) -> str | None:
    """Why these rows of a scope cannot be learnt from, as a clause; None where they can.

    folds: already restricted to the scope. rows: positions of the scope's rows outside the hold-out.
    """
    if len(rows) < MINIMUM_ROWS:
        return f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}, and a run needs at least {MINIMUM_ROWS}"
    for fold in folds:
        if not len(fold.validate):
            return f"no row for fold {fold.fold + 1} to validate on"
        if len(fold.train) < 2:
            return f"{len(fold.train)} rows for fold {fold.fold + 1} to learn from"
        if task.is_classification and target.iloc[fold.train].nunique() < 2:
            return f"rows of class '{target.iloc[fold.train[0]]}' only for fold {fold.fold + 1} to learn from"
    return None
