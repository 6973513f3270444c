"""Pictures of a snapshot's columns: how each is distributed, how two go together, how all of them part the groups."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.feature_selection import f_classif
from sklearn.preprocessing import StandardScaler

from mms.charts.theme import OKABE_ITO
from mms.charts.yellowbrick.canvas import Canvas, Drawer
from mms.charts.yellowbrick.compatibility import visualizer
from mms.charts.yellowbrick.finish import colours, finished, labels, need_columns, need_rows
from mms.charts.yellowbrick.sample import Sample
from mms.domain.errors import Invalid
from mms.domain.pictures import PictureKind

EMBEDDED = 1_000
"""Rows that embeddings of all pairs look at; the others are left out, at equal steps."""

NEIGHBOURS = 10
"""Rows to which a row is joined where distances run along the data."""

ARROWS = 10
"""Columns that keep their arrow in the plane of components: those with the longest."""


def every(sample: Sample, most: int) -> np.ndarray:
    """Positions of at most so many of the sample's rows, at equal steps."""
    count = len(sample.rows)
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)


def _on(canvas: Canvas) -> dict[str, Any]:
    return {"ax": canvas.axes, "fig": canvas.figure}


def _grouped(sample: Sample, canvas: Canvas) -> dict[str, Any]:
    return {**_on(canvas), "classes": list(sample.names), "colors": colours(sample), "target_type": "discrete"}


def _rank_1d(sample: Sample, canvas: Canvas) -> Any:
    need_rows(sample, 3)
    if not sample.measured:
        raise Invalid("It takes a column of numbers that varies, and there is none.")
    names = [labels(sample)[i] for i in sample.measured]
    drawn = visualizer("features", "Rank1D")(**_on(canvas), features=names, color=OKABE_ITO[0])
    drawn.fit_transform(sample.numbers.to_numpy()[:, list(sample.measured)])
    finished(drawn, canvas, "How near to a normal distribution each number is", sample)
    canvas.axes.set_xlabel("W of Shapiro and Wilk (1: normal)")
    return drawn


def _rank_2d(sample: Sample, canvas: Canvas) -> Any:
    need_columns(sample, 2)
    drawn = visualizer("features", "Rank2D")(**_on(canvas), features=labels(sample), algorithm="pearson")
    drawn.fit_transform(sample.numbers.to_numpy())
    return finished(drawn, canvas, "Pearson correlation of every two columns", sample)


def _parallel(sample: Sample, canvas: Canvas) -> Any:
    need_columns(sample, 2)
    made = visualizer("features", "ParallelCoordinates")
    drawn = made(
        **_grouped(sample, canvas), features=labels(sample), normalize="minmax", fast=True, alpha=0.3,
        vlines_kwds={"linewidth": 0.5, "color": canvas.ink},
    )  # fmt: skip
    drawn.fit(sample.numbers.to_numpy(), sample.groups)
    for line in canvas.axes.lines:
        line.set_rasterized(sample.numbers.size > 10_000)
    finished(drawn, canvas, "Every row as a line, each column from its least to its greatest", sample, legend=True)
    canvas.axes.tick_params(axis="x", rotation=90)
    return drawn


def _radviz(sample: Sample, canvas: Canvas) -> Any:
    need_columns(sample, 3)
    drawn = visualizer("features", "RadViz")(**_grouped(sample, canvas), features=labels(sample), alpha=0.5)
    drawn.fit(sample.numbers.to_numpy(), sample.groups)
    for points in canvas.axes.collections:
        points.set_offsets(np.nan_to_num(np.asarray(points.get_offsets())))  # a row of least values: nothing pulls it
    return finished(drawn, canvas, "Every row, pulled by the columns in which it is great", sample, legend=True)


def _pca(sample: Sample, canvas: Canvas) -> Any:
    need_columns(sample, 2)
    need_rows(sample, 3)
    made = visualizer("features", "PCA")
    drawn = made(**_grouped(sample, canvas), features=labels(sample), proj_features=True, random_state=0, alpha=0.5)
    drawn.fit_transform(sample.numbers.to_numpy(), sample.groups)
    lengths = np.hypot(*drawn.pca_components_[:2])
    shown = set(np.argsort(-lengths, kind="stable")[:ARROWS].tolist())
    for i, (arrow, name) in enumerate(zip(list(canvas.axes.patches), list(canvas.axes.texts), strict=True)):
        for part in (arrow, name):
            part.set_color(canvas.ink)
            part.set_visible(i in shown)
    finished(drawn, canvas, "The plane in which the rows spread most", sample, legend=True)
    shares = drawn.pca_transformer.named_steps["pca"].explained_variance_ratio_
    canvas.axes.set_xlabel(f"first component, {shares[0]:.0%} of the variance")
    canvas.axes.set_ylabel(f"second component, {shares[1]:.0%}")
    return drawn


def _explained(sample: Sample, canvas: Canvas) -> Any:
    need_columns(sample, 2)
    need_rows(sample, 3)
    # Its class is not exported, and it counts components from 0.
    drawn = visualizer("features.decomposition", "ExplainedVariance")(**_on(canvas))
    drawn.fit(sample.numbers.to_numpy())
    (line,) = canvas.axes.lines
    line.set_xdata(np.arange(1, len(drawn.explained_variance_) + 1))
    line.set_marker("o")
    canvas.axes.relim()
    canvas.axes.autoscale_view()
    finished(drawn, canvas, "The variance that each component carries", sample)
    canvas.axes.set(xlabel="component", ylabel="variance, of one for each column")
    return drawn


def _manifold(sample: Sample, canvas: Canvas) -> Any:
    need_columns(sample, 3)
    need_rows(sample, 30)
    some = every(sample, EMBEDDED)
    space = StandardScaler().fit_transform(sample.numbers.to_numpy()[some])
    present, groups = np.unique(sample.groups[some], return_inverse=True)
    shown = {
        "classes": [sample.names[i] for i in present],
        "colors": [colours(sample)[i] for i in present],
        "features": labels(sample),
        "target_type": "discrete",
    }
    made = visualizer("features", "Manifold")
    drawn = made(**_on(canvas), **shown, manifold="isomap", n_neighbors=NEIGHBOURS, alpha=0.6)
    drawn.fit_transform(space, groups)
    finished(drawn, canvas, "Rows that are alike lie together (Isomap)", sample, legend=True)
    canvas.axes.set_xlabel(f"{len(some):,} rows in {space.shape[1]} scaled columns; the axes have no unit")
    return drawn


def _joint(sample: Sample, canvas: Canvas) -> Any:
    need_rows(sample, 3)
    x, y, (x_name, y_name) = _pair(sample)
    made = visualizer("features", "JointPlot")
    drawn = made(**_on(canvas), joint_kws={"color": OKABE_ITO[0], "s": 14}, hist_kws={"color": OKABE_ITO[0]}, alpha=0.5)
    drawn.fit(x, y)
    finished(drawn, canvas, "", sample)
    canvas.figure.suptitle(f"{x_name} and {y_name}: r = {drawn.corr_:.3f} (Pearson)", x=0.02, y=1.02, ha="left")
    canvas.axes.set(xlabel=x_name, ylabel=y_name)
    return drawn


def _pair(sample: Sample) -> tuple[np.ndarray, np.ndarray, tuple[str, str]]:
    """A number and the target it goes with most; for classes the two numbers that go together most."""
    matrix, names = sample.numbers.to_numpy()[:, list(sample.measured)], [labels(sample)[i] for i in sample.measured]
    if sample.classes:
        if len(names) < 2:
            raise Invalid("It takes two columns of numbers that vary, and there are fewer.")
        strength = np.triu(np.abs(np.corrcoef(matrix.T)), 1)
        i, j = np.unravel_index(int(strength.argmax()), strength.shape)
        return matrix[:, i], matrix[:, j], (names[i], names[j])
    if not names or np.ptp(sample.target) == 0:
        raise Invalid("It takes a column of numbers and a target that vary.")
    strength = np.abs(np.corrcoef(matrix.T, sample.target)[-1, :-1])
    best = int(strength.argmax())
    return matrix[:, best], sample.target, (names[best], "target")


def _scatter(sample: Sample, canvas: Canvas) -> Any:
    need_columns(sample, 2)
    names, matrix = labels(sample), sample.numbers.to_numpy()
    strength = np.zeros(len(names))
    if len(sample.names) > 1:
        strength = np.nan_to_num(f_classif(matrix, sample.groups)[0], nan=-1.0)
    first, second = np.argsort(-strength, kind="stable")[:2]
    made = visualizer("contrib.scatter", "ScatterVisualizer")
    drawn = made(
        **_on(canvas), features=[names[first], names[second]], classes=list(sample.names), color=colours(sample),
        alpha=0.5,
    )  # fmt: skip
    drawn.fit(matrix[:, [first, second]], sample.groups)
    for points in canvas.axes.collections:
        points.set_offsets(np.asarray(points.get_offsets())[::2])  # it draws every row twice
    finished(drawn, canvas, "The two columns that part the groups most, one by one", sample, legend=True)
    canvas.axes.axis("auto")
    canvas.axes.autoscale()
    return drawn


DRAWERS: Mapping[PictureKind, Drawer] = {
    PictureKind.RANK_1D: _rank_1d,
    PictureKind.RANK_2D: _rank_2d,
    PictureKind.PARALLEL_COORDINATES: _parallel,
    PictureKind.RADVIZ: _radviz,
    PictureKind.PCA: _pca,
    PictureKind.EXPLAINED_VARIANCE: _explained,
    PictureKind.MANIFOLD: _manifold,
    PictureKind.JOINT_PLOT: _joint,
    PictureKind.SCATTER: _scatter,
}
