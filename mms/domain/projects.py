"""Projects: one prediction problem each, with its task, target, metric and policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.snapshots import Dealing, FoldKind, HoldoutPlan, holdout_from_json, holdout_to_json

DEMO_END = datetime(2014, 1, 1, tzinfo=UTC)
"""The demo project is replayed up to here: its flights are those of 2013."""


class Task(StrEnum):
    """What kind of answer a project's models give."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"

    @property
    def is_classification(self) -> bool:
        """Whether the answer is one of a fixed set of classes."""
        return self is not Task.REGRESSION


class PromotionPolicy(StrEnum):
    """Who seats a challenger that a trigger trained."""

    NEVER = "never"
    ASK = "ask"
    WHEN_BETTER = "when better"


@dataclass(frozen=True, slots=True)
class Policy:
    """How a project decides. Stored as JSON with the project.

    margin: by how much (stored, greater-is-better units of the primary metric) a challenger must beat the champion.
    promotion: what happens to the winner of a retraining.
    window_days: training window of a retraining, counted back from its newest label; None takes all rows.
    rope: differences of at most this (stored units of the primary metric) are practically equal; None takes the default
        (0.01; for numbers 1 % of the baseline's score).
    folds: how snapshots deal rows; None takes the proposal. fold_group: the column of folds by group.
    holdout: what snapshots hold out; None holds nothing out.
    false_alarm_cost, miss_cost: what one wrong flag, and one case that was not flagged, cost; in any one unit.
    keep_rows_days: predictions of older days are dropped once they are counted, their sums stay; None keeps all.
    retire_unused_days, retire_beaten_days: models are retired that nobody asked, or a better one beat, for so long.
    purge_days: what retired models need to answer is dropped after so long. None: never.
    """

    margin: float = 0.01
    promotion: PromotionPolicy = PromotionPolicy.ASK
    window_days: int | None = None
    rope: float | None = None
    folds: FoldKind | None = None
    fold_group: str | None = None
    holdout: HoldoutPlan | None = None
    false_alarm_cost: float = 1.0
    miss_cost: float = 1.0
    keep_rows_days: int | None = None
    retire_unused_days: int | None = None
    retire_beaten_days: int | None = None
    purge_days: int | None = None

    @property
    def dealing(self) -> Dealing:
        """How snapshots deal their rows; Invalid where folds and group do not go together."""
        return Dealing(self.folds, self.fold_group, self.holdout)


@dataclass(frozen=True, slots=True)
class Project:
    """A prediction problem. `clock` is the present of a project that replays the past; None means real time."""

    id: int
    name: str
    description: str
    task: Task
    primary_metric: str
    positive_class: str | None
    policy: Policy
    owner: str
    created_at: datetime
    archived_at: datetime | None = None
    clock: datetime | None = None
    is_demo: bool = False

    def present(self, now: datetime) -> datetime:
        """The project's own present: its replay clock where it has one, else the real time."""
        return self.clock or now

    @property
    def is_played_out(self) -> bool:
        """Whether a replayed demo has come to the end of its past."""
        return self.is_demo and self.clock is not None and self.clock >= DEMO_END


@dataclass(frozen=True, slots=True)
class ProjectDraft:
    """What a new project is made of; None takes the task's default."""

    name: str
    task: Task
    description: str = ""
    primary_metric: str | None = None
    positive_class: str | None = None
    policy: Policy = Policy()
    is_demo: bool = False
    clock: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProjectChanges:
    """What to change of a project; None keeps."""

    name: str | None = None
    description: str | None = None
    primary_metric: str | None = None
    policy: Policy | None = None
    owner: str | None = None
    positive_class: str | None = None


def checked_name(name: str, noun: str) -> str:
    """The name without outer blanks, or Invalid: 1 to 80 characters, printable."""
    trimmed = name.strip()
    if not 1 <= len(trimmed) <= 80 or not trimmed.isprintable():
        raise Invalid(f"A {noun}'s name has 1 to 80 printable characters; this one has {len(trimmed)}.")
    return trimmed


def policy_to_json(policy: Policy) -> dict[str, Any]:
    """A policy as plain JSON."""
    return {
        "margin": policy.margin,
        "promotion": policy.promotion.value,
        "window_days": policy.window_days,
        "rope": policy.rope,
        "folds": policy.folds.value if policy.folds else None,
        "fold_group": policy.fold_group,
        "holdout": holdout_to_json(policy.holdout),
        "false_alarm_cost": policy.false_alarm_cost,
        "miss_cost": policy.miss_cost,
        "keep_rows_days": policy.keep_rows_days,
        "retire_unused_days": policy.retire_unused_days,
        "retire_beaten_days": policy.retire_beaten_days,
        "purge_days": policy.purge_days,
    }


def policy_from_json(value: Mapping[str, Any]) -> Policy:
    """The policy that `policy_to_json` wrote; what an earlier version did not write takes its default."""
    folds = value.get("folds")
    return Policy(
        margin=value["margin"],
        promotion=PromotionPolicy(value["promotion"]),
        window_days=value["window_days"],
        rope=value.get("rope"),
        folds=FoldKind(folds) if folds else None,
        fold_group=value.get("fold_group"),
        holdout=holdout_from_json(value.get("holdout")),
        false_alarm_cost=value.get("false_alarm_cost", 1.0),
        miss_cost=value.get("miss_cost", 1.0),
        keep_rows_days=value.get("keep_rows_days"),
        retire_unused_days=value.get("retire_unused_days"),
        retire_beaten_days=value.get("retire_beaten_days"),
        purge_days=value.get("purge_days"),
    )
