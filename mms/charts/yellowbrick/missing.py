"""Pictures of what is missing: how much in each column, and in which rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mms.charts.theme import OKABE_ITO
from mms.charts.yellowbrick.canvas import Canvas, Drawer
from mms.charts.yellowbrick.compatibility import visualizer
from mms.charts.yellowbrick.finish import colours, finished
from mms.charts.yellowbrick.sample import Sample, short
from mms.domain.errors import Invalid
from mms.domain.pictures import PictureKind


def _holes(sample: Sample) -> np.ndarray:
    """(rows, columns) 0, NaN where a value is missing: of words, Yellowbrick would count the empty ones only."""
    if not sample.missing.to_numpy().any():
        raise Invalid(f"Nothing is missing in {len(sample.rows):,} rows.")
    return np.where(sample.missing.to_numpy(), np.nan, 0.0)


def _bar(sample: Sample, canvas: Canvas) -> Any:
    holes, names = _holes(sample), [short(str(name)) for name in sample.missing.columns]
    made = visualizer("contrib.missing", "MissingValuesBar")
    drawn = made(ax=canvas.axes, fig=canvas.figure, features=names, classes=list(sample.names))
    drawn.fit(holes, sample.groups)
    left = np.zeros(len(names))
    # Yellowbrick takes colours of its own, and puts the third group where the second begins.
    for bars, colour in zip(canvas.axes.containers, colours(sample), strict=True):
        for i, bar in enumerate(bars):
            bar.set(x=left[i], facecolor=colour)
            left[i] += bar.get_width()
    finished(drawn, canvas, "How many values are missing in each column", sample, legend=True)
    canvas.axes.set(xlabel=f"missing values of {len(sample.rows):,}", xlim=(0, 1.05 * left.max()))
    canvas.axes.set_yticks(np.arange(len(names)) - drawn.width / 2, names)
    return drawn


def _dispersion(sample: Sample, canvas: Canvas) -> Any:
    holes, names = _holes(sample), [short(str(name)) for name in sample.missing.columns]
    made = visualizer("contrib.missing", "MissingValuesDispersion")
    drawn = made(ax=canvas.axes, fig=canvas.figure, features=names)
    drawn.fit(holes)  # by class it would count positions within the class
    (points,) = canvas.axes.collections
    at, column = np.asarray(points.get_offsets()).T
    points.set_offsets(np.column_stack([sample.rows[at.astype(np.int64)], column]))
    points.set_color(OKABE_ITO[0])
    finished(drawn, canvas, "In which rows values are missing", sample)
    canvas.axes.set(xlabel="row of the snapshot", xlim=(-1, sample.rows.max() + 1), ylim=(-0.5, len(names) - 0.5))
    return drawn


DRAWERS: Mapping[PictureKind, Drawer] = {
    PictureKind.MISSING_VALUES: _bar,
    PictureKind.MISSING_DISPERSION: _dispersion,
}
