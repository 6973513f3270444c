"""Pictures of how a snapshot's rows group by themselves: into how many groups, how clearly, how far apart."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

from mms.charts.theme import OKABE_ITO
from mms.charts.yellowbrick.canvas import Canvas, Drawer
from mms.charts.yellowbrick.compatibility import visualizer
from mms.charts.yellowbrick.features import EMBEDDED, every
from mms.charts.yellowbrick.finish import finished, need_rows
from mms.charts.yellowbrick.sample import Sample
from mms.domain.errors import Invalid
from mms.domain.pictures import PictureKind

COUNTS = range(2, 11)
"""Numbers of groups that are tried."""

TOPICS = 20
"""Dimensions of texts, where a snapshot has nothing else (truncated SVD of tf-idf)."""


def _space(sample: Sample) -> np.ndarray:
    """(rows, columns) scaled numbers of at most EMBEDDED rows; topics where the snapshot holds texts only."""
    need_rows(sample, 30)
    some = every(sample, EMBEDDED)
    space = sample.numbers.to_numpy()[some]
    if not space.shape[1] and sample.text is not None:
        words = TfidfVectorizer(stop_words="english", max_features=5_000).fit_transform([sample.texts[i] for i in some])
        if words.shape[1] <= TOPICS:
            raise Invalid(f"Its texts hold {words.shape[1]} different words only.")
        space = TruncatedSVD(TOPICS, random_state=0).fit_transform(words)
    if len(np.unique(space, axis=0)) <= max(COUNTS):
        raise Invalid(f"It takes more than {max(COUNTS)} different rows of numbers, times, categories or texts.")
    return np.asarray(StandardScaler().fit_transform(space))


def _made(count: int = 2) -> KMeans:
    return KMeans(count, n_init=5, random_state=0)


def _best(space: np.ndarray) -> KMeans:
    """K-means with the count of the greatest mean silhouette."""
    fitted = [_made(count).fit(space) for count in COUNTS]
    return max(fitted, key=lambda one: float(silhouette_score(space, one.labels_)))


def _elbow(sample: Sample, canvas: Canvas) -> Any:
    space = _space(sample)
    drawn = visualizer("cluster", "KElbowVisualizer")(
        _made(), ax=canvas.axes, fig=canvas.figure, k=(min(COUNTS), max(COUNTS) + 1), timings=False
    )
    drawn.fit(space)
    elbow = drawn.elbow_value_
    for line in canvas.axes.lines[1:]:
        line.set_color(canvas.ink)
    finished(
        drawn, canvas, "No elbow" if elbow is None else f"The elbow (a rule of thumb) lies at {elbow} groups", sample
    )
    canvas.axes.set(xlabel="groups (k-means)", ylabel="sum of squared distances to the centres")
    return drawn


def _silhouette(sample: Sample, canvas: Canvas) -> Any:
    space = _space(sample)
    best = _best(space)
    colours = [OKABE_ITO[i % len(OKABE_ITO)] for i in range(best.n_clusters)]
    drawn = visualizer("cluster", "SilhouetteVisualizer")(
        best, ax=canvas.axes, fig=canvas.figure, colors=colours, is_fitted=True
    )
    drawn.fit(space)
    finished(
        drawn, canvas, f"{best.n_clusters} groups, mean silhouette {drawn.silhouette_score_:.2f} (1: far apart)", sample
    )
    canvas.axes.set(xlabel="silhouette", ylabel="group")
    return drawn


def _distance(sample: Sample, canvas: Canvas) -> Any:
    best = _best(space := _space(sample))
    # Its legend's circles have a scale of their own; we write how many rows each group holds instead.
    drawn = visualizer("cluster", "InterclusterDistance")(
        best, ax=canvas.axes, fig=canvas.figure, legend=False, random_state=0, is_fitted=True, max_size=6_000
    )
    drawn.fit(space)
    for name, rows in zip(canvas.axes.texts, drawn.scores_, strict=True):
        name.set_text(f"{name.get_text()}\n{rows:,} rows")
        name.set_fontsize(8)
    finished(drawn, canvas, f"{best.n_clusters} groups: their sizes, and how far apart", sample)
    canvas.axes.margins(0.25)
    canvas.axes.set(xticks=[], yticks=[], xlabel="distances as near as a plane can show them (MDS)", ylabel="")
    return drawn


DRAWERS: Mapping[PictureKind, Drawer] = {
    PictureKind.ELBOW: _elbow,
    PictureKind.SILHOUETTE: _silhouette,
    PictureKind.INTERCLUSTER_DISTANCE: _distance,
}
