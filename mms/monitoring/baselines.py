"""What a trivial rule would have scored on the same rows: the line that a model must beat, from the sums alone."""

from collections.abc import Mapping, Sequence

import numpy as np

from mms.domain.projects import Task
from mms.monitoring.counting import UNKNOWN, Answers, counted
from mms.monitoring.metrics import metric_series
from mms.monitoring.sums import MOMENTS, Layout, Series, coded_entries, decoded

EARLIER, LAST = "earlier", "last"
"""What a rule knows: all periods before, or the one before alone."""

OF_CLASSES: Mapping[str, str] = {EARLIER: "always the commonest class so far"}
OF_NUMBERS: Mapping[str, str] = {EARLIER: "always the mean so far", LAST: "the mean of the period before"}
"""What the rules of a task are called."""

UNRANKED = frozenset({"roc_auc", "average_precision", "log_loss"})
"""Metrics of probabilities: a rule that names the label before gives none."""


def baseline(series: Series, metric: str, knows: str) -> np.ndarray:
    """(T,) a metric of the rule that answers what was commonest (numbers: the mean) before, NaN where nothing was.

    Of mae nothing is said: sums do not keep how far truths lie from a mean that was not known yet.
    """
    if series.layout.task is Task.REGRESSION:
        return _of_numbers(series, metric, knows)
    assert series.cells is not None
    truths = series.cells[:, :-1].sum(axis=2).astype(np.float64)
    known = _before(truths, knows)
    total, seen = truths.sum(axis=1), known.sum(axis=1)
    there = (total > 0) & (seen > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares, expected = truths / total[:, None], known / seen[:, None]
        if metric == "log_loss":
            found = -np.where(shares > 0, shares * np.log(expected), 0.0).sum(axis=1)
            return np.where(there & np.isfinite(found), found, np.nan)
    if metric in ("roc_auc", "average_precision"):
        positive = series.layout.classes.index(series.layout.positive or series.layout.classes[0])
        constant = np.full(len(total), 0.5) if metric == "roc_auc" else shares[:, positive]
        return np.where(there, constant, np.nan)
    answers = np.zeros(series.cells.shape, np.int64)
    rows = np.arange(len(series))
    answers[rows, :-1, known.argmax(axis=1)] = truths.astype(np.int64)
    found = metric_series(Series(series.layout, series.n, series.labelled, cells=answers), metric).value
    if metric == "precision":
        found = np.where(np.isnan(found), 0.0, found)
    return np.where(there, found, np.nan)


def previous(layout: Layout, truths: Sequence[str], groups: np.ndarray, count: int) -> Series:
    """The sums of answering each question with the truth of the one asked before it.

    truths: in the order of the questions; groups: which of `count` periods each lies in. The first has none before it.
    """
    rows, numbers = len(truths) - 1, not layout.classes
    codes = {name: i for i, name in enumerate(layout.classes)}
    known = np.array([codes.get(name, UNKNOWN) for name in truths], np.int64)
    values = np.array(truths, np.float64) if numbers else np.full(len(truths), np.nan)
    answered = np.flatnonzero((known[:-1] != UNKNOWN) | numbers)
    nothing = np.full(rows, np.nan)[answered]
    made = counted(
        layout,
        Answers(
            sign=np.ones(len(answered), np.int64),
            group=groups[1:][answered],
            label=np.maximum(known[:-1][answered], 0),
            truth=known[1:][answered],
            probabilities=np.full((len(answered), len(layout.scored)), np.nan),
            likelihood=nothing,
            value=values[:-1][answered],
            known=values[1:][answered],
            delay=nothing,
            expected=np.full((len(answered), 2), np.nan),
        ),
        count,
    )
    cells = decoded(layout, "cells", coded_entries(*made.entries["cells"], count)) if layout.classes else None
    return Series(layout, made.n, made.labelled, cells=cells, moments=made.moments)


def _before(values: np.ndarray, knows: str) -> np.ndarray:
    """What earlier periods held: all of them, or the one before."""
    summed = np.cumsum(values, axis=0) if knows == EARLIER else values
    return np.concatenate([np.zeros((1, *values.shape[1:])), summed[:-1]])


def _of_numbers(series: Series, metric: str, knows: str) -> np.ndarray:
    assert series.moments is not None
    n = series.labelled.astype(np.float64)
    truth, squared = (series.moments[:, MOMENTS.index(name)] for name in ("truth", "truth_squared"))
    before_n, before = _before(n, knows), _before(truth, knows)
    with np.errstate(divide="ignore", invalid="ignore"):
        guess = before / before_n
        error = squared / n - 2 * guess * truth / n + guess**2
        spread = squared / n - (truth / n) ** 2
        found = {"rmse": np.sqrt(np.maximum(0.0, error)), "r2": np.where(spread > 0, 1 - error / spread, np.nan)}
    nothing = np.full(len(n), np.nan)
    return np.where((n > 0) & (before_n > 0), found.get(metric, nothing), np.nan)
