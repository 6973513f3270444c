"""Sums of many periods as arrays: what a bucket keeps, how it is coded, and how periods are added.

Every number here is a sum, so hours make days, days make months, a late label is +1 and a corrected one -old +new.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from mms.domain.projects import Task

BINS = 200
"""Bins of a histogram of probabilities on [0, 1]."""

ERROR_BINS = 64
"""Bins of a histogram of absolute errors, on a logarithmic scale."""

DELAY_BINS = 48
"""Bins of a histogram of label delays: bin b holds delays h (hours) with b <= 2 log2(1 + h) < b + 1."""

MOST_CLASSES = 20
"""Projects of more classes keep no histograms of probabilities."""

MOMENTS = (
    "absolute", "squared", "fourth", "truth", "truth_squared", "relative", "relative_n",
    "value", "value_squared", "expected_absolute", "expected_squared", "expected_n",
    "log_loss", "log_loss_squared", "log_loss_n", "brier", "brier_squared", "brier_n",
)  # fmt: skip
"""Float sums. Of labelled rows with e = value - truth: |e|, e^2, e^4, truth, truth^2, |e| / |truth| and how many had a
truth other than 0. Of all rows: value, value^2, and the errors that were expected of them with how many had an
expectation. Of labelled rows with probabilities: -ln p(truth), its square and how many; of two classes (p - y)^2, its
square and how many."""

PARTS = ("cells", "scores", "delays", "moments")
"""Columns of a bucket beside its counts; a chart reads those it needs."""

_ENTRY = np.dtype([("slot", "<u4"), ("sum", "<i4")])


@dataclass(frozen=True)
class Layout:
    """By what the sums of one model are counted. classes: of its signature, () for numbers; positive: of two."""

    task: Task
    classes: tuple[str, ...] = ()
    positive: str | None = None

    @property
    def scored(self) -> tuple[str, ...]:
        """The classes whose probabilities have a histogram."""
        if self.task is Task.BINARY:
            return () if self.positive is None else (self.positive,)
        return self.classes if self.task is Task.MULTICLASS and len(self.classes) <= MOST_CLASSES else ()

    @cached_property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """The shape of each part of one period.

        cells: (classes + 1, classes): truth (the last: not known yet) by label.
        scores: (scored, 3, 2, BINS): truth unknown, another class, this class; label another class, this one;
        probability of this class. Of numbers: (ERROR_BINS,), the histogram of |e|.
        delays: (2, classes or 1, DELAY_BINS): of labelled rows, by true class and by label.
        moments: (len(MOMENTS),), floats.
        """
        k = len(self.classes)
        scores = (ERROR_BINS,) if self.task is Task.REGRESSION else (len(self.scored), 3, 2, BINS)
        return {
            "cells": (k + 1, k) if k else (0,),
            "scores": scores,
            "delays": (2, max(1, k), DELAY_BINS),
            "moments": (len(MOMENTS),),
        }


@dataclass(frozen=True)
class Series:
    """The sums of T periods of one model, in time order.

    n, labelled: (T,) predictions, and those whose truth is known. The parts have the shapes of the layout behind a
    leading axis of periods; one that was not read is None.
    """

    layout: Layout
    n: np.ndarray
    labelled: np.ndarray
    cells: np.ndarray | None = None
    scores: np.ndarray | None = None
    delays: np.ndarray | None = None
    moments: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.n)

    def added(self, groups: np.ndarray, count: int) -> "Series":
        """Periods added up. groups: (T,) which of `count` longer periods each lies in."""
        if count == len(self) and np.array_equal(groups, np.arange(count)):
            return self
        is_sorted = len(groups) > 0 and bool(np.all(np.diff(groups) >= 0))
        filled, first = np.unique(groups, return_index=True)

        def add(values: np.ndarray | None) -> np.ndarray | None:
            if values is None:
                return None
            made = np.zeros((count, *values.shape[1:]), values.dtype)
            if is_sorted:  # as in time order: many times as fast
                made[filled] = np.add.reduceat(values, first, axis=0)
            else:
                np.add.at(made, groups, values)
            return made

        parts = {name: add(getattr(self, name)) for name in PARTS}
        n, labelled = add(self.n), add(self.labelled)
        assert n is not None
        assert labelled is not None
        return Series(self.layout, n, labelled, **parts)

    def total(self) -> "Series":
        """All periods as one."""
        return self.added(np.zeros(len(self), np.int64), 1)


def coded_entries(group: np.ndarray, slot: np.ndarray, sums: np.ndarray, periods: int) -> list[bytes]:
    """Counts of so many periods as bytes, one a period: (slot, sum) of what is not 0. Sorted by group and slot."""
    entries = np.empty(len(slot), _ENTRY)
    entries["slot"], entries["sum"] = slot, sums
    content, size = entries.tobytes(), _ENTRY.itemsize
    ends = np.searchsorted(group, np.arange(periods), side="right") * size
    return [content[start:end] for start, end in zip((0, *ends[:-1].tolist()), ends.tolist(), strict=False)]


def entries_of(contents: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The (group, slot, sum) of what `coded_entries` wrote, group being the place in `contents`."""
    entries = np.frombuffer(b"".join(contents), _ENTRY)
    lengths = np.fromiter((len(content) // _ENTRY.itemsize for content in contents), np.int64, len(contents))
    group = np.repeat(np.arange(len(contents)), lengths)
    return group, entries["slot"].astype(np.int64), entries["sum"].astype(np.int64)


def decoded(layout: Layout, part: str, contents: Sequence[bytes]) -> np.ndarray:
    """A part of many periods, as it is stored, as one array behind a leading axis of periods."""
    shape = layout.shapes[part]
    width, periods = prod(shape), len(contents)
    if part == "moments":
        return np.frombuffer(b"".join(contents), "<f8").reshape(periods, width)
    group, slot, sums = entries_of(contents)
    flat = np.zeros(periods * width, np.int64)
    flat[group * width + slot] = sums
    return flat.reshape(periods, *shape)
