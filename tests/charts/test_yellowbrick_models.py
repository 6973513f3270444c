"""Yellowbrick pictures of models say the numbers of scikit-learn: "drawn without an exception" is not "right"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import (
    average_precision_score,
    confusion_matrix,
    precision_recall_curve,
    precision_recall_fscore_support,
    r2_score,
    roc_auc_score,
)

from mms.charts.yellowbrick.canvas import canvas
from mms.charts.yellowbrick.gallery import DRAWERS, draw
from mms.domain.errors import Invalid
from mms.domain.pictures import PictureKind, Theme
from mms.domain.projects import Task

CLASSES = ("false", "maybe", "true")


@dataclass(frozen=True)
class Numbers:
    """What a picture of a model is drawn from."""

    task: Task
    classes: tuple[str, ...]
    positive: str | None
    metric: str = "F1"
    greater: bool = True
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def answers(rows: int = 300, classes: tuple[str, ...] = CLASSES) -> Numbers:
    """Out-of-fold rows of a classifier that is right seven times in ten."""
    chance = np.random.default_rng(3)
    truth = chance.integers(len(classes), size=rows)
    shares = chance.dirichlet(np.ones(len(classes)), rows) + 0.7 * np.eye(len(classes))[truth]
    shares /= shares.sum(axis=1, keepdims=True)
    table = {
        "fold": np.arange(rows) % 12,
        "truth": np.array(classes)[truth],
        "label": np.array(classes)[shares.argmax(axis=1)],
    } | {f"p_{k}": shares[:, k] for k in range(len(classes))}
    task = Task.BINARY if len(classes) == 2 else Task.MULTICLASS
    return Numbers(task, classes, classes[-1] if len(classes) == 2 else None, tables={"rows": pd.DataFrame(table)})


def values(rows: int = 300) -> Numbers:
    """Out-of-fold rows of a regressor."""
    chance = np.random.default_rng(3)
    truth = chance.normal(10, 3, rows)
    table = {"fold": np.arange(rows) % 12, "truth": truth, "value": truth + chance.normal(0, 1, rows)}
    return Numbers(Task.REGRESSION, (), None, "R²", tables={"rows": pd.DataFrame(table)})


def drawn(kind: PictureKind, numbers: Numbers) -> Any:
    """The visualizer with the numbers that it drew."""
    with canvas(Theme.LIGHT) as on:
        return DRAWERS[kind](numbers, on)


@pytest.mark.parametrize("classes", [CLASSES, ("no", "yes"), ("1", "2")])
def test_the_report_of_text_labels_is_that_of_scikit_learn(classes: tuple[str, ...]) -> None:
    rows = answers(classes=classes)

    visualizer = drawn(PictureKind.CLASSIFICATION_REPORT, rows)

    frame = rows.tables["rows"]
    expected = precision_recall_fscore_support(frame["truth"], frame["label"], labels=list(classes))
    shown = [[visualizer.scores_[name][label] for label in classes] for name in ("precision", "recall", "f1")]
    np.testing.assert_allclose(shown, expected[:3])
    assert visualizer.support_score_.tolist() == expected[3].tolist()


def test_the_rows_of_the_report_bear_the_names_of_their_classes() -> None:
    rows = answers()

    visualizer = drawn(PictureKind.CLASSIFICATION_REPORT, rows)

    recall = {name: (g["label"] == name).mean() for name, g in rows.tables["rows"].groupby("truth")}
    names = [tick.get_text() for tick in visualizer.ax.get_yticklabels()]
    cells = {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in visualizer.ax.texts}
    for position, name in enumerate(names):
        assert cells[position + 0.5, 1.5] == f"{recall[name]:.3f}"


def test_the_class_prediction_error_counts_the_confusion_matrix() -> None:
    rows = answers()

    visualizer = drawn(PictureKind.CLASS_PREDICTION_ERROR, rows)

    expected = confusion_matrix(rows.tables["rows"]["truth"], rows.tables["rows"]["label"], labels=list(CLASSES))
    np.testing.assert_array_equal(visualizer.predictions_, expected)
    heights = sorted(bar.get_height() for bar in visualizer.ax.patches)
    assert heights == sorted(expected.ravel())
    columns = [int(expected[:, i].sum()) for i in range(len(CLASSES))]
    tops = [
        max(b.get_y() + b.get_height() for b in visualizer.ax.patches[i :: len(CLASSES)]) for i in range(len(CLASSES))
    ]
    assert tops == columns, "a bar holds the rows that were answered with its class"
    assert visualizer.ax.get_xlabel() == "answered class"


def test_a_class_that_never_occurs_is_left_out() -> None:
    table = pd.DataFrame({"truth": ["a", "b", "a"], "label": ["a", "b", "b"]})
    rows = Numbers(Task.MULTICLASS, ("a", "b", "c"), None, tables={"rows": table})

    visualizer = drawn(PictureKind.CLASS_PREDICTION_ERROR, rows)

    np.testing.assert_array_equal(visualizer.predictions_, [[1, 1], [0, 1]])


def test_residuals_are_value_minus_truth_at_the_value() -> None:
    rows = values()

    visualizer = drawn(PictureKind.RESIDUALS, rows)

    points = visualizer.ax.collections[0].get_offsets().data
    frame = rows.tables["rows"]
    np.testing.assert_allclose(points[:, 0], frame["value"])
    np.testing.assert_allclose(points[:, 1], frame["value"] - frame["truth"])


def test_the_prediction_error_shows_truth_against_value_and_r2() -> None:
    rows = values()

    visualizer = drawn(PictureKind.PREDICTION_ERROR, rows)

    points = visualizer.ax.collections[0].get_offsets().data
    np.testing.assert_allclose(points, rows.tables["rows"][["truth", "value"]])
    assert visualizer.score_ == pytest.approx(r2_score(rows.tables["rows"]["truth"], rows.tables["rows"]["value"]))


def test_the_confusion_matrix_counts_true_classes_by_row_and_answers_by_column() -> None:
    rows = answers()
    table = rows.tables["rows"]

    visualizer = drawn(PictureKind.CONFUSION_MATRIX, rows)

    expected = confusion_matrix(table["truth"], table["label"], labels=list(CLASSES))
    np.testing.assert_array_equal(visualizer.confusion_matrix_, expected)
    shown = {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in visualizer.ax.texts}
    names = [tick.get_text() for tick in visualizer.ax.get_yticklabels()]
    for y, name in enumerate(names):
        row = [shown[y + 0.5, x + 0.5] for x in range(len(CLASSES))]
        assert row == [str(count) for count in expected[CLASSES.index(name)]]


@pytest.mark.slow
def test_sixty_classes_get_a_larger_matrix_without_texts() -> None:
    names = tuple(f"c{i:02}" for i in range(60))

    visualizer = drawn(PictureKind.CONFUSION_MATRIX, answers(3_000, names))

    assert not any(text.get_visible() for text in visualizer.ax.texts)
    assert visualizer.fig.get_size_inches()[1] > 15


@pytest.mark.parametrize("classes", [CLASSES, ("no", "yes"), ("yes", "no")])
def test_roc_curves_have_the_areas_of_scikit_learn(classes: tuple[str, ...]) -> None:
    rows = answers(classes=classes)
    table = rows.tables["rows"]

    visualizer = drawn(PictureKind.ROC_AUC, rows)

    areas = {name: roc_auc_score(table["truth"] == name, table[f"p_{k}"]) for k, name in enumerate(classes)}
    shown = {name: visualizer.roc_auc[i] for i, name in enumerate(visualizer.classes_)}
    assert shown == pytest.approx(areas)
    assert visualizer.roc_auc["macro"] == pytest.approx(np.mean(list(areas.values())))
    hits = (table["truth"].to_numpy()[:, None] == np.array(classes)).ravel()
    shares = table[[f"p_{k}" for k in range(len(classes))]].to_numpy().ravel()
    assert visualizer.roc_auc["micro"] == pytest.approx(roc_auc_score(hits, shares))
    legend = [text.get_text() for text in visualizer.ax.get_legend().get_texts()]
    assert f"ROC of class {classes[0]}, AUC = {areas[classes[0]]:0.2f}" in legend


def test_roc_curves_leave_a_class_out_that_never_truly_occurs() -> None:
    rows = answers()
    table = rows.tables["rows"].query("truth != 'maybe'").reset_index(drop=True)

    visualizer = drawn(PictureKind.ROC_AUC, Numbers(rows.task, CLASSES, None, tables={"rows": table}))

    assert visualizer.classes_ == ["false", "true"]
    assert visualizer.roc_auc[1] == pytest.approx(roc_auc_score(table["truth"] == "true", table["p_2"]))


@pytest.mark.parametrize("kind", [PictureKind.ROC_AUC, PictureKind.PRECISION_RECALL])
def test_one_class_has_no_curve(kind: PictureKind) -> None:
    rows = answers()
    table = rows.tables["rows"].query("truth == 'maybe'").reset_index(drop=True)

    with pytest.raises(Invalid, match="All rows are of one class"):
        drawn(kind, Numbers(rows.task, CLASSES, None, tables={"rows": table}))


@pytest.mark.parametrize("classes", [("no", "yes"), ("yes", "no")])
def test_the_precision_recall_curve_of_two_classes_is_that_of_the_positive_one(classes: tuple[str, ...]) -> None:
    rows = answers(classes=classes)
    table, last = rows.tables["rows"], classes[-1]

    visualizer = drawn(PictureKind.PRECISION_RECALL, rows)

    assert rows.positive == last
    assert visualizer.score_ == pytest.approx(average_precision_score(table["truth"] == last, table["p_1"]))
    precision, recall, _ = precision_recall_curve(table["truth"] == last, table["p_1"])
    line = next(line for line in visualizer.ax.lines if line.get_label() == "Binary PR curve")
    np.testing.assert_allclose(line.get_xdata(), recall)
    np.testing.assert_allclose(line.get_ydata(), precision)


def test_the_precision_recall_curves_of_many_classes_are_those_of_the_stored_answers() -> None:
    rows = answers()
    table = rows.tables["rows"]

    visualizer = drawn(PictureKind.PRECISION_RECALL, rows)

    expected = {n: average_precision_score(table["truth"] == n, table[f"p_{k}"]) for k, n in enumerate(CLASSES)}
    assert {name: visualizer.score_[name] for name in CLASSES} == pytest.approx(expected)


def test_thresholds_are_judged_in_each_fold_as_scikit_learn_counts() -> None:
    rows = answers(1_200, ("no", "yes"))
    table = rows.tables["rows"]

    visualizer = drawn(PictureKind.DISCRIMINATION_THRESHOLD, rows)

    at = 40
    assert visualizer.thresholds_[at] == pytest.approx(0.4)
    folds = [group for _, group in table.groupby("fold")]
    judged = [
        precision_recall_fscore_support(g["truth"] == "yes", g["p_1"] >= visualizer.thresholds_[at], average="binary")
        for g in folds
    ]
    for i, name in enumerate(("precision", "recall", "fscore")):
        assert visualizer.cv_scores_[name][at] == pytest.approx(np.median([fold[i] for fold in judged]))
        assert visualizer.cv_scores_[f"{name}_upper"][at] == pytest.approx(
            np.quantile([fold[i] for fold in judged], 0.9)
        )
    flagged = [(g["p_1"] >= visualizer.thresholds_[at]).mean() for g in folds]
    assert visualizer.cv_scores_["queue_rate"][at] == pytest.approx(np.median(flagged))
    assert np.isnan(visualizer.cv_scores_["precision"][-1]), "at 1 nothing is flagged, and precision is not 1"
    best = visualizer.thresholds_[visualizer.cv_scores_["fscore"].argmax()]
    assert f"best median F1 at {best:.2f}" in [t.get_text() for t in visualizer.ax.get_legend().get_texts()]


def test_boundaries_show_every_row_and_each_class_in_its_colour() -> None:
    x, y = (side.ravel() for side in np.meshgrid([-2.0, 0.0, 2.0], [-1.0, 1.0]))
    grid = pd.DataFrame({"x": x, "y": y, "label": np.where(x > 0, "true", "maybe")})
    points = pd.DataFrame({"x": [-1.5, 1.5], "y": [0.0, 0.5], "truth": ["false", "true"]})
    axes = pd.DataFrame({"column": ["width", "height"]})

    visualizer = drawn(
        PictureKind.DECISION_BOUNDARIES,
        Numbers(Task.MULTICLASS, CLASSES, None, tables={"grid": grid, "points": points, "axes": axes}),
    )

    plane, *dots = visualizer.ax.collections
    np.testing.assert_array_equal(np.asarray(plane.get_array()).reshape(2, 3), [[1, 1, 2], [1, 1, 2]])
    assert plane.get_clim() == (-0.5, 2.5), "a class that is nowhere answered keeps the others their colours"
    assert visualizer.ax.get_xlim() == (-2.0, 2.0)
    assert [len(np.unique(part.get_offsets(), axis=0)) for part in dots] == [1, 0, 1]
    assert (visualizer.ax.get_xlabel(), visualizer.ax.get_ylabel()) == ("width", "height")


def test_nothing_is_drawn_from_nothing() -> None:
    nothing = Numbers(Task.REGRESSION, (), None, tables={"rows": pd.DataFrame({"truth": [], "value": []})})

    with pytest.raises(Invalid, match="no out-of-fold rows"):
        draw(PictureKind.RESIDUALS, Theme.LIGHT, nothing)
