"""Snapshots: frozen, content-hashed copies of the instance table, with profile and fold plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.tables import Column, Condition, Operator

FOLDS = 12
"""Every triple is fitted on the same 12 folds and then on the whole snapshot."""

HOLDOUT_BLOCKS = 3
"""The newest hold-out is the last 3 of the 13 blocks of time (23 % of the rows)."""


MOST_DAYS, MOST_ROWS = 36_500, 2**31
"""The most days (a century) and rows that a selection counts back."""


class Extent(StrEnum):
    """Which rows of the instance table a snapshot takes."""

    ALL = "all rows"
    LAST_DAYS = "last days"
    LAST_ROWS = "last rows"


@dataclass(frozen=True, slots=True)
class Selection:
    """What a snapshot freezes: an extent, a filter (all conditions must hold) and a seeded sample (rows)."""

    extent: Extent = Extent.ALL
    amount: int | None = None
    conditions: tuple[Condition, ...] = ()
    sample: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.extent is not Extent.ALL and (self.amount is None or self.amount < 1):
            raise Invalid(f"'{self.extent.value}' needs a whole number of at least 1.")
        if self.extent is Extent.LAST_DAYS and (self.amount or 0) > MOST_DAYS or (self.amount or 0) > MOST_ROWS:
            raise Invalid(f"'{self.extent.value}' takes at most {MOST_DAYS:,} days or {MOST_ROWS:,} rows.")
        if self.sample is not None and not 1 <= self.sample <= MOST_ROWS:
            raise Invalid(f"A sample has at least 1 row and at most {MOST_ROWS:,}.")


class FoldKind(StrEnum):
    """How rows are dealt into folds."""

    STRATIFIED = "stratified"
    BY_TIME = "by time"
    SHUFFLED = "shuffled"
    BY_GROUP = "by group"


class HoldoutKind(StrEnum):
    """How the rows of a hold-out are taken."""

    NEWEST = "newest"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class HoldoutPlan:
    """Rows that no fold and no final fit sees: the newest in time, or a random share (stratified for classes)."""

    kind: HoldoutKind
    share: float = 0.15

    def __post_init__(self) -> None:
        if not 0.01 <= self.share <= 0.5:
            raise Invalid(f"A hold-out takes a share of the rows from 0.01 to 0.5; it got {self.share:g}.")

    @property
    def words(self) -> str:
        """The plan in words: '15 % newest rows'."""
        return f"{100 * self.share:g} % {self.kind.value} rows"


HELD_OUT = -1
"""The block of a row that lies in the hold-out."""


@dataclass(frozen=True, slots=True)
class Dealing:
    """How a snapshot is asked to deal its rows. kind: None takes what suits them. group: the column of folds by group.

    holdout: None holds nothing out.
    """

    kind: FoldKind | None = None
    group: str | None = None
    holdout: HoldoutPlan | None = None

    def __post_init__(self) -> None:
        if self.kind is FoldKind.BY_GROUP and not self.group:
            raise Invalid("Folds by group need a column: name the one whose values stay together.")
        if self.group and self.kind is not FoldKind.BY_GROUP:
            raise Invalid(f"Column '{self.group}' groups nothing here: choose folds by group, or leave it out.")


@dataclass(frozen=True, slots=True)
class FoldPlan:
    """A seeded plan of 12 train/validate splits, the same for every triple on the snapshot.

    stratified / shuffled: rows are dealt into 12 parts (block 0..11); fold i validates on block i, trains on the rest.
    by time: rows in time order are cut into 13 blocks (0..12, never inside one instant); fold i validates on block i+1
    and trains on the blocks before it, without rows whose label was not known when block i+1 begins (a label without a
    label time was known at once).
    by group: all rows with one value of the column `group` lie in one block; 12 blocks as equal in rows as that allows.
    A row without a value is a group of its own.
    holdout: rows of block HELD_OUT are in no fold, neither to learn from nor to validate on.
    """

    kind: FoldKind
    seed: int = 0
    folds: int = FOLDS
    group: str | None = None
    holdout: HoldoutPlan | None = None

    @property
    def dealing(self) -> Dealing:
        """What was asked for."""
        return Dealing(self.kind, self.group, self.holdout)

    @property
    def words(self) -> str:
        """The plan in words: '12 folds by group of ward, seed 0, 15 % newest rows held out'."""
        group = f" of {self.group}" if self.group else ""
        held = f", {self.holdout.words} held out" if self.holdout else ""
        return f"{self.folds} folds {self.kind.value}{group}, seed {self.seed}{held}"


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column in numbers. minimum, maximum, mean: numeric columns; top: most frequent values with counts."""

    name: str
    type: str
    missing: int
    distinct: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    top: tuple[tuple[str, int], ...] = ()
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A snapshot in numbers. classes: label -> rows (classification). target_mean, target_sd: regression."""

    columns: tuple[ColumnProfile, ...]
    classes: Mapping[str, int]
    target_mean: float | None = None
    target_sd: float | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about columns that look like an identifier or like the answer."""
        return tuple(c.warning for c in self.columns if c.warning)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen instance table.

    content_hash: SHA-256 of the canonical content (schema, rows sorted by entity and time), not of the Parquet bytes.
    held_out: rows in the hold-out. schema: feature columns in order (without entity, time, target).
    time_from, time_to: span of prediction times.
    data_blob, folds_blob: hashes of the Parquet bytes and of the block assignment (int16 per row).
    """

    id: int
    project_id: int
    number: int
    content_hash: str
    row_count: int
    schema: tuple[Column, ...]
    target: str
    entity_key: tuple[str, ...]
    time: str | None
    label_time: str | None
    selection: Selection
    fold_plan: FoldPlan
    profile: Profile
    data_blob: str
    folds_blob: str
    time_from: datetime | None
    time_to: datetime | None
    taken_by: str
    created_at: datetime
    held_out: int = 0

    @property
    def name(self) -> str:
        """Short name for people: number, last day and the head of the hash."""
        day = f" {self.time_to:%Y-%m-%d}" if self.time_to else ""
        return f"snapshot {self.number}{day} ({self.content_hash[:6]})"


def holdout_to_json(plan: HoldoutPlan | None) -> dict[str, Any] | None:
    """A hold-out's plan as plain JSON."""
    return None if plan is None else {"kind": plan.kind.value, "share": plan.share}


def holdout_from_json(value: Mapping[str, Any] | None) -> HoldoutPlan | None:
    """The plan that `holdout_to_json` wrote."""
    return None if value is None else HoldoutPlan(HoldoutKind(value["kind"]), value["share"])


def selection_to_json(selection: Selection) -> dict[str, Any]:
    """A selection as plain JSON."""
    return {
        "extent": selection.extent.value,
        "amount": selection.amount,
        "conditions": [[c.column, c.operator.value, c.value] for c in selection.conditions],
        "sample": selection.sample,
        "seed": selection.seed,
    }


def selection_from_json(value: Mapping[str, Any]) -> Selection:
    """The selection that `selection_to_json` wrote."""
    return Selection(
        extent=Extent(value["extent"]),
        amount=value["amount"],
        conditions=tuple(Condition(c, Operator(o), v) for c, o, v in value["conditions"]),
        sample=value["sample"],
        seed=value["seed"],
    )
