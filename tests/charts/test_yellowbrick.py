"""Yellowbrick pictures say the numbers of scikit-learn: "drawn without an exception" is not "right"."""

import subprocess
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, r2_score

from mms.charts.yellowbrick.drawing import KINDS, OutOfFold, draw, drawn
from mms.domain.pictures import PictureKind, Theme
from mms.domain.projects import Task

CLASSES = ("false", "maybe", "true")


def answers(rows: int = 300, classes: tuple[str, ...] = CLASSES) -> OutOfFold:
    chance = np.random.default_rng(3)
    truth = chance.choice(classes, rows)
    label = np.where(chance.random(rows) < 0.7, truth, chance.choice(classes, rows))
    return OutOfFold(classes, pd.DataFrame({"truth": truth, "label": label}))


def values(rows: int = 300) -> OutOfFold:
    chance = np.random.default_rng(3)
    truth = chance.normal(10, 3, rows)
    return OutOfFold((), pd.DataFrame({"truth": truth, "value": truth + chance.normal(0, 1, rows)}))


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    pyplot.close("all")


@pytest.mark.parametrize("classes", [CLASSES, ("no", "yes"), ("1", "2")])
def test_the_report_of_text_labels_is_that_of_scikit_learn(classes: tuple[str, ...]) -> None:
    rows = answers(classes=classes)

    visualizer, _ = drawn(PictureKind.CLASSIFICATION_REPORT, Theme.LIGHT, rows)

    frame = rows.rows
    expected = precision_recall_fscore_support(frame["truth"], frame["label"], labels=list(classes))
    shown = [[visualizer.scores_[name][label] for label in classes] for name in ("precision", "recall", "f1")]
    np.testing.assert_allclose(shown, expected[:3])
    assert visualizer.support_score_.tolist() == expected[3].tolist()


def test_the_rows_of_the_report_bear_the_names_of_their_classes() -> None:
    rows = answers()

    visualizer, _ = drawn(PictureKind.CLASSIFICATION_REPORT, Theme.LIGHT, rows)

    recall = {name: (g["label"] == name).mean() for name, g in rows.rows.groupby("truth")}
    names = [tick.get_text() for tick in visualizer.ax.get_yticklabels()]
    cells = {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in visualizer.ax.texts}
    for position, name in enumerate(names):
        assert cells[position + 0.5, 1.5] == f"{recall[name]:.3f}"


def test_the_class_prediction_error_counts_the_confusion_matrix() -> None:
    rows = answers()

    visualizer, _ = drawn(PictureKind.CLASS_PREDICTION_ERROR, Theme.LIGHT, rows)

    expected = confusion_matrix(rows.rows["truth"], rows.rows["label"], labels=list(CLASSES))
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
    rows = OutOfFold(("a", "b", "c"), pd.DataFrame({"truth": ["a", "b", "a"], "label": ["a", "b", "b"]}))

    visualizer, _ = drawn(PictureKind.CLASS_PREDICTION_ERROR, Theme.LIGHT, rows)

    np.testing.assert_array_equal(visualizer.predictions_, [[1, 1], [0, 1]])


def test_residuals_are_value_minus_truth_at_the_value() -> None:
    rows = values()

    visualizer, _ = drawn(PictureKind.RESIDUALS, Theme.LIGHT, rows)

    points = visualizer.ax.collections[0].get_offsets().data
    frame = rows.rows
    np.testing.assert_allclose(points[:, 0], frame["value"])
    np.testing.assert_allclose(points[:, 1], frame["value"] - frame["truth"])


def test_the_prediction_error_shows_truth_against_value_and_r2() -> None:
    rows = values()

    visualizer, _ = drawn(PictureKind.PREDICTION_ERROR, Theme.LIGHT, rows)

    points = visualizer.ax.collections[0].get_offsets().data
    np.testing.assert_allclose(points, rows.rows[["truth", "value"]])
    assert visualizer.score_ == pytest.approx(r2_score(rows.rows["truth"], rows.rows["value"]))


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(("task", "kind"), [(task, kind) for task, kinds in KINDS.items() for kind in kinds])
def test_every_picture_is_an_svg_in_the_ink_of_its_theme(task: Task, kind: PictureKind, theme: Theme) -> None:
    svg = draw(kind, theme, answers() if task.is_classification else values())

    assert b"<svg" in svg
    assert (b"#fafafa" in svg) is (theme is Theme.DARK)
    assert not pyplot.get_fignums()


def test_many_points_make_no_large_picture() -> None:
    assert len(draw(PictureKind.RESIDUALS, Theme.LIGHT, values(30_000))) < 400_000


def test_drawing_leaves_the_process_as_it_was() -> None:
    before = dict(mpl.rcParams)

    draw(PictureKind.CLASSIFICATION_REPORT, Theme.DARK, answers())

    assert dict(mpl.rcParams) == before


def test_threads_draw_what_one_thread_draws() -> None:
    alone = draw(PictureKind.CLASS_PREDICTION_ERROR, Theme.LIGHT, answers())

    with ThreadPoolExecutor(4) as pool:
        tasks = [pool.submit(draw, PictureKind.CLASS_PREDICTION_ERROR, Theme.LIGHT, answers()) for _ in range(4)]

    assert {task.result() for task in tasks} == {alone}


def test_nothing_is_drawn_from_nothing() -> None:
    with pytest.raises(ValueError, match="no out-of-fold rows"):
        draw(PictureKind.RESIDUALS, Theme.LIGHT, OutOfFold((), pd.DataFrame({"truth": [], "value": []})))


@pytest.mark.slow
def test_a_python_without_distutils_draws_too() -> None:
    program = (
        "import sys; sys.modules['distutils'] = None\n"
        "from mms.charts.yellowbrick.compatibility import visualizers\n"
        "print(visualizers().ResidualsPlot.__name__)\n"
    )

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)

    assert answer.stdout.strip() == "ResidualsPlot", answer.stderr
