"""Sums of one period as a plain record, as a hold-out is stored with its model; and what is estimated from sums.

Buckets keep the same sums as arrays of many periods: `mms.monitoring.sums`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

_K = TypeVar("_K")


FLOATS = ("absolute", "squared", "fourth", "truth", "truth_squared", "log_loss", "log_loss_squared", "log_loss_n")
"""The float sums of a period, in the order in which they are stored; older records have the first five."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What one bucket counts.

    n, labelled: predictions, and those whose truth is known.
    cells: (truth, label) -> rows, classification. bins: (truth, bin) -> labelled rows, binary.
    The float sums are of regression errors e = value - truth over labelled rows, and of the truth itself; and of
    -ln(probability of the truth) over those that had probabilities.
    """

    n: int = 0
    labelled: int = 0
    cells: Mapping[tuple[str, str], int] = field(default_factory=dict)
    bins: Mapping[tuple[str, int], int] = field(default_factory=dict)
    absolute: float = 0.0
    squared: float = 0.0
    fourth: float = 0.0
    truth: float = 0.0
    truth_squared: float = 0.0
    log_loss: float = 0.0
    log_loss_squared: float = 0.0
    log_loss_n: float = 0.0

    def __add__(self, other: "Sums") -> "Sums":
        return _combined(self, other, 1)

    def __sub__(self, other: "Sums") -> "Sums":
        return _combined(self, other, -1)

    def to_json(self) -> dict[str, Any]:
        """Compact plain JSON; floats are kept exactly."""
        return {
            "n": self.n,
            "labelled": self.labelled,
            "cells": [[t, p, c] for (t, p), c in sorted(self.cells.items())],
            "bins": [[t, b, c] for (t, b), c in sorted(self.bins.items())],
            "floats": [getattr(self, name) for name in FLOATS],
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Sums":
        """The sums that `to_json` wrote."""
        return Sums(
            value["n"],
            value["labelled"],
            {(t, p): c for t, p, c in value["cells"]},
            {(t, b): c for t, b, c in value["bins"]},
            *value["floats"],
        )


def _combined(a: Sums, b: Sums, sign: int) -> Sums:
    return Sums(
        a.n + sign * b.n,
        a.labelled + sign * b.labelled,
        _merged(a.cells, b.cells, sign),
        _merged(a.bins, b.bins, sign),
        *(getattr(a, name) + sign * getattr(b, name) for name in FLOATS),
    )


def _merged(a: Mapping[_K, int], b: Mapping[_K, int], sign: int) -> dict[_K, int]:
    merged: Counter[_K] = Counter(dict(a))
    for key, count in b.items():
        merged[key] += sign * count
    return {key: count for key, count in merged.items() if count}


def total(parts: Iterable[Sums]) -> Sums:
    """The sum of many, in one pass."""
    cells: dict[tuple[str, str], int] = {}
    bins: dict[tuple[str, int], int] = {}
    n = labelled = 0
    floats = [0.0] * len(FLOATS)
    for part in parts:
        n += part.n
        labelled += part.labelled
        for cell, count in part.cells.items():  # a plain loop: Counter.update costs several times as much
            cells[cell] = cells.get(cell, 0) + count
        for bin_, count in part.bins.items():
            bins[bin_] = bins.get(bin_, 0) + count
        for i, name in enumerate(FLOATS):
            floats[i] += getattr(part, name)
    return Sums(n, labelled, {k: c for k, c in cells.items() if c}, {k: c for k, c in bins.items() if c}, *floats)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric in natural units with its 95 % band (None where no band is known). n: rows it rests on."""

    value: float
    low: float | None
    high: float | None
    n: int
