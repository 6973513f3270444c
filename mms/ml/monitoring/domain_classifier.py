"""Domain classifier: can a model tell the rows of a period from those that were learnt from? Then they drifted, if only
together.

Lopez-Paz and Oquab, Revisiting classifier two-sample tests, ICLR 2017.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from mms.domain.tables import Column, ColumnType
from mms.ml.threads import one_thread
from mms.monitoring.references import tokens

ROWS = 5_000
"""Of each side, at most."""

FOLDS = 5

APART = 0.65
"""An AUC below it is small, however sure."""

_CATEGORIES = 254
"""Most that one column has a code for; rarer ones share the last."""

_WORDS = 30
"""Words of a text column that are asked about one by one."""


def told_apart(
    then: pd.DataFrame,
    now: pd.DataFrame,
    columns: Sequence[Column],
    seed: int,
    tell: Callable[[int], None] = lambda _done: None,
) -> dict[str, pd.DataFrame]:
    """Tables. verdict: one row (auc, sd of the folds, limit, reference_rows, current_rows). columns: column, drop (of
    the AUC when it is shuffled, mean over the folds), sd; greatest first.

    then, now: rows of both sides, with the columns. tell: called with the number of fits that are done.
    """
    blocks = [_block(pd.concat([then[c.name], now[c.name]], ignore_index=True), c.type) for c in columns]
    matrix = np.hstack(blocks)
    owner = np.repeat(np.arange(len(blocks)), [block.shape[1] for block in blocks])
    named = [c.type in (ColumnType.CATEGORY, ColumnType.BOOLEAN) for c in columns]
    side = np.repeat([0, 1], [len(then), len(now)])
    chance, aucs, drops = np.random.default_rng(seed), [], []
    dealt = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(matrix, side)
    for done, (train, validate) in enumerate(dealt):
        tell(done)
        seen = matrix.copy()
        seen[:, np.isnan(matrix[train]).all(axis=0)] = 0.0  # boosting takes no column without a value
        model = HistGradientBoostingClassifier(
            max_iter=60, max_leaf_nodes=15, categorical_features=np.array(named)[owner], random_state=seed
        )
        with one_thread():
            model.fit(seen[train], side[train])
            auc = _auc(model, seen[validate], side[validate])
            aucs.append(auc)
            drops.append([auc - _shuffled(model, seen[validate], side[validate], owner == i, chance)
                          for i in range(len(blocks))])  # fmt: skip
    culprits = pd.DataFrame(
        {"column": [c.name for c in columns], "drop": np.mean(drops, axis=0), "sd": np.std(drops, axis=0, ddof=1)}
    )
    verdict = {
        "auc": float(np.mean(aucs)),
        "sd": float(np.std(aucs, ddof=1)),
        "limit": limit_of(len(then), len(now)),
        "reference_rows": len(then),
        "current_rows": len(now),
    }
    ordered = culprits.sort_values("drop", ascending=False, kind="stable", ignore_index=True)
    return {"verdict": pd.DataFrame([verdict]), "columns": ordered}


def limit_of(n: int, m: int) -> float:
    """The AUC over which two samples differ: three standard errors above a half, and at least `APART`.

    The error is Hanley and McNeil's (Radiology 143, 1982) of an AUC of a half, where Q1 = Q2 = 1/3.
    """
    variance = (0.25 + (n + m - 2) * (1 / 3 - 0.25)) / (n * m)
    return float(max(APART, 0.5 + 3 * np.sqrt(variance)))


def _auc(model: HistGradientBoostingClassifier, matrix: np.ndarray, side: np.ndarray) -> float:
    return float(roc_auc_score(side, model.predict_proba(matrix)[:, 1]))


def _shuffled(model: Any, matrix: np.ndarray, side: np.ndarray, own: np.ndarray, chance: np.random.Generator) -> float:
    """The AUC when one column's part of the matrix is shuffled."""
    changed = matrix.copy()
    changed[:, own] = matrix[chance.permutation(len(matrix))][:, own]
    return _auc(model, changed, side)


def _block(values: pd.Series, kind: ColumnType) -> np.ndarray:
    """A column as floats, (rows, features): NaN where missing, codes of categories, words of texts."""
    if kind.is_numeric:
        numbers: np.ndarray = pd.to_numeric(values, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        return numbers[:, None]
    if kind is ColumnType.TEXT:
        return _texts(values)
    plain = values.astype(object).where(values.notna(), None).map(str, na_action="ignore")
    place = {name: min(i, _CATEGORIES - 1) for i, name in enumerate(plain.value_counts().index)}
    codes: np.ndarray = plain.map(place).to_numpy(np.float64, na_value=np.nan)
    return codes[:, None]


def _texts(values: pd.Series) -> np.ndarray:
    """How many words, and whether each of the commonest is among them."""
    words = [None if pd.isna(text) else tokens(str(text)) for text in values]
    held = pd.Series([word for one in words if one for word in set(one)], dtype=object)
    common = held.value_counts().index[:_WORDS]
    block = np.full((len(words), 1 + len(common)), np.nan)
    for row, one in enumerate(words):
        if one is not None:
            block[row] = [len(one), *(word in one for word in common)]
    return block
