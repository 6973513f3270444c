"""Clusters are found where rows lie together, and told in the snapshot's own columns."""

import numpy as np
import pandas as pd
import pytest

from mms.domain.clusterings import NOISE, Clusterer, ClusteringDraft, Structure
from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.tables import Column, ColumnType, Operator
from mms.ml.cluster_rules import rule_for
from mms.ml.clusters import found, traits
from mms.ml.fitting import Instances
from mms.ml.segments import rows_in

COLUMNS = (
    Column("distance", ColumnType.NUMBER),
    Column("stops", ColumnType.INTEGER),
    Column("origin", ColumnType.CATEGORY),
    Column("night", ColumnType.BOOLEAN),
)
SIZES = (90, 60, 30)


def blobs(seed: int = 0) -> tuple[np.ndarray, np.ndarray, Instances]:
    """Three groups of flights: truth, features, instances. The second leaves from JFK at night, the third is far."""
    chance = np.random.default_rng(seed)
    truth = np.repeat([0, 1, 2], SIZES)
    features = np.array([[0, 0], [9, 0], [0, 9]])[truth] + chance.normal(size=(len(truth), 2))
    frame = pd.DataFrame(
        {
            "distance": np.where(truth == 2, 4000, 500) + chance.normal(0, 50, len(truth)),
            "stops": pd.array(chance.integers(0, 3, len(truth)), dtype="Int64"),
            "origin": pd.Series(np.where(truth == 1, "JFK", "EWR"), dtype="str"),
            "night": pd.array(truth == 1, dtype="boolean"),
        }
    )
    frame.loc[::9, ["distance", "stops"]] = None
    target = pd.Series(np.where(truth == 2, "late", "early"))
    return truth, features, Instances(Task.BINARY, COLUMNS, frame, target, None, None, ("early", "late"), "late")


@pytest.mark.slow
@pytest.mark.parametrize("draft", [
    ClusteringDraft(),
    ClusteringDraft(Clusterer.K_MEANS, {"clusters": 3}),
    ClusteringDraft(Clusterer.AGGLOMERATIVE),
    ClusteringDraft(Clusterer.HDBSCAN, {"smallest": 10}),
], ids=lambda d: f"{d.clusterer} {dict(d.parameters)}")  # fmt: skip
def test_groups_that_lie_apart_are_found_and_numbered_by_size(draft: ClusteringDraft) -> None:
    truth, features, instances = blobs()

    labels, structure = found(draft, features, instances)

    inside = labels != NOISE
    assert (labels == truth)[inside].all()
    assert inside.mean() > 0.85
    assert [cluster.rows for cluster in structure.clusters] == [int((labels == n).sum()) for n in range(3)]
    assert structure.noise == int((~inside).sum())
    assert structure.separation == "a strong structure"
    assert structure.clusters[2].target == {"early": 0.0, "late": 1.0}
    assert {number for _, _, number in structure.points} <= {NOISE, 0, 1, 2}
    assert Structure.from_json(structure.to_json()) == structure


def test_the_same_rows_give_the_same_structure() -> None:
    _, features, instances = blobs()

    assert found(ClusteringDraft(), features, instances)[1] == found(ClusteringDraft(), features, instances)[1]


def test_what_sets_a_cluster_apart_is_told_in_original_units() -> None:
    truth, _, instances = blobs()

    first, *_ = traits(COLUMNS, instances.features, truth == 2)
    named = {trait.column: trait for trait in traits(COLUMNS, instances.features, truth == 1)}

    known = instances.features["distance"].dropna()
    assert first.column == "distance"
    assert first.inside == pytest.approx(known[truth[known.index] == 2].mean())
    assert first.difference == pytest.approx((first.inside - known.mean()) / known.std(ddof=0))
    assert named["origin"].words == "origin = JFK: 100% (all rows: 33%)"
    assert (named["night"].value, named["night"].inside) in (("true", 1.0), ("false", 0.0))


def test_a_rule_covers_its_cluster_as_the_segment_would() -> None:
    truth, _, instances = blobs()

    far, from_jfk = (rule_for(COLUMNS, instances.features, truth == number) for number in (2, 1))

    assert far is not None
    assert far.words.startswith("distance > ")
    met = rows_in(instances.features, far.conditions)
    assert far.covered == pytest.approx((met & (truth == 2)).sum() / SIZES[2])
    assert far.pure == 1.0
    assert from_jfk is not None
    assert (from_jfk.covered, from_jfk.pure, len(from_jfk.conditions)) == (1.0, 1.0, 1)
    assert from_jfk.conditions[0].operator in (Operator.EQ, Operator.NE)


def test_a_bound_within_a_bound_replaces_it() -> None:
    steps = pd.DataFrame({"stops": pd.array(range(60), dtype="Int64")})
    inside = (steps["stops"] > 20).to_numpy(dtype=bool) & (steps["stops"] <= 35).to_numpy(dtype=bool)

    rule = rule_for([Column("stops", ColumnType.INTEGER)], steps, inside)

    assert rule is not None
    assert sorted(condition.words for condition in rule.conditions) == ["stops <= 35", "stops > 20"]
    assert (rule.covered, rule.pure) == (1.0, 1.0)


def test_rows_without_a_value_are_told_by_that() -> None:
    frame = pd.DataFrame({"engine": pd.Series(["fan", "jet", None, None] * 20, dtype="str")})

    rule = rule_for([Column("engine", ColumnType.CATEGORY)], frame, frame["engine"].isna().to_numpy())

    assert rule is not None
    assert (rule.words, rule.covered, rule.pure) == ("engine is null", 1.0, 1.0)


def test_what_cannot_be_grouped_is_refused() -> None:
    _, features, instances = blobs()
    few = Instances(Task.BINARY, COLUMNS, instances.features[:10], instances.target[:10], None, None, (), None)

    with pytest.raises(Invalid, match="10 rows are too few"):
        found(ClusteringDraft(), features[:10], few)
    with pytest.raises(Invalid, match="one feature only"):
        found(ClusteringDraft(), features[:, :1], instances)
    with pytest.raises(Invalid, match="No region is dense enough"):
        found(ClusteringDraft(Clusterer.HDBSCAN, {"smallest": 150}), features, instances)
    with pytest.raises(Invalid, match="'clusters' of 'k-means' takes a whole number from 2 to 20 or none; it got 1"):
        ClusteringDraft(Clusterer.K_MEANS, {"clusters": 1}).checked()
