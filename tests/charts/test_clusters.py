"""Clusters in the plane, and what the picture says."""

from mms.charts.clusters import figure, words
from mms.domain.clusterings import NOISE, Cluster, Structure


def structure(points: tuple[tuple[float, float, int], ...], clusters: int = 2) -> Structure:
    made = tuple(Cluster(n, 2, 0.4, 0.6, (), {"mean": 1.0}, None) for n in range(clusters))
    return Structure(made, 0.55 if points else None, 1, points, 0.8)


def test_each_cluster_is_a_trace_and_rows_of_none_another() -> None:
    shown = structure(((0.0, 1.0, 0), (0.5, 1.0, 0), (3.0, 0.0, 1), (9.0, 9.0, NOISE)))

    drawn = figure(shown)

    assert [(trace.name, list(trace.x)) for trace in drawn.data] == [
        ("none", [9.0]), ("cluster 1", [0.0, 0.5]), ("cluster 2", [3.0]),
    ]  # fmt: skip
    assert words(shown).startswith("2 clusters, a reasonable structure (mean silhouette 0.55); 1 rows belong to none.")


def test_nothing_found_is_a_titled_picture() -> None:
    assert figure(structure((), 0)).layout.title.text
    assert words(structure((), 0)) == "There is nothing to draw."
