"""Yellowbrick pictures of how models are chosen show the numbers they are given, each where it belongs."""

import numpy as np
import pandas as pd
import pytest

from mms.domain.errors import Invalid
from mms.domain.pictures import PictureKind
from mms.domain.projects import Task
from tests.charts.test_yellowbrick_models import Numbers, drawn

FOLDS = range(3)


def regression(**tables: pd.DataFrame) -> Numbers:
    """Numbers of a regressor whose metric is better where it is less."""
    return Numbers(Task.REGRESSION, (), None, "RMSE", greater=False, tables=tables)


def curve(by: str, places: list[float], **columns: list[float]) -> pd.DataFrame:
    """Points whose scores are 10 for each place and 1 for each fold; twice that on the rows learnt from."""
    rows = [
        {by: place, "fold": fold, "score": 10.0 * i + fold, "train_score": 2 * (10.0 * i + fold)}
        | {name: values[i] for name, values in columns.items()}
        for i, place in enumerate(places)
        for fold in FOLDS
    ]
    return pd.DataFrame(rows)


def means(places: int) -> list[float]:
    """What the folds of `curve` give on average."""
    return [10.0 * i + 1.0 for i in range(places)]


def test_scores_by_fold_are_bars_with_their_mean() -> None:
    folds = pd.DataFrame({"fold": [2, 0, 5], "score": [0.3, 0.1, 0.8]})

    visualizer = drawn(PictureKind.CV_SCORES, regression(folds=folds))

    assert [bar.get_height() for bar in visualizer.ax.patches] == [0.1, 0.3, 0.8]
    assert [tick.get_text() for tick in visualizer.ax.get_xticklabels()] == ["1", "3", "6"]
    assert visualizer.ax.lines[0].get_ydata()[0] == pytest.approx(0.4)
    assert visualizer.ax.get_xlabel() == "fold", "Yellowbrick says 'Training Instances'"


def test_the_learning_curve_stands_at_the_mean_number_of_rows() -> None:
    points = curve("share", [0.5, 1.0], n_train=[50, 100])

    visualizer = drawn(PictureKind.LEARNING_CURVE, regression(points=points))

    train, validate = visualizer.ax.lines
    assert validate.get_xdata().tolist() == [50.0, 100.0]
    assert validate.get_ydata().tolist() == means(2)
    assert train.get_ydata().tolist() == [2 * mean for mean in means(2)]
    np.testing.assert_allclose(visualizer.test_scores_std_, np.std(list(FOLDS), ddof=1))
    assert train.get_color() != validate.get_color()


@pytest.mark.parametrize(("log", "first", "scale"), [(True, 0.1, "log"), (True, 0.0, "linear"), (False, 0.1, "linear")])
def test_the_validation_curve_orders_values_as_numbers(log: bool, first: float, scale: str) -> None:
    points = curve("value", [first, 2.0, 10.0]).sample(frac=1, random_state=0)
    parameter = pd.DataFrame({"name": ["alpha"], "log": [log]})

    visualizer = drawn(PictureKind.VALIDATION_CURVE, regression(points=points, parameter=parameter))

    assert visualizer.ax.lines[1].get_xdata().tolist() == [first, 2.0, 10.0]
    assert visualizer.ax.lines[1].get_ydata().tolist() == means(3)
    assert visualizer.ax.get_xscale() == scale


def test_a_curve_without_points_is_refused() -> None:
    with pytest.raises(Invalid, match="No point of this curve"):
        drawn(PictureKind.LEARNING_CURVE, regression(points=curve("share", [1.0], n_train=[9]).iloc[:0]))


def test_importances_are_those_of_the_final_fit_with_their_spread_over_the_folds() -> None:
    names = [f"f{i:02}" for i in range(30)]
    final = np.arange(30.0) * np.where(np.arange(30) % 2, 1, -1)
    table = pd.DataFrame({"feature": names, "fold_0": final - 1, "fold_1": final + 1, "final": final})

    visualizer = drawn(PictureKind.FEATURE_IMPORTANCES, regression(importances=table))

    assert set(visualizer.features_) == set(names[10:])
    shown = dict(zip(visualizer.features_, (bar.get_width() for bar in visualizer.ax.patches), strict=True))
    assert shown["f29"] == 29.0
    assert shown["f28"] == -28.0
    np.testing.assert_allclose(visualizer.spread_, np.std([-1, 1], ddof=1))


def test_the_coefficients_of_classes_are_stacked_and_not_averaged_away() -> None:
    weights = pd.DataFrame({"feature": ["a", "b"], "x": [1.0, 2.0], "y": [-1.0, 1.0], "z": [0.0, -3.0]})
    numbers = Numbers(Task.MULTICLASS, ("x", "y", "z"), None, tables={"weights": weights})

    visualizer = drawn(PictureKind.FEATURE_IMPORTANCES, numbers)

    widths = [bar.get_width() for bar in visualizer.ax.patches]
    assert widths == [1.0, 2.0, -1.0, 1.0, 0.0, -3.0]
    assert [bar.get_x() for bar in visualizer.ax.patches[2:4]] == [0.0, 2.0], "what is positive lies beside it"
    assert visualizer.features_.tolist() == ["a", "b"]


@pytest.mark.parametrize(("greater", "best"), [(True, 8), (False, 1)])
def test_elimination_marks_the_best_number_of_features(greater: bool, best: int) -> None:
    points = curve("features", [1, 4, 8])
    numbers = Numbers(Task.REGRESSION, (), None, "R²", greater=greater, tables={"points": points})

    visualizer = drawn(PictureKind.FEATURE_ELIMINATION, numbers)

    line, mark = visualizer.ax.lines
    assert line.get_xdata().tolist() == [1, 4, 8]
    assert line.get_ydata().tolist() == means(3)
    assert mark.get_xdata()[0] == visualizer.n_features_ == best
    assert mark.get_label() == f"{best} features: R² {means(3)[0 if best == 1 else 2]:.3f}"


def test_the_dropping_curve_stands_at_the_mean_number_of_features() -> None:
    visualizer = drawn(PictureKind.DROPPING_CURVE, regression(points=curve("share", [0.5, 1.0], features=[3, 7])))

    assert visualizer.ax.lines[1].get_xdata().tolist() == [3.0, 7.0]
    assert visualizer.ax.lines[1].get_ydata().tolist() == means(2)


def test_the_grid_keeps_zero_false_and_none_in_their_places() -> None:
    cells = pd.DataFrame(
        {"x": ["0", "0", "2", "10"], "y": ["false", "none", "false", "none"], "score": [0.1, 0.2, 0.3, 0.4]}
    )
    numbers = regression(
        cells=cells,
        names=pd.DataFrame({"x": ["depth"], "y": ["weights"]}),
        x_values=pd.DataFrame({"value": ["0", "2", "10"]}),
        y_values=pd.DataFrame({"value": ["false", "none"]}),
    )

    visualizer = drawn(PictureKind.GRID_SEARCH, numbers)

    np.testing.assert_array_equal(visualizer.scores_, [[0.1, 0.3, np.nan], [0.2, np.nan, 0.4]])
    mesh = visualizer.ax.collections[0]
    assert np.ma.filled(mesh.get_array().astype(float), np.nan).ravel() == pytest.approx(
        [0.1, 0.3, np.nan, 0.2, np.nan, 0.4], nan_ok=True
    )
    assert [tick.get_text() for tick in visualizer.ax.get_xticklabels()] == ["0", "2", "10"]
    assert sorted(text.get_text() for text in visualizer.ax.texts) == ["0.100", "0.200", "0.300", "0.400"]


def test_the_path_of_alphas_marks_the_least_error() -> None:
    points = pd.DataFrame(
        [{"alpha": a, "fold": f, "error": abs(a - 1.0) + f} for a in (100.0, 1.0, 0.01) for f in FOLDS]
    )

    visualizer = drawn(PictureKind.ALPHA_SELECTION, regression(points=points))

    path, mark = visualizer.ax.lines
    assert path.get_xdata().tolist() == [0.01, 1.0, 100.0]
    np.testing.assert_allclose(path.get_ydata(), [1.99, 1.0, 100.0])
    assert mark.get_xdata()[0] == 1.0
    assert visualizer.ax.get_xscale() == "log"


@pytest.mark.parametrize(("greater", "best"), [(True, 10.0), (False, 1e-5)])
def test_alphas_by_refits_mark_the_best_only_and_tell_small_ones_from_zero(greater: bool, best: float) -> None:
    numbers = Numbers(
        Task.REGRESSION, (), None, "R²", greater=greater, tables={"points": curve("value", [1e-5, 0.1, 10.0])}
    )

    visualizer = drawn(PictureKind.MANUAL_ALPHA_SELECTION, numbers)

    path, mark = visualizer.ax.lines
    assert path.get_ydata().tolist() == means(3)
    assert mark.get_xdata()[0] == best
    assert mark.get_label() == f"best at alpha = {best:.3g}"


def test_an_alpha_of_zero_has_a_place_too() -> None:
    visualizer = drawn(PictureKind.MANUAL_ALPHA_SELECTION, regression(points=curve("value", [0.0, 0.1, 1.0])))

    assert visualizer.ax.get_xscale() == "symlog"


def test_cooks_distances_stand_at_their_rows() -> None:
    distances = pd.DataFrame({"row": [7, 2], "distance": [0.9, 0.4]})
    facts = pd.DataFrame({"rows": [8], "length": [10], "above": [0.125]})

    visualizer = drawn(PictureKind.COOKS_DISTANCE, regression(distances=distances, facts=facts))

    stems = visualizer.ax.collections[0].get_segments()
    heights = [float(stem[1, 1]) for stem in stems]
    assert heights == [0, 0, 0.4, 0, 0, 0, 0, 0.9, 0, 0]
    line = next(line for line in visualizer.ax.lines if line.get_linestyle() == "--")
    assert line.get_ydata()[0] == 4 / 8
    assert line.get_label().startswith("12.50%")
