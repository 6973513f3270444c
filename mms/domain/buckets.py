"""Buckets: additive sums per (model, scope, segment, hour), from which every monitoring chart is drawn.

Everything here is a sum, so rolling up, late labels (+1) and corrected labels (-old, +new) are plain additions.
Formulas: Wilson (1927) for proportions; DeLong (1988) from histograms for AUC; see docs/statistics.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import sqrt
from typing import Any, TypeVar

_K = TypeVar("_K")

BINS = 200
"""Bins of the histogram of positive-class scores on [0, 1]."""

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the standard normal."""


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


@dataclass(frozen=True, slots=True)
class Bucket:
    """The sums of one hour (UTC, its first instant) of one model in one scope and segment."""

    model_id: int
    scope: str
    segment: str
    hour: datetime
    sums: Sums


def hour_of(moment: datetime) -> datetime:
    """The first instant of the hour (UTC): some zones lie half an hour beside it."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


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


UNLABELLED = Sums(n=1)
"""What one prediction adds before its truth is known."""


def truth_known(truth: str, label: str | None, score: float | None, value: float | None) -> Sums:
    """What the truth about one counted prediction adds; subtract the old one first when a truth is corrected.

    label, score: classification (score: probability of the positive class, binary only). value: regression.
    """
    if value is not None:
        error, known = value - float(truth), float(truth)
        return Sums(0, 1, {}, {}, abs(error), error**2, error**4, known, known**2)
    bins = {} if score is None else {(truth, min(BINS - 1, max(0, int(score * BINS)))): 1}
    return Sums(0, 1, {(truth, label or ""): 1}, bins)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric in natural units with its 95 % band (None where no band is known). n: rows it rests on."""

    value: float
    low: float | None
    high: float | None
    n: int


def metric_of(sums: Sums, metric: str, positive: str | None) -> Estimate | None:
    """A metric with its band from sums, or None where the sums do not determine it (no labels, no positives...)."""
    if not sums.labelled:
        return None
    if metric in ("mae", "rmse", "r2"):
        return _regression(sums, metric)
    if metric in ("precision", "recall", "f1") and positive is not None:
        return _binary(sums, metric, positive)
    if metric == "roc_auc" and positive is not None:
        return _auc(sums, positive)
    if metric == "accuracy":
        right = sum(c for (t, p), c in sums.cells.items() if t == p)
        return _proportion(right, sums.labelled)
    if metric in ("balanced_accuracy", "precision_macro", "recall_macro", "f1_macro"):
        return _macro(sums, metric)
    return None


WATCHED: tuple[str, ...] = (
    "precision", "recall", "f1", "roc_auc", "accuracy", "balanced_accuracy",
    "f1_macro", "precision_macro", "recall_macro", "mae", "rmse", "r2",
)  # fmt: skip
"""Metrics that sums determine."""


def wilson(hits: float, n: float) -> tuple[float, float]:
    """The 95 % Wilson band of a proportion hits/n, n > 0."""
    p, z2 = hits / n, Z95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def _proportion(hits: int, n: int) -> Estimate | None:
    return Estimate(hits / n, *wilson(hits, n), n) if n else None


def confusion(sums: Sums, positive: str) -> tuple[int, int, int, int]:
    """(tp, fp, fn, tn) of the labelled rows."""
    tp = fp = fn = tn = 0
    for (truth, label), count in sums.cells.items():
        if label == positive:
            tp, fp = (tp + count, fp) if truth == positive else (tp, fp + count)
        else:
            fn, tn = (fn + count, tn) if truth == positive else (fn, tn + count)
    return tp, fp, fn, tn


def _binary(sums: Sums, metric: str, positive: str) -> Estimate | None:
    tp, fp, fn, _ = confusion(sums, positive)
    if metric == "precision":
        return _proportion(tp, tp + fp)
    if metric == "recall":
        return _proportion(tp, tp + fn)
    n = tp + fp + fn
    if not n:
        return None
    low, high = wilson(tp, n)  # F1 = 2q/(1+q) grows with q = tp/n, so the ends of q's band map to F1's.
    return Estimate(2 * tp / (n + tp), 2 * low / (1 + low), 2 * high / (1 + high), n)


def _auc(sums: Sums, positive: str) -> Estimate | None:
    """AUC and its DeLong band from the histogram; error at most half the chance that both rows share a bin."""
    hits, misses = [0] * BINS, [0] * BINS
    for (truth, b), count in sums.bins.items():
        (hits if truth == positive else misses)[b] += count
    p, n = sum(hits), sum(misses)
    if p == 0 or n == 0:
        return None
    below_n = below_p = 0
    psi, phi = [0.0] * BINS, [0.0] * BINS
    for b in range(BINS):
        psi[b] = (below_n + misses[b] / 2) / n
        phi[b] = (p - below_p - hits[b] / 2) / p
        below_n += misses[b]
        below_p += hits[b]
    auc = sum(h * s for h, s in zip(hits, psi, strict=True)) / p
    var_psi = sum(h * (s - auc) ** 2 for h, s in zip(hits, psi, strict=True)) / max(1, p - 1)
    var_phi = sum(m * (s - auc) ** 2 for m, s in zip(misses, phi, strict=True)) / max(1, n - 1)
    half = Z95 * sqrt(var_psi / p + var_phi / n)
    return Estimate(auc, max(0.0, auc - half), min(1.0, auc + half), p + n)


def _macro(sums: Sums, metric: str) -> Estimate | None:
    truths, labels, right = Counter[str](), Counter[str](), Counter[str]()
    for (truth, label), count in sums.cells.items():
        truths[truth] += count
        labels[label] += count
        if truth == label:
            right[truth] += count
    present = set(truths) if metric in ("balanced_accuracy", "recall_macro") else set(truths) | set(labels)
    classes = sorted(present)  # summed in one order: that of a set differs from process to process
    precision = {c: right[c] / labels[c] if labels[c] else 0.0 for c in classes}
    recall = {c: right[c] / truths[c] if truths[c] else 0.0 for c in classes}
    if metric == "precision_macro":
        values = list(precision.values())
    elif metric == "f1_macro":
        values = [2 * right[c] / (truths[c] + labels[c]) for c in classes]
    else:
        values = list(recall.values())
    return Estimate(sum(values) / len(values), None, None, sums.labelled) if values else None


def _regression(sums: Sums, metric: str) -> Estimate | None:
    n = sums.labelled
    mae, mse = sums.absolute / n, sums.squared / n
    if metric == "mae":
        half = Z95 * sqrt(max(0.0, mse - mae**2) / n)
        return Estimate(mae, max(0.0, mae - half), mae + half, n)
    if metric == "rmse":
        root = sqrt(mse)
        half = Z95 * sqrt(max(0.0, sums.fourth / n - mse**2) / n) / (2 * root) if root else 0.0
        return Estimate(root, max(0.0, root - half), root + half, n)
    spread = sums.truth_squared / n - (sums.truth / n) ** 2
    return Estimate(1 - mse / spread, None, None, n) if spread > 0 else None
