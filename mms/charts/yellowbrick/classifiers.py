"""Pictures of classifiers, from their out-of-fold rows; where Yellowbrick counts wrongly, it draws what we counted."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

from mms.charts.theme import OKABE_ITO
from mms.charts.yellowbrick.canvas import MANY, Canvas, Drawer
from mms.charts.yellowbrick.compatibility import visualizer
from mms.charts.yellowbrick.numbers import Answered, Encoded, ModelNumbers, on
from mms.domain.errors import Invalid
from mms.domain.pictures import PictureKind

_STEPS = 101
"""Thresholds from 0 to 1 at which a classifier is judged."""

_MOST_TEXTS = 30
"""With more classes the numbers in the cells could not be told apart."""


def _report(numbers: ModelNumbers, canvas: Canvas) -> Any:
    rows = Encoded(numbers)
    canvas.grow(len(rows.names))
    made = _scored("ClassificationReport", rows, canvas, support="count", colorbar=False)
    canvas.title("Classification report, out of fold")
    return made


def _confusion(numbers: ModelNumbers, canvas: Canvas) -> Any:
    rows = Encoded(numbers)
    canvas.grow(len(rows.names), square=True)
    made = visualizer("classifier", "ConfusionMatrix")(rows.model, classes=rows.names, is_fitted=True, **on(canvas))
    made.cmap.set_under(canvas.paper)
    made.fit(rows.numbers, rows.truth)
    made.score(rows.numbers, rows.truth)
    made.finalize()
    if len(rows.names) > _MOST_TEXTS:
        for text in canvas.axes.texts:
            text.set_visible(False)
    canvas.axes.set(xlabel="answered class", ylabel="true class")
    canvas.title("Confusion matrix, out of fold")
    return made


def _roc(numbers: ModelNumbers, canvas: Canvas) -> Any:
    rows = Encoded(numbers)
    shares, true = rows.known()
    if len(true) < 2:
        raise Invalid("All rows are of one class: there is nothing to tell apart.")
    made = _unscored("ROCAUC", rows, canvas, true)
    made.target_type_ = "binary" if len(true) == 2 else "multiclass"
    curves = [roc_curve(rows.truth == k, shares[:, k]) for k in true]
    made.fpr, made.tpr = ({i: curve[side] for i, curve in enumerate(curves)} for side in (0, 1))
    hits = rows.truth[:, None] == np.array(true)
    made.fpr["micro"], made.tpr["micro"], _ = roc_curve(hits.ravel(), shares[:, true].ravel())
    made.fpr["macro"], made.tpr["macro"] = _mean_curve([curve[:2] for curve in curves])
    made.roc_auc = {name: auc(made.fpr[name], made.tpr[name]) for name in made.fpr}
    made.score_ = made.roc_auc["macro"]  # the mean of the classes' areas
    for name in made.fpr:
        made.fpr[name], made.tpr[name] = _few(made.fpr[name], made.tpr[name])
    made.draw()
    micro, macro = canvas.axes.lines[-3:-1]
    micro.set(color=canvas.ink, linestyle="--")
    macro.set(color=canvas.ink, linestyle="-.")
    made.finalize()
    canvas.axes.set(xlabel="false alarms, as a share of the other classes", ylabel="hits, as a share of the class")
    canvas.title("ROC curves, out of fold")
    return made


def _mean_curve(curves: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """The mean of curves that rise in steps, with the foot and the top of each step: its area is the mean of theirs.
    Yellowbrick leaves the feet out, and so finds more."""
    at = np.unique(np.concatenate([x for x, _ in curves]))
    feet = np.mean([np.interp(-at, -x[::-1], y[::-1]) for x, y in curves], axis=0)
    tops = np.mean([np.interp(at, x, y) for x, y in curves], axis=0)
    return np.repeat(at, 2), np.column_stack([feet, tops]).ravel()


def _precision_recall(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """Of two classes the curve of the positive one; of more, one each. Yellowbrick would fit others on the answers."""
    rows = Encoded(numbers)
    shares, true = rows.known()
    if len(true) < 2:
        raise Invalid("All rows are of one class: there is nothing to tell apart.")
    is_binary = len(rows.names) == 2
    made = _unscored(
        "PrecisionRecallCurve", rows, canvas, true, per_class=not is_binary, iso_f1_curves=True, colors=list(OKABE_ITO)
    )
    made.target_type_ = "binary" if is_binary else "multiclass"
    if is_binary:
        made.precision_, made.recall_ = _precise(rows.truth == 1, shares[:, 1])
        made.score_ = float(average_precision_score(rows.truth == 1, shares[:, 1]))
    else:
        hits = {rows.names[k]: (rows.truth == k, shares[:, k]) for k in true}
        hits["micro"] = ((rows.truth[:, None] == np.array(true)).ravel(), shares[:, true].ravel())
        curves = {name: _precise(*pair) for name, pair in hits.items()}
        made.precision_ = {name: curve[0] for name, curve in curves.items()}
        made.recall_ = {name: curve[1] for name, curve in curves.items()}
        made.score_ = {name: float(average_precision_score(*pair)) for name, pair in hits.items()}
    made.draw()
    made.finalize()
    of = f" of {rows.names[1]}" if is_binary else ""
    canvas.title(f"Precision-recall curve{of}, out of fold")
    return made


def _precise(hit: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall along the thresholds, in at most MANY points."""
    precision, recall, _ = precision_recall_curve(hit, share)
    return _few(precision, recall)


def _few(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most MANY points of a curve, at equal steps, its ends among them."""
    kept = np.unique(np.linspace(0, len(x) - 1, min(MANY, len(x))).round().astype(int))
    return x[kept], y[kept]


def _threshold(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """Median and the middle 80 % of the folds, at the same thresholds for all. Yellowbrick would take the number of
    thresholds from the shortest trial, and the best one from places where nothing was found."""
    rows = Encoded(numbers, every=True)
    shares, _ = rows.known()
    made = visualizer("classifier", "DiscriminationThreshold")(rows.model, is_fitted=True, **on(canvas))
    made.thresholds_ = np.linspace(0.0, 1.0, _STEPS)
    folds = [
        _at_thresholds(rows.truth[own] == 1, shares[own, 1], made.thresholds_)
        for own in (rows.fold == fold for fold in np.unique(rows.fold))
        if (rows.truth[own] == 1).any()
    ]
    if not folds:
        raise Invalid(f"No fold holds a row of class {rows.names[1]}.")
    made.cv_scores_ = {}
    for name in folds[0]:
        values = np.array([fold[name] for fold in folds])
        for suffix, share in (("_lower", 0.1), ("", 0.5), ("_upper", 0.9)):
            made.cv_scores_[name + suffix] = _quantile(values, share)
    made.draw()
    best = next(line for line in canvas.axes.lines if line.get_linestyle() == "--")
    best.set_label(f"best median F1 at {made.thresholds_[made.cv_scores_['fscore'].argmax()]:.2f}")
    made.finalize()
    canvas.axes.set(xlabel=f"threshold on the probability of {rows.names[1]}", ylabel="median and middle 80 % of folds")
    canvas.title("Discrimination threshold, out of fold")
    return made


def _at_thresholds(positive: np.ndarray, share: np.ndarray, thresholds: np.ndarray) -> dict[str, np.ndarray]:
    """Precision (nan where nothing is flagged), recall, F1 and the share that is flagged, at each threshold."""
    order = np.argsort(share)
    at = np.searchsorted(share[order], thresholds, side="left")
    hits_below = np.append(0, np.cumsum(positive[order]))
    flagged, hits = len(share) - at, positive.sum() - hits_below[at]
    precision = np.divide(hits, flagged, out=np.full(len(thresholds), np.nan), where=flagged > 0)
    return {
        "precision": precision,
        "recall": hits / positive.sum(),
        "fscore": 2 * hits / (flagged + positive.sum()),
        "queue_rate": flagged / len(share),
    }


def _quantile(values: np.ndarray, share: float) -> np.ndarray:
    """Over the folds that determine it, (thresholds,); nan where none does."""
    known = ~np.isnan(values).all(axis=0)
    result = np.full(values.shape[1], np.nan)
    result[known] = np.nanquantile(values[:, known], share, axis=0)
    return result


def _class_prediction_error(numbers: ModelNumbers, canvas: Canvas) -> Any:
    made = _scored("ClassPredictionError", Encoded(numbers), canvas, colors=list(OKABE_ITO))
    # Yellowbrick's own words have it the other way round.
    canvas.axes.set(xlabel="answered class", ylabel="rows, coloured by their true class")
    canvas.title("Class prediction error, out of fold")
    return made


def _boundaries(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """tables: grid (x, y, label: what it answers there, every other column as in a typical row) and points (x, y,
    truth); `axes` names the two columns. Yellowbrick would cut off points at negative values, and give a class that is
    nowhere answered another's colour."""
    grid, points = numbers.tables["grid"], numbers.tables["points"]
    names = [name for name in numbers.classes if name in {*grid["label"], *points["truth"]}]
    made = visualizer("contrib.classifier", "DecisionBoundariesVisualizer")(
        Answered(classes=len(names)),
        classes=names,
        features=numbers.tables["axes"]["column"].tolist(),
        pcolormesh_alpha=0.35,
        scatter_alpha=0.8,
        **on(canvas),
    )
    plane = grid.assign(code=grid["label"].map({name: k for k, name in enumerate(names)})).pivot(
        index="y", columns="x", values="code"
    )
    made.xx, made.yy = np.meshgrid(plane.columns, plane.index)
    made.Z_shape, made._colors = plane.to_numpy(), _coloured(len(names))
    made.classes_, made.class_labels = {name: str(k) for k, name in enumerate(names)}, None
    made.draw(points[["x", "y"]].to_numpy(float), points["truth"].tolist())
    canvas.axes.collections[0].set_clim(-0.5, len(names) - 0.5)
    canvas.axes.collections[0].set_rasterized(True)
    for dots in canvas.axes.collections[1:]:
        dots.set(sizes=[10], linewidths=0.3)
    canvas.axes.set(xlim=(plane.columns[0], plane.columns[-1]), ylim=(plane.index[0], plane.index[-1]))
    made.finalize()
    canvas.title("What it answers, every other column as in a typical row")
    return made


def _scored(name: str, rows: Encoded, canvas: Canvas, **options: Any) -> Any:
    """A visualizer that scores the stored answers itself."""
    made = visualizer("classifier", name)(rows.model, classes=rows.names, is_fitted=True, **on(canvas), **options)
    made.fit(rows.numbers, rows.truth)
    made.score(rows.numbers, rows.truth)
    made.finalize()
    return made


def _unscored(name: str, rows: Encoded, canvas: Canvas, true: list[int], **options: Any) -> Any:
    """A visualizer that is given its numbers, about the classes that truly occur."""
    made = visualizer("classifier", name)(rows.model, is_fitted=True, **on(canvas), **options)
    made.classes_ = [rows.names[k] for k in true]
    made._colors = _coloured(len(true))  # the only way in: class_colors_ has no setter
    return made


def _coloured(count: int) -> list[str]:
    return [OKABE_ITO[k % len(OKABE_ITO)] for k in range(count)]


DRAWERS: Mapping[PictureKind, Drawer] = {
    PictureKind.CLASSIFICATION_REPORT: _report,
    PictureKind.CONFUSION_MATRIX: _confusion,
    PictureKind.ROC_AUC: _roc,
    PictureKind.PRECISION_RECALL: _precision_recall,
    PictureKind.DISCRIMINATION_THRESHOLD: _threshold,
    PictureKind.CLASS_PREDICTION_ERROR: _class_prediction_error,
    PictureKind.DECISION_BOUNDARIES: _boundaries,
}
