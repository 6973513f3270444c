"""Pictures of regressors; where Yellowbrick counts wrongly, it draws what we counted."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from mms.charts.theme import OKABE_ITO
from mms.charts.yellowbrick.canvas import MANY, Canvas, Drawer
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


def _cooks_distance(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """tables: distances (row: position in the snapshot, distance: greatest first, a part of them), and facts (rows,
    above: share of rows above 4/n). Yellowbrick would leave the intercept out of the leverage."""
    distances, facts = numbers.tables["distances"], numbers.tables["facts"].iloc[0]
    made = visualizer("regressor", "CooksDistance")(linefmt="C0-", markerfmt=",", **on(canvas))
    made.distance_ = np.zeros(int(facts["length"]))
    made.distance_[distances["row"].to_numpy()] = distances["distance"]
    made.influence_threshold_ = 4 / facts["rows"]
    made.outlier_percentage_ = 100.0 * facts["above"]

    def stem(*values: Any, use_line_collection: bool = True, **options: Any) -> Any:
        return Axes.stem(canvas.axes, *values, **options)  # the argument was dropped, with its only value

    canvas.axes.stem = stem  # type: ignore[method-assign]
    made.draw()
    made.finalize()
    canvas.flatten(MANY + 1 if len(made.distance_) > MANY else 0)
    canvas.axes.set(xlabel="row of the snapshot", ylabel="Cook's distance")
    canvas.title("Influence of each row on a weighted sum of the features")
    return made


class PathCV(Answered):
    """What AlphaSelection asks of an estimator with a path of alphas; its name must end in CV."""

    alphas_: np.ndarray
    mse_path_: np.ndarray
    alpha_: float


def _alphas(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """tables: points (alpha, fold, error: mean squared error)."""
    errors = numbers.tables["points"].pivot(index="alpha", columns="fold", values="error").sort_index()
    path = PathCV()
    path.alphas_, path.mse_path_ = errors.index.to_numpy(), errors.to_numpy()
    path.alpha_ = float(path.alphas_[path.mse_path_.mean(axis=1).argmin()])
    made = visualizer("regressor", "AlphaSelection")(path, is_fitted=True, **on(canvas))
    made.draw()
    _chosen(made, canvas, path.alpha_)
    canvas.axes.set_ylabel("mean squared error, mean of folds")
    canvas.title("Error along the path of alphas")
    return made


def _manual_alphas(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """tables: points (value, fold, score: natural units). Yellowbrick would call a score an error, and mark its
    greatest and its least alike."""
    errors = numbers.tables["points"].groupby("value")["score"].mean().sort_index()
    made = visualizer("regressor", "ManualAlphaSelection")(Answered(), is_fitted=True, **on(canvas))
    made.alphas, made.errors = errors.index.to_numpy(), errors.to_numpy()
    made.draw()
    best = made.errors.argmax() if numbers.greater else made.errors.argmin()
    _chosen(made, canvas, float(made.alphas[best]))
    canvas.axes.set_ylabel(f"{numbers.metric}, mean of folds")
    canvas.title(f"{numbers.metric} by alpha, fitted anew")
    return made


def _chosen(made: Any, canvas: Canvas, best: float) -> None:
    """Alphas by factors, as they are tried; the best one in figures that tell it from 0."""
    curve, *marks = canvas.axes.lines
    curve.set(marker="o", markersize=3, label="mean of folds")
    for mark in marks:
        mark.remove()
    canvas.axes.axvline(best, color=canvas.ink, linestyle="dashed", label=f"best at alpha = {best:.3g}")
    alphas = np.sort(np.asarray(curve.get_xdata(), dtype=np.float64))
    if alphas[0] > 0:
        canvas.axes.set_xscale("log")
    else:  # 0 has no place among factors
        canvas.axes.set_xscale("symlog", linthresh=alphas[1])
    made.finalize()


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
    PictureKind.COOKS_DISTANCE: _cooks_distance,
    PictureKind.ALPHA_SELECTION: _alphas,
    PictureKind.MANUAL_ALPHA_SELECTION: _manual_alphas,
}
