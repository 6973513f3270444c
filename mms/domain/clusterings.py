"""Clusterings: the structure of a snapshot, as a clusterer sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mms.domain.jobs import JobState
from mms.domain.segments import conditions_from_json, conditions_to_json, rule_words
from mms.domain.tables import Condition
from mms.domain.triples import Parameter, Value, checked_parameters

NOISE = -1
"""The cluster of a row that belongs to none."""


class Clusterer(StrEnum):
    """How rows are grouped."""

    K_MEANS = "k-means"
    AGGLOMERATIVE = "agglomerative"
    HDBSCAN = "hdbscan"


EXPLANATIONS: Mapping[Clusterer, str] = {
    Clusterer.K_MEANS: "round clusters about a centre; quick on any number of rows",
    Clusterer.AGGLOMERATIVE: "merges the nearest rows step by step (Ward); sees uneven sizes",
    Clusterer.HDBSCAN: "dense regions of any shape; rows between them belong to none",
}

_COUNT = Parameter(
    "clusters", "integer", None, 2, 20, optional=True, explanation="how many; none: what separates best, from 2 to 10"
)
PARAMETERS: Mapping[Clusterer, tuple[Parameter, ...]] = {
    Clusterer.K_MEANS: (_COUNT,),
    Clusterer.AGGLOMERATIVE: (_COUNT,),
    Clusterer.HDBSCAN: (
        Parameter("smallest", "integer", 50, 5, 2000, explanation="fewer rows together are no cluster"),
    ),
}


@dataclass(frozen=True, slots=True)
class ClusteringDraft:
    """A clustering to compute."""

    clusterer: Clusterer = Clusterer.K_MEANS
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def checked(self) -> dict[str, Value]:
        """All parameters, defaults filled in; Invalid on an unknown name, a wrong type or range."""
        return checked_parameters(self.parameters, PARAMETERS[self.clusterer], self.clusterer.value)


@dataclass(frozen=True, slots=True)
class Trait:
    """What sets a cluster apart. value: of a category; None for a number.

    inside, overall: mean of the column, or share of the value, in the cluster and in all rows. difference: in standard
    deviations of all rows.
    """

    column: str
    value: str | None
    inside: float
    overall: float
    difference: float

    @property
    def words(self) -> str:
        """'distance 2,100 (all rows: 950)'; 'origin = JFK: 93 % (all rows: 36 %)'."""
        if self.value is None:
            return f"{self.column} {_number(self.inside)} (all rows: {_number(self.overall)})"
        return f"{self.column} = {self.value}: {self.inside:.0%} (all rows: {self.overall:.0%})"


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions that describe a cluster. covered: share of its rows that meet them; pure: its share of all that do."""

    conditions: tuple[Condition, ...]
    covered: float
    pure: float

    @property
    def words(self) -> str:
        """The conditions as they read."""
        return rule_words(self.conditions)


@dataclass(frozen=True, slots=True)
class Cluster:
    """One group of rows. silhouette: how well it is separated, -1 to 1. target: mean, or share of each class."""

    number: int
    rows: int
    share: float
    silhouette: float | None
    traits: tuple[Trait, ...]
    target: Mapping[str, float]
    rule: Rule | None

    @property
    def name(self) -> str:
        """Short name for people, counted from 1."""
        return f"cluster {self.number + 1}"


@dataclass(frozen=True, slots=True)
class Structure:
    """What a clusterer found. silhouette: the mean over a sample. noise: rows in no cluster.

    points: (x, y, cluster) of a sample in the plane of the first two principal components, which hold `spread` of the
    variance of the features.
    """

    clusters: tuple[Cluster, ...]
    silhouette: float | None
    noise: int
    points: tuple[tuple[float, float, int], ...]
    spread: float

    @property
    def separation(self) -> str:
        """The silhouette in words (Kaufman and Rousseeuw, Finding Groups in Data, 1990)."""
        if self.silhouette is None:
            return "no structure"
        bounds = ((0.7, "a strong structure"), (0.5, "a reasonable structure"), (0.25, "a weak structure"))
        return next((words for bound, words in bounds if self.silhouette > bound), "hardly any structure")

    def to_json(self) -> dict[str, Any]:
        """The structure as plain JSON."""
        return {
            "clusters": [_cluster_to_json(cluster) for cluster in self.clusters],
            "silhouette": self.silhouette,
            "noise": self.noise,
            "points": [list(point) for point in self.points],
            "spread": self.spread,
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Structure":
        """The structure that `to_json` wrote."""
        return Structure(
            clusters=tuple(_cluster_from_json(cluster) for cluster in value["clusters"]),
            silhouette=value["silhouette"],
            noise=value["noise"],
            points=tuple((x, y, number) for x, y, number in value["points"]),
            spread=value["spread"],
        )


@dataclass(frozen=True, slots=True)
class Clustering:
    """A clustering that was asked for. structure: None until its job has ended."""

    id: int
    snapshot_id: int
    job_id: int | None
    clusterer: Clusterer
    parameters: Mapping[str, Value]
    state: JobState
    error: str | None
    structure: Structure | None
    created_by: str
    created_at: datetime

    @property
    def name(self) -> str:
        """Short name for people: 'k-means, clusters 4'."""
        given = ", ".join(f"{name} {value}" for name, value in self.parameters.items() if value is not None)
        return ", ".join(filter(None, (self.clusterer.value, given)))


def _cluster_to_json(cluster: Cluster) -> dict[str, Any]:
    rule = cluster.rule
    return {
        "number": cluster.number,
        "rows": cluster.rows,
        "share": cluster.share,
        "silhouette": cluster.silhouette,
        "traits": [asdict(trait) for trait in cluster.traits],
        "target": dict(cluster.target),
        "rule": None
        if rule is None
        else {"conditions": conditions_to_json(rule.conditions), "covered": rule.covered, "pure": rule.pure},
    }


def _cluster_from_json(value: Mapping[str, Any]) -> Cluster:
    rule = value["rule"]
    traits: Sequence[Mapping[str, Any]] = value["traits"]
    return Cluster(
        number=value["number"],
        rows=value["rows"],
        share=value["share"],
        silhouette=value["silhouette"],
        traits=tuple(Trait(**trait) for trait in traits),
        target=value["target"],
        rule=None if rule is None else Rule(conditions_from_json(rule["conditions"]), rule["covered"], rule["pure"]),
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
