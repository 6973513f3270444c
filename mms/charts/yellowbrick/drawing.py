"""Pictures from out-of-fold rows: a shim answers with what is stored, Yellowbrick draws, we keep the SVG.

Neither pyplot nor matplotlib's text parser is safe in threads: one lock for the process, a Figure of our own, and
whatever pyplot was left with is closed inside the lock.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot
from matplotlib.figure import Figure
from sklearn.base import BaseEstimator
from sklearn.metrics import accuracy_score, r2_score

from mms.charts.theme import OKABE_ITO
from mms.charts.yellowbrick.compatibility import visualizers
from mms.domain.pictures import PictureKind, Theme
from mms.domain.projects import Task

KINDS: Mapping[Task, tuple[PictureKind, ...]] = {
    Task.BINARY: (PictureKind.CLASSIFICATION_REPORT, PictureKind.CLASS_PREDICTION_ERROR),
    Task.MULTICLASS: (PictureKind.CLASSIFICATION_REPORT, PictureKind.CLASS_PREDICTION_ERROR),
    Task.REGRESSION: (PictureKind.RESIDUALS, PictureKind.PREDICTION_ERROR),
}
"""The pictures of a task."""

MANY = 2_000
"""Above this many points they become one image inside the SVG; axes and numbers stay exact."""

_SIZE = (7.0, 4.5)
_INK: Mapping[Theme, str] = {Theme.LIGHT: "#31333f", Theme.DARK: "#fafafa"}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What is drawn. rows: columns truth and label (classes), or truth and value (numbers). classes: () for numbers."""

    classes: tuple[str, ...]
    rows: pd.DataFrame


class Answered(BaseEstimator):  # type: ignore[misc]
    """A fitted estimator whose answers are its input: out-of-fold predictions in, the same predictions out.

    _estimator_type is what Yellowbrick asks for. Classes are 0..k-1, as it scores no others.
    """

    def __init__(self, classes: int = 0) -> None:
        self.classes = classes

    @property
    def _estimator_type(self) -> str:
        return "classifier" if self.classes else "regressor"

    @property
    def classes_(self) -> np.ndarray:
        """0..k-1."""
        return np.arange(self.classes)

    def predict(self, answers: np.ndarray) -> np.ndarray:
        """The only column."""
        return np.asarray(answers)[:, 0]

    def score(self, answers: np.ndarray, truth: np.ndarray) -> float:
        """Accuracy, or R²."""
        measure = accuracy_score if self.classes else r2_score
        return float(measure(truth, self.predict(answers)))


def draw(kind: PictureKind, theme: Theme, rows: OutOfFold) -> bytes:
    """The picture as SVG, on a transparent ground. ValueError: there are no rows."""
    with _lock, warnings.catch_warnings(), mpl.rc_context():
        warnings.simplefilter("ignore")  # a library of 2022 on the libraries of today
        try:
            figure = drawn(kind, theme, rows)[1]
            buffer = BytesIO()
            figure.savefig(buffer, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None})
        finally:
            pyplot.close("all")
    return buffer.getvalue()


def drawn(kind: PictureKind, theme: Theme, rows: OutOfFold) -> tuple[Any, Figure]:
    """The visualizer with its numbers, and the figure it drew on. Hold the lock, or be alone."""
    if rows.rows.empty:
        raise ValueError("there are no out-of-fold rows to draw")
    made = visualizers()
    mpl.rcParams.update(_style(theme))
    figure = Figure(figsize=_SIZE)
    axes = figure.add_subplot()
    visualizer = _DRAWERS[kind](made, rows, axes, figure)
    visualizer.finalize()
    axes.set_title("")  # its own names the shim
    axes.set_title(f"{kind.value[0].upper()}{kind.value[1:]}, out of fold", loc="left")
    if kind is PictureKind.PREDICTION_ERROR:
        axes.set(xlabel="truth", ylabel="predicted value")
    if kind is PictureKind.CLASS_PREDICTION_ERROR:  # Yellowbrick's own words have it the other way round
        axes.set(xlabel="answered class", ylabel="rows, coloured by their true class")
    for points in axes.collections:
        points.set_rasterized(len(rows.rows) > MANY and kind in KINDS[Task.REGRESSION])
    return visualizer, figure


def _style(theme: Theme) -> Any:
    """Settings of Matplotlib for one background."""
    ink = _INK[theme]
    coloured = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    return {
        **dict.fromkeys(coloured, ink),
        "legend.framealpha": 0.0,
        "axes.prop_cycle": mpl.rcsetup.cycler(color=OKABE_ITO),
        "svg.hashsalt": "mms",
        "svg.fonttype": "none",
    }


def _encoded(rows: OutOfFold) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Answers (n, 1) and truth (n,) as 0..k-1 over the classes that occur in either, and the names of those."""
    truth, label = rows.rows["truth"].astype(str), rows.rows["label"].astype(str)
    present = set(truth) | set(label)
    names = [name for name in rows.classes if name in present]
    index = {name: i for i, name in enumerate(names)}
    return label.map(index).to_numpy()[:, None], truth.map(index).to_numpy(), names


def _of_classes(name: str, **options: Any) -> Callable[[Any, OutOfFold, Any, Figure], Any]:
    def make(made: Any, rows: OutOfFold, axes: Any, figure: Figure) -> Any:
        answers, truth, names = _encoded(rows)
        visualizer = getattr(made, name)(
            Answered(len(names)), ax=axes, fig=figure, classes=names, is_fitted=True, **options
        )
        visualizer.fit(answers, truth)
        visualizer.score(answers, truth)
        return visualizer

    return make


def _residuals(made: Any, rows: OutOfFold, axes: Any, figure: Figure) -> Any:
    answers, truth = _numbers(rows)
    visualizer = made.ResidualsPlot(
        Answered(), ax=axes, fig=figure, is_fitted=True, hist=False, test_color=OKABE_ITO[0]
    )
    visualizer.score(answers, truth, train=False)
    return visualizer


def _prediction_error(made: Any, rows: OutOfFold, axes: Any, figure: Figure) -> Any:
    answers, truth = _numbers(rows)
    visualizer = made.PredictionError(Answered(), ax=axes, fig=figure, is_fitted=True)
    visualizer.score(answers, truth)
    return visualizer


def _numbers(rows: OutOfFold) -> tuple[np.ndarray, np.ndarray]:
    return rows.rows[["value"]].to_numpy(dtype=float), rows.rows["truth"].to_numpy(dtype=float)


_DRAWERS: Mapping[PictureKind, Callable[[Any, OutOfFold, Any, Figure], Any]] = {
    PictureKind.CLASSIFICATION_REPORT: _of_classes("ClassificationReport", support="count", colorbar=False),
    PictureKind.CLASS_PREDICTION_ERROR: _of_classes("ClassPredictionError", colors=list(OKABE_ITO)),
    PictureKind.RESIDUALS: _residuals,
    PictureKind.PREDICTION_ERROR: _prediction_error,
}
