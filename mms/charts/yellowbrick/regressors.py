"""Pictures of regressors."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mms.charts.theme import OKABE_ITO
from mms.charts.yellowbrick.canvas import Canvas, Drawer
from mms.charts.yellowbrick.compatibility import visualizer
from mms.charts.yellowbrick.numbers import Answered, ModelNumbers, not_empty, on
from mms.domain.pictures import PictureKind


def _residuals(numbers: ModelNumbers, canvas: Canvas) -> Any:
    model, rows, truth = _answered(numbers)
    made = visualizer("regressor", "ResidualsPlot")(
        model, is_fitted=True, hist=False, test_color=OKABE_ITO[0], **on(canvas)
    )
    made.score(rows, truth, train=False)
    made.finalize()
    canvas.flatten(len(rows))
    canvas.title("Residuals, out of fold")
    return made


def _prediction_error(numbers: ModelNumbers, canvas: Canvas) -> Any:
    model, rows, truth = _answered(numbers)
    made = visualizer("regressor", "PredictionError")(model, is_fitted=True, **on(canvas))
    made.score(rows, truth)
    made.finalize()
    canvas.axes.set(xlabel="truth", ylabel="predicted value")
    canvas.flatten(len(rows))
    canvas.title("Prediction error, out of fold")
    return made


def _answered(numbers: ModelNumbers) -> tuple[Answered, np.ndarray, np.ndarray]:
    """The shim, the numbers of its rows (n, 1), the truth (n,)."""
    rows = not_empty(numbers.tables["rows"])
    return (
        Answered(rows["value"].to_numpy(float)),
        np.arange(len(rows))[:, None],
        rows["truth"].to_numpy(float),
    )


DRAWERS: Mapping[PictureKind, Drawer] = {
    PictureKind.RESIDUALS: _residuals,
    PictureKind.PREDICTION_ERROR: _prediction_error,
}
