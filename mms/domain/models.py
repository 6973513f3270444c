"""Models: triples fitted on a whole snapshot, ranked in the model table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mms.domain.buckets import Sums
from mms.domain.errors import Conflict
from mms.domain.scores import ScoreSummary
from mms.domain.tables import Column, ColumnType
from mms.domain.triples import Triple


class ModelState(StrEnum):
    """Where a model stands."""

    CANDIDATE = "candidate"
    CHALLENGER = "challenger"
    CHAMPION = "champion"
    RETIRED = "retired"
    PURGED = "purged"


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model takes and gives.

    inputs: feature columns in order, with their types. classes: labels in the order of the probabilities ((), for
    regression). example: one real row (JSON values). probability: whether probabilities are estimated by the algorithm
    itself, or a squashed decision value that only ranks.
    """

    inputs: tuple[Column, ...]
    classes: tuple[str, ...]
    example: Mapping[str, Any]
    probability: bool = True

    def to_json(self) -> dict[str, Any]:
        """The signature as plain JSON; the example's values are JSON already."""
        return {
            "inputs": [[column.name, column.type.value] for column in self.inputs],
            "classes": list(self.classes),
            "example": dict(self.example),
            "probability": self.probability,
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Signature":
        """The signature that `to_json` wrote."""
        return Signature(
            inputs=tuple(Column(name, ColumnType(kind)) for name, kind in value["inputs"]),
            classes=tuple(value["classes"]),
            example=value["example"],
            probability=value["probability"],
        )


@dataclass(frozen=True, slots=True)
class Holdout:
    """Scores on the newest rows, by fits that saw only older rows: the line that decay is measured against."""

    time_from: datetime
    time_to: datetime
    sums: Sums

    def to_json(self) -> dict[str, Any]:
        """The newest rows in numbers, as plain JSON."""
        return {
            "time_from": self.time_from.isoformat(),
            "time_to": self.time_to.isoformat(),
            "sums": self.sums.to_json(),
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Holdout":
        """What `to_json` wrote."""
        return Holdout(
            datetime.fromisoformat(value["time_from"]),
            datetime.fromisoformat(value["time_to"]),
            Sums.from_json(value["sums"]),
        )


@dataclass(frozen=True, slots=True)
class RankedModel:
    """One row of the model table. score, score_sd: mean and spread over the 12 folds, stored units.

    build_seconds: the final fit. artifact_size: bytes.
    """

    id: int
    project_id: int
    version: int
    run_id: int
    snapshot_id: int
    algorithm: str
    recipe: str
    hyperparameters: Mapping[str, Any]
    state: ModelState
    score: float
    score_sd: float
    build_seconds: float
    artifact_size: int
    owner: str
    created_at: datetime
    touched_at: datetime
    archived_at: datetime | None = None
    scope: str = "global"
    """Whose rows it learnt from: 'global' is all rows."""

    @property
    def name(self) -> str:
        """Short name for people: 'v12 boosting'."""
        return f"v{self.version} {self.algorithm}"


@dataclass(frozen=True, slots=True)
class Model:
    """A model with everything its page tells, but for the folds."""

    ranked: RankedModel
    triple: Triple
    scores: tuple[ScoreSummary, ...]
    signature: Signature
    environment: Mapping[str, str]
    artifact_sha: str
    oof_sha: str
    threshold: float | None
    seed: int
    holdout: Holdout | None
    description: str = ""
    parent_id: int | None = None
    """The model that this one is a refit or an update of."""
    retired_at: datetime | None = None
    retired_because: str | None = None
    """Why a rule retired it; None where another model took its seat."""
    purged_at: datetime | None = None

    @property
    def id(self) -> int:
        """The model's id."""
        return self.ranked.id

    def check_whole(self) -> None:
        """Conflict where it was purged: its row tells what it was, and nothing can be asked of it."""
        if self.purged_at is not None:
            raise purged(self.ranked.name, self.purged_at)


def purged(name: str, at: datetime) -> Conflict:
    """The refusal where the bytes of a purged model are asked for."""
    return Conflict(
        f"Model {name} was purged on {at:%Y-%m-%d}: its artifact, out-of-fold rows, pictures and diagnostics are gone. "
        "Refit it from its triple and snapshot."
    )


@dataclass(frozen=True, slots=True)
class ModelPage:
    """One page of the model table. after: cursor of the next page, None on the last. total: capped count.

    values: by model id, what it has under the names of the columns that were asked for, in natural units; tags: by id.
    """

    models: tuple[RankedModel, ...]
    after: str | None
    total: int
    capped: bool
    values: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    tags: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def total_words(self) -> str:
        """The count in words: '37', or '1,000+' where it is capped."""
        return f"{self.total:,}+" if self.capped else f"{self.total:,}"
