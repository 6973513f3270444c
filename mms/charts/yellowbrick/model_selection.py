"""Pictures of how models are chosen: by fold, by rows, by hyperparameters, by features. All numbers are given."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator
from sklearn.model_selection import GridSearchCV

from mms.charts.theme import OKABE_ITO
from mms.charts.yellowbrick.canvas import Canvas, Drawer
from mms.charts.yellowbrick.compatibility import visualizer
from mms.charts.yellowbrick.numbers import Answered, ModelNumbers, on
from mms.domain.errors import Invalid
from mms.domain.pictures import PictureKind

_SHOWN = 20
"""Features of a picture of importances: those that weigh most."""


def _cv_scores(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """tables: folds (fold, score: natural units)."""
    folds = numbers.tables["folds"].sort_values("fold")
    made = _made("CVScores", canvas)
    made.cv_scores_ = folds["score"].to_numpy(float)
    made.cv_scores_mean_ = made.cv_scores_.mean()
    made.color = OKABE_ITO[0]
    made.draw(width=0.6)
    made.finalize()
    canvas.axes.set_xticks(np.arange(1, len(folds) + 1), [str(fold + 1) for fold in folds["fold"]])
    canvas.axes.lines[0].set_color(canvas.ink)
    canvas.axes.legend()
    canvas.axes.set(xlabel="fold", ylabel=numbers.metric)
    canvas.title(f"{numbers.metric} by fold")
    return made


def _learning_curve(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """tables: points (share, fold, n_train, score, train_score: natural units)."""
    points = numbers.tables["points"]
    made = _made("LearningCurve", canvas)
    made.train_sizes_ = points.groupby("share")["n_train"].mean().to_numpy()
    _curves(made, points, "share")
    made.draw()
    made.finalize()
    canvas.axes.set(xlabel="rows to learn from, mean of folds", ylabel=numbers.metric)
    _train_and_validate(canvas)
    canvas.title("Learning curve")
    return made


def _validation_curve(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """tables: points (value: number, fold, score, train_score: natural units); parameter (name, log)."""
    points, parameter = numbers.tables["points"], numbers.tables["parameter"].iloc[0]
    values = np.sort(points["value"].unique())
    made = _made("ValidationCurve", canvas, param_name=parameter["name"], param_range=values)
    made.logx = bool(parameter["log"]) and values[0] > 0
    _curves(made, points, "value")
    made.draw()
    made.finalize()
    canvas.axes.set(xlabel=parameter["name"], ylabel=numbers.metric)
    _train_and_validate(canvas)
    canvas.title(f"Validation curve over {parameter['name']}")
    return made


def _importances(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """tables: importances (feature, fold_0 .. , final) or, of a weighted sum for several classes, weights (feature, and
    one column a class, which are stacked: their mean says nothing)."""
    weights = numbers.tables.get("weights")
    if weights is not None:
        return _stacked(weights, numbers, canvas)
    table = numbers.tables["importances"]
    order = table["final"].abs().fillna(0.0).sort_values(kind="stable").index[-_SHOWN:]
    shown = table.loc[order].sort_values("final", kind="stable")
    made = _made("FeatureImportances", canvas, colors=[OKABE_ITO[0]])
    made.features_ = _short(shown["feature"])
    made.feature_importances_ = shown["final"].to_numpy(float)
    canvas.grow(len(shown))
    made.draw()
    made.finalize()
    folds = shown.drop(columns=["feature", "final"]).to_numpy(float)
    spread = [np.nanstd(row, ddof=1) if np.isfinite(row).sum() > 1 else 0.0 for row in folds]
    made.spread_ = np.array(spread)
    canvas.axes.errorbar(
        made.feature_importances_, np.arange(len(shown)) + 0.5, xerr=made.spread_,
        fmt="none", ecolor=canvas.ink, elinewidth=1, capsize=2,
    )  # fmt: skip
    canvas.axes.set_xlabel("weight in the final fit; bars: standard deviation over the folds")
    canvas.title(f"The {len(shown)} features that weigh most")
    return made


def _stacked(weights: pd.DataFrame, numbers: ModelNumbers, canvas: Canvas) -> Any:
    classes = [name for name in numbers.classes if name in weights]
    size = weights[classes].abs().sum(axis=1)
    shown = weights.loc[size.sort_values(kind="stable").index[-_SHOWN:]]
    canvas.grow(len(shown))
    made = _made("FeatureImportances", canvas, stack=True)
    made.stack, made.classes_ = True, np.array(classes)
    made.features_ = _short(shown["feature"])
    made.feature_importances_ = shown[classes].to_numpy(float).T
    made.draw()
    made.finalize()
    canvas.axes.set_xlabel("coefficient of each class")
    canvas.title(f"The {len(shown)} features that weigh most")
    return made


def _elimination(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """tables: points (features, fold, score: natural units)."""
    by_size = numbers.tables["points"].pivot(index="features", columns="fold", values="score").sort_index()
    means = by_size.mean(axis=1)
    made = _made("RFECV", canvas)
    made.n_feature_subsets_, made.cv_scores_ = by_size.index.to_numpy(), by_size.to_numpy()
    best = means.to_numpy().argmax() if numbers.greater else means.to_numpy().argmin()
    made.n_features_ = int(made.n_feature_subsets_[best])
    made.draw()
    made.finalize()
    mark = canvas.axes.lines[-1]
    mark.set(color=canvas.ink, label=f"{made.n_features_} features: {numbers.metric} {means.iloc[best]:.3f}")
    canvas.axes.legend()
    canvas.axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    canvas.axes.set(xlabel="features that are left", ylabel=f"{numbers.metric}, mean and spread of folds")
    canvas.title("Recursive feature elimination")
    return made


def _dropping(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """tables: points (share, features, fold, score, train_score: natural units)."""
    points = numbers.tables["points"]
    made = _made("DroppingCurve", canvas)
    made.feature_sizes_ = points.groupby("share")["features"].mean().to_numpy()
    _curves(made, points, "share", validated="valid")
    made.draw()
    made.finalize()
    canvas.axes.set(xlabel="features that are left, taken at random in each fold", ylabel=numbers.metric)
    _train_and_validate(canvas)
    canvas.title("Dropping curve")
    return made


def _grid(numbers: ModelNumbers, canvas: Canvas) -> Any:
    """tables: cells (x, y: texts, score: natural units), names (x, y), x_values and y_values (value: texts, in order).
    Yellowbrick would leave out 0, False and None, and refuse None beside numbers."""
    cells, names = numbers.tables["cells"], numbers.tables["names"].iloc[0]
    x_values, y_values = (numbers.tables[f"{side}_values"]["value"].tolist() for side in ("x", "y"))
    scores = np.full((len(y_values), len(x_values)), np.nan)
    for cell in cells.itertuples():
        scores[y_values.index(cell.y), x_values.index(cell.x)] = cell.score
    made = visualizer("gridsearch", "GridSearchColorPlot")(
        GridSearchCV(Answered(), {}), names["x"], names["y"], colormap="cividis", **on(canvas)
    )
    made.scores_ = scores
    made.param_projection = lambda *_args, **_named: (x_values, y_values, scores)
    made.draw()
    made.finalize()
    canvas.axes.set_aspect("auto")
    canvas.axes.patch.set(hatch="", facecolor="none")
    for (y, x), score in np.ndenumerate(scores):
        if np.isfinite(score):
            dark = score < np.nanmean([np.nanmin(scores), np.nanmax(scores)])
            canvas.axes.text(
                x + 0.5, y + 0.5, f"{score:.3f}", ha="center", va="center", color="white" if dark else "black"
            )
    canvas.axes.set(xlabel=names["x"], ylabel=names["y"])
    canvas.title(f"{numbers.metric}, mean of folds")
    return made


def _curves(made: Any, points: pd.DataFrame, by: str, validated: str = "test") -> None:
    """Give a visualizer its means and spreads over the folds, in the order of `by`."""
    if points.empty:
        raise Invalid("No point of this curve is determined by the folds.")
    for column, side in (("train_score", "train"), ("score", validated)):
        table = points.pivot(index=by, columns="fold", values=column).sort_index()
        setattr(made, f"{side}_scores_", table.to_numpy(float))
        setattr(made, f"{side}_scores_mean_", np.nanmean(table.to_numpy(float), axis=1))
        setattr(made, f"{side}_scores_std_", table.std(axis=1).fillna(0.0).to_numpy(float))


def _train_and_validate(canvas: Canvas) -> None:
    """Both lines in colours that can be told apart, and what they are in our words."""
    for band, line, colour, words in zip(
        canvas.axes.collections, canvas.axes.lines, OKABE_ITO[:2], ("on the rows it learnt from", "out of fold"),
        strict=True,
    ):  # fmt: skip
        line.set(color=colour, label=words)
        band.set_color(colour)
    canvas.axes.legend()


def _short(names: pd.Series) -> np.ndarray:
    """Names of features without their branch, cut to what an axis holds."""
    return np.array([name if len(name) <= 32 else f"{name[:15]}…{name[-16:]}" for name in names.astype(str)])


def _made(name: str, canvas: Canvas, **options: Any) -> Any:
    return visualizer("model_selection", name)(Answered(classes=2), **on(canvas), **options)


DRAWERS: Mapping[PictureKind, Drawer] = {
    PictureKind.CV_SCORES: _cv_scores,
    PictureKind.LEARNING_CURVE: _learning_curve,
    PictureKind.VALIDATION_CURVE: _validation_curve,
    PictureKind.FEATURE_IMPORTANCES: _importances,
    PictureKind.FEATURE_ELIMINATION: _elimination,
    PictureKind.DROPPING_CURVE: _dropping,
    PictureKind.GRID_SEARCH: _grid,
}
