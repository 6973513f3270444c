"""Yellowbrick pictures of models say the numbers of scikit-learn: "drawn without an exception" is not "right"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, r2_score

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
    return Numbers(Task.REGRESSION, (), None, "R²", {"rows": pd.DataFrame(table)})


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


def test_nothing_is_drawn_from_nothing() -> None:
    nothing = Numbers(Task.REGRESSION, (), None, tables={"rows": pd.DataFrame({"truth": [], "value": []})})

    with pytest.raises(Invalid, match="no out-of-fold rows"):
        draw(PictureKind.RESIDUALS, Theme.LIGHT, nothing)
