"""Clusters of a snapshot: found on its features, told in its own columns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.cluster import HDBSCAN, AgglomerativeClustering, KMeans, MiniBatchKMeans
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.metrics import silhouette_samples
from sklearn.neighbors import KNeighborsClassifier

from mms.domain.clusterings import NOISE, Cluster, Clusterer, ClusteringDraft, Structure, Trait
from mms.domain.errors import Invalid
from mms.domain.tables import Column, ColumnType
from mms.ml.cluster_rules import rule_for
from mms.ml.fitting import Instances
from mms.ml.threads import one_thread

MANY = 10_000
"""Rows from which k-means goes by mini-batches."""

NEIGHBOURLY = 5_000
"""Rows that clusterers of pairs (agglomerative, HDBSCAN) look at; every other row follows its nearest one."""

JUDGED = 2_000
"""Rows by which separation is measured, and which are drawn."""

DIMENSIONS = 50
"""Wider features are brought down to so many dimensions first (truncated SVD)."""

COUNTS = range(2, 11)
"""Numbers of clusters that are tried where none is given."""

TRAITS = 5


def found(draft: ClusteringDraft, features: Any, instances: Instances) -> tuple[np.ndarray, Structure]:
    """The cluster of every row (int16, NOISE for none), and what there is to say about them.

    features: (rows, any) matrix, dense or sparse, without missing values. Deterministic. Clusters are numbered by
    size, the largest first. Invalid: fewer rows than can be told apart, or no cluster at all.
    """
    if len(instances.features) < 2 * max(COUNTS):
        raise Invalid(f"{len(instances.features)} rows are too few to group: take a snapshot with more of them.")
    with one_thread():
        space = _dense(features)
        labels = _by_size(_labels(draft, space))
        if labels.max() == NOISE:
            raise Invalid("No region is dense enough for a cluster: choose a smaller size, or k-means.")
        shown = _sample(len(space), JUDGED)
        silhouettes = _silhouettes(space[shown], labels[shown])
        plane = PCA(2, random_state=0).fit(space)
        points = plane.transform(space[shown])
    clusters = tuple(
        _cluster(number, labels, silhouettes[labels[shown] == number], instances) for number in range(labels.max() + 1)
    )
    known = silhouettes[labels[shown] != NOISE]
    structure = Structure(
        clusters=clusters,
        silhouette=float(known.mean()) if len(known) and not np.isnan(known).any() else None,
        noise=int((labels == NOISE).sum()),
        points=tuple((float(x), float(y), int(c)) for (x, y), c in zip(points.round(4), labels[shown], strict=True)),
        spread=float(plane.explained_variance_ratio_.sum()),
    )
    return labels, structure


def _dense(features: Any) -> np.ndarray:
    if features.shape[1] < 2:
        raise Invalid("There is one feature only, which is no space to group rows in: add features.")
    if features.shape[1] > DIMENSIONS:
        reduced: np.ndarray = TruncatedSVD(DIMENSIONS, random_state=0).fit_transform(features)
        return reduced
    return np.asarray(features.toarray() if sparse.issparse(features) else features, dtype=np.float64)


def _sample(rows: int, most: int) -> np.ndarray:
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False))


def _labels(draft: ClusteringDraft, space: np.ndarray) -> np.ndarray:
    parameters = draft.checked()
    if draft.clusterer is Clusterer.K_MEANS:
        return _k_means(space, parameters["clusters"])
    seen = _sample(len(space), NEIGHBOURLY)
    near = space[seen]
    if draft.clusterer is Clusterer.HDBSCAN:
        labels = HDBSCAN(min_cluster_size=int(parameters["smallest"] or 5), copy=True).fit_predict(near)
    else:
        labels = _agglomerated(near, parameters["clusters"])
    if len(seen) == len(space):
        return np.asarray(labels)
    return np.asarray(KNeighborsClassifier(1).fit(near, labels).predict(space))


def _k_means(space: np.ndarray, count: Any) -> np.ndarray:
    def fitted(rows: np.ndarray, k: int) -> Any:
        made = MiniBatchKMeans if len(rows) > MANY else KMeans
        return made(k, n_init=5, random_state=0).fit(rows)

    if count is None:
        some = space[_sample(len(space), MANY)]
        count = _best_count({k: fitted(some, k).labels_ for k in COUNTS}, some)
    return np.asarray(fitted(space, int(count)).labels_)


def _agglomerated(space: np.ndarray, count: Any) -> np.ndarray:
    if count is None:
        count = _best_count({k: AgglomerativeClustering(k).fit_predict(space) for k in COUNTS}, space)
    return np.asarray(AgglomerativeClustering(int(count)).fit_predict(space))


def _best_count(labels: dict[int, np.ndarray], space: np.ndarray) -> int:
    """The number of clusters with the greatest mean silhouette on a sample; the smallest of equals."""
    judged = _sample(len(space), JUDGED)
    return max(
        labels, key=lambda k: (float(np.nan_to_num(_silhouettes(space[judged], labels[k][judged]), nan=-1).mean()), -k)
    )


def _silhouettes(space: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(rows,) silhouettes, NaN where fewer than two clusters, or as many as rows, leave them undefined."""
    if not 2 <= len(np.unique(labels)) < len(labels):
        return np.full(len(labels), np.nan)
    return np.asarray(silhouette_samples(space, labels))


def _by_size(labels: np.ndarray) -> np.ndarray:
    numbers, counts = np.unique(labels[labels != NOISE], return_counts=True)
    place = {number: i for i, number in enumerate(numbers[np.argsort(-counts, kind="stable")])}
    return np.array([place.get(label, NOISE) for label in labels], dtype=np.int16)


def _cluster(number: int, labels: np.ndarray, silhouettes: np.ndarray, instances: Instances) -> Cluster:
    inside = labels == number
    return Cluster(
        number=number,
        rows=int(inside.sum()),
        share=float(inside.mean()),
        silhouette=float(silhouettes.mean()) if len(silhouettes) and not np.isnan(silhouettes).any() else None,
        traits=traits(instances.columns, instances.features, inside),
        target=_target(instances.target[inside], instances),
        rule=rule_for(instances.columns, instances.features, inside),
    )


def traits(columns: Sequence[Column], frame: pd.DataFrame, inside: np.ndarray) -> tuple[Trait, ...]:
    """What sets the rows apart, the greatest difference first; one value of a category at most."""
    told = []
    for column in columns:
        if column.type.is_numeric:
            told.append(_of_numbers(column.name, frame[column.name].astype("float64").to_numpy(), inside))
        elif column.type in (ColumnType.CATEGORY, ColumnType.BOOLEAN):
            told.append(_of_values(column.name, frame[column.name], inside))
    known = [trait for trait in told if trait is not None and abs(trait.difference) >= 0.1]
    return tuple(sorted(known, key=lambda trait: -abs(trait.difference))[:TRAITS])


def _of_numbers(name: str, values: np.ndarray, inside: np.ndarray) -> Trait | None:
    known = ~np.isnan(values)
    if not (known & inside).any() or (spread := values[known].std()) == 0:
        return None
    here, overall = float(values[known & inside].mean()), float(values[known].mean())
    return Trait(name, None, here, overall, float((here - overall) / spread))


def _of_values(name: str, values: pd.Series, inside: np.ndarray) -> Trait | None:
    """The value whose share differs most, in units of its binomial standard deviation."""
    overall = values.value_counts(normalize=True).head(100)
    if len(overall) < 2:
        return None
    shares = overall.to_numpy(dtype=np.float64)
    here = values[inside].value_counts(normalize=True).reindex(overall.index, fill_value=0.0).to_numpy(dtype=np.float64)
    difference = (here - shares) / np.sqrt(shares * (1 - shares))
    most = int(np.abs(difference).argmax())
    value = overall.index[most]
    word = str(value).lower() if isinstance(value, bool | np.bool_) else str(value)
    return Trait(name, word, float(here[most]), float(shares[most]), float(difference[most]))


def _target(target: pd.Series, instances: Instances) -> dict[str, float]:
    if not instances.classes:
        return {"mean": float(target.mean())}
    shares = target.value_counts(normalize=True)
    return {name: float(shares.get(name, 0.0)) for name in instances.classes}
