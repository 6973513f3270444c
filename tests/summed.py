"""Series of sums straight from arrays of answers, as buckets would keep them."""

import numpy as np

from mms.domain.projects import Task
from mms.monitoring.counting import UNKNOWN, Answers, Counted, counted
from mms.monitoring.sums import PARTS, Layout, Series, coded_entries, decoded

BINARY = Layout(Task.BINARY, ("no", "yes"), "yes")


def summed(layout: Layout, answers: Answers, periods: int) -> Series:
    """The sums of so many periods, once through their stored form."""
    found: Counted = counted(layout, answers, periods)
    parts = {
        part: decoded(layout, part, coded_entries(*found.entries[part], periods)) for part in PARTS if part != "moments"
    }
    return Series(layout, found.n, found.labelled, moments=found.moments, **parts)


def of_classes(
    truth: np.ndarray,
    probabilities: np.ndarray,
    label: np.ndarray | None = None,
    *,
    layout: Layout = BINARY,
    group: np.ndarray | None = None,
    delay: np.ndarray | None = None,
) -> Series:
    """Periods of class answers. truth: (N,) codes, UNKNOWN without; probabilities: (N,) of yes, or (N, classes)."""
    shares = np.stack([1 - probabilities, probabilities], 1) if probabilities.ndim == 1 else probabilities
    rows = len(truth)
    group = np.zeros(rows, np.int64) if group is None else group
    likelihood = np.where(truth == UNKNOWN, np.nan, shares[np.arange(rows), np.maximum(truth, 0)])
    scored = [layout.classes.index(name) for name in layout.scored]
    answers = Answers(
        sign=np.ones(rows, np.int64),
        group=group,
        label=shares.argmax(axis=1) if label is None else label,
        truth=truth.astype(np.int64),
        probabilities=shares[:, scored],
        likelihood=likelihood,
        value=np.full(rows, np.nan),
        known=np.full(rows, np.nan),
        delay=np.full(rows, 1.0) if delay is None else delay,
        expected=np.full((rows, 2), np.nan),
    )
    return summed(layout, answers, int(group.max(initial=0)) + 1)


def of_numbers(truth: np.ndarray, value: np.ndarray, *, group: np.ndarray | None = None) -> Series:
    """Periods of numbers. truth: (N,), NaN without."""
    rows = len(truth)
    group = np.zeros(rows, np.int64) if group is None else group
    code = np.full(rows, UNKNOWN)
    answers = Answers(
        sign=np.ones(rows, np.int64), group=group, label=np.zeros(rows, np.int64), truth=code,
        probabilities=np.zeros((rows, 0)), likelihood=np.full(rows, np.nan), value=value, known=truth,
        delay=np.full(rows, 1.0), expected=np.full((rows, 2), np.nan),
    )  # fmt: skip
    return summed(Layout(Task.REGRESSION), answers, int(group.max(initial=0)) + 1)
