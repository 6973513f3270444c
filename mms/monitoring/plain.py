"""A plain record of sums, as a hold-out is stored with its model, as a series of one period."""

import numpy as np

from mms.domain.buckets import FLOATS, Estimate, Sums
from mms.domain.projects import Task
from mms.monitoring.metrics import metric_series
from mms.monitoring.sums import MOMENTS, Layout, Series


def series_of(sums: Sums, positive: str | None) -> Series:
    """One period. positive: of a binary project."""
    names = {name for pair in sums.cells for name in pair} | {truth for truth, _ in sums.bins}
    task = Task.REGRESSION if not names else Task.MULTICLASS if positive is None else Task.BINARY
    classes = tuple(sorted(names | ({positive} if positive is not None and names else set())))
    layout = Layout(task, classes, positive if names else None)
    shapes = layout.shapes
    cells, scores = (np.zeros((1, *shapes[part]), np.int64) for part in ("cells", "scores"))
    at = {name: i for i, name in enumerate(classes)}
    for (truth, label), count in sums.cells.items():
        cells[0, at[truth], at[label]] += count
    for (truth, bin_), count in sums.bins.items():
        scores[0, 0, 2 if truth == positive else 1, 0, bin_] += count
    moments = np.zeros((1, len(MOMENTS)))
    for name in FLOATS:
        moments[0, MOMENTS.index(name)] = getattr(sums, name)
    return Series(
        layout, np.array([sums.n]), np.array([sums.labelled]), cells if classes else None, scores, moments=moments
    )


def estimate_of(sums: Sums, metric: str, positive: str | None) -> Estimate | None:
    """A metric with its band from plain sums, or None where they do not determine it (no labels, no positives...)."""
    if not sums.labelled:
        return None
    return metric_series(series_of(sums, positive), metric).at(0)
