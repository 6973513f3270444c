"""Pictures of classifiers, from their out-of-fold rows."""

from collections.abc import Mapping
from typing import Any

from mms.charts.theme import OKABE_ITO
from mms.charts.yellowbrick.canvas import Canvas, Drawer
from mms.charts.yellowbrick.compatibility import visualizer
from mms.charts.yellowbrick.numbers import Encoded, ModelNumbers, on
from mms.domain.pictures import PictureKind


def _report(numbers: ModelNumbers, canvas: Canvas) -> Any:
    made = _scored("ClassificationReport", Encoded(numbers), canvas, support="count", colorbar=False)
    canvas.title("Classification report, out of fold")
    return made


def _class_prediction_error(numbers: ModelNumbers, canvas: Canvas) -> Any:
    made = _scored("ClassPredictionError", Encoded(numbers), canvas, colors=list(OKABE_ITO))
    # Yellowbrick's own words have it the other way round.
    canvas.axes.set(xlabel="answered class", ylabel="rows, coloured by their true class")
    canvas.title("Class prediction error, out of fold")
    return made


def _scored(name: str, rows: Encoded, canvas: Canvas, **options: Any) -> Any:
    made = visualizer("classifier", name)(rows.model, classes=rows.names, is_fitted=True, **on(canvas), **options)
    made.fit(rows.numbers, rows.truth)
    made.score(rows.numbers, rows.truth)
    made.finalize()
    return made


DRAWERS: Mapping[PictureKind, Drawer] = {
    PictureKind.CLASSIFICATION_REPORT: _report,
    PictureKind.CLASS_PREDICTION_ERROR: _class_prediction_error,
}
