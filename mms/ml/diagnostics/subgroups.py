"""Metrics by subgroup: the same out-of-fold rows, told apart by one column or one rule."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.scores import metrics_of
from mms.domain.tables import Column, ColumnType, short_number
from mms.ml.diagnostics.ground import Ground, Tables
from mms.ml.metrics import score_all
from mms.ml.prediction import Predicted
from mms.monitoring.bands import wilson

MOST_GROUPS = 20
"""Groups that are told; of a column with more values, the most frequent ones."""

PARTS = 4
"""Groups of equal size into which numbers and times are cut."""

MISSING = "missing"
"""The group of rows without a value."""

WILSON, FOLDS = "95 % Wilson", "± sd of the folds"


def made(ground: Ground, parameters: Parameters) -> Tables:
    """The tables of `subgroups`. parameters: column; None takes the first that makes groups."""
    columns = ground.instances.columns
    if parameters["column"] is None:
        column = next((c for c in columns if c.type is not ColumnType.TEXT), None)
    else:
        column = next((c for c in columns if c.name == parameters["column"]), None)
    if column is None:
        raise Invalid(f"The snapshot has no column '{parameters['column']}' that makes groups: choose another column.")
    return subgroups(ground, column)


def subgroups(ground: Ground, column: Column) -> Tables:
    """Every metric of every group of a column of the snapshot.

    groups: group, n, metric, value (natural units, all rows of the group together), low, high, doubt (WILSON of shares
    of rows; FOLDS: one standard deviation of the folds' scores, missing of fewer than two), folds (that determine it).
    Invalid: a column of texts, or one that tells nothing apart.
    """
    values = ground.instances.features[column.name].iloc[ground.oof["row"].to_numpy()]
    groups = groups_of(values, column)
    order = groups.value_counts().index.tolist()[:MOST_GROUPS]
    if not column.type.is_words:
        least = values.reset_index(drop=True).groupby(groups).min()
        order.sort(key=lambda name: (name == MISSING, least[name]))
    rows = [row for name in order for row in _told(ground, str(name), ground.oof[(groups == name).to_numpy()])]
    names = ["group", "n", "metric", "value", "low", "high", "doubt", "folds"]
    return {"groups": pd.DataFrame(rows, columns=names)}


def groups_of(values: pd.Series, column: Column) -> pd.Series:
    """The group of each row as text: its value, or the part of the numbers it lies in; `MISSING` where there is none.

    Parts begin with a letter, so that they sort as they lie. Where the least or the greatest value is so frequent that
    no quarter ends beside it, the parts are that value and the rest.
    """
    if column.type is ColumnType.TEXT:
        raise Invalid(f"'{column.name}' holds free text, which makes no groups: choose a category or a number.")
    known = values.dropna()
    if known.nunique() > PARTS * 2 and not column.type.is_words:
        groups = _parted(known.astype("float64") if column.type.is_numeric else known, column)
    else:
        groups = known.astype(object).map(_value_words)
    groups = groups.reindex(values.index).reset_index(drop=True)
    if groups.nunique(dropna=False) < 2:
        raise Invalid(f"Every row has the same '{column.name}', so it tells no groups apart: choose another column.")
    return groups.astype(object).where(groups.notna(), MISSING)


def _parted(known: pd.Series, column: Column) -> pd.Series:
    cut = pd.qcut(known, PARTS, duplicates="drop")
    if len(cut.cat.categories) > 1:
        names = {part: _part_words(i, part.left, part.right, column) for i, part in enumerate(cut.cat.categories)}
        return cut.astype(object).map(names)
    often = known == known.mode().iloc[0]  # the least or the greatest: no quarter ends between them
    sides = sorted((known[often], known[~often]), key=lambda side: side.min())
    words = [pd.Series(_part_words(i, side.min(), side.max(), column), side.index) for i, side in enumerate(sides)]
    return pd.concat(words).reindex(known.index)


def scores_of(ground: Ground, rows: pd.DataFrame) -> dict[str, float]:
    """Every metric that some of the out-of-fold rows determine, stored units."""
    if not len(rows):
        return {}
    truth = rows["truth"].to_numpy()
    return score_all(ground.task, truth, _predicted(ground, rows), ground.classes, ground.positive)


def spread_of(ground: Ground, rows: pd.DataFrame) -> dict[str, tuple[float, int]]:
    """Metric -> standard deviation over the folds that determine it (NaN of fewer than two), and how many they are."""
    by_fold = fold_scores_of(ground, rows)
    return {name: (spread(scores), len(scores)) for name, scores in by_fold.items()}


def fold_scores_of(ground: Ground, rows: pd.DataFrame) -> dict[str, dict[int, float]]:
    """Metric -> fold -> score of the fold's own among these rows, stored units, where they determine it."""
    scores: dict[str, dict[int, float]] = {}
    for fold in np.unique(rows["fold"].to_numpy()).tolist():
        for name, score in scores_of(ground, rows[rows["fold"] == fold]).items():
            scores.setdefault(name, {})[fold] = score
    return scores


def spread(scores: Mapping[int, float]) -> float:
    """Standard deviation over folds; NaN of fewer than two."""
    return float(np.std(list(scores.values()), ddof=1)) if len(scores) > 1 else np.nan


def _told(ground: Ground, group: str, rows: pd.DataFrame) -> list[dict[str, Any]]:
    scores, spreads, told = scores_of(ground, rows), spread_of(ground, rows), []
    for metric in metrics_of(ground.task):
        if metric.name not in scores:
            continue
        value, (sd, folds) = metric.natural(scores[metric.name]), spreads.get(metric.name, (np.nan, 0))
        counts = _counts(metric.name, rows, ground.positive)
        low, high = wilson(*counts) if counts else (value - sd, value + sd)
        told.append(
            {
                "group": group,
                "n": len(rows),
                "metric": metric.name,
                "value": value,
                "low": low,
                "high": high,
                "doubt": WILSON if counts else FOLDS,
                "folds": folds,
            }
        )
    return told


def _counts(metric: str, rows: pd.DataFrame, positive: str | None) -> tuple[float, float] | None:
    """Hits and rows of a metric that is a share of rows; None of any other, and where there is no row to count."""
    if metric == "accuracy":
        of, hit = np.ones(len(rows), bool), (rows["truth"] == rows["label"]).to_numpy(bool)
    elif metric in ("precision", "recall"):
        flagged, true = ((rows[name] == positive).to_numpy(bool) for name in ("label", "truth"))
        of, hit = flagged if metric == "precision" else true, flagged & true
    else:
        return None
    return (float(hit.sum()), float(of.sum())) if of.any() else None


def _predicted(ground: Ground, rows: pd.DataFrame) -> Predicted:
    if ground.task is Task.REGRESSION:
        return Predicted(None, None, rows["value"].to_numpy(dtype=np.float64))
    shares = rows[[f"p_{k}" for k in range(len(ground.classes))]].to_numpy()
    return Predicted(rows["label"].to_numpy(dtype=object), shares, None, ground.is_probability)


def _value_words(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _part_words(i: int, low: Any, high: Any, column: Column) -> str:
    ends = (
        (short_number(low), short_number(high)) if column.type.is_numeric else (f"{low:%Y-%m-%d}", f"{high:%Y-%m-%d}")
    )
    return f"{'abcd'[i]}: {ends[0]} to {ends[1]}"
