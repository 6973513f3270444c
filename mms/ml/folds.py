"""Fold plans on real rows: the hold-out, block assignment, the 12 train/validate splits, and the newest rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.snapshots import FOLDS, HELD_OUT, HOLDOUT_BLOCKS, FoldKind, FoldPlan, HoldoutKind, HoldoutPlan

TIME_BLOCKS = FOLDS + 1
"""By time there is one block more than folds: the first block is only ever learnt from."""

MINIMUM_ROWS = 2 * FOLDS
"""Fewer rows than this cannot be dealt into 12 folds of at least two rows."""

UNKNOWN = np.iinfo(np.int64).max
"""The instant, in nanoseconds, of what is not known yet: later than every other."""


@dataclass(frozen=True, slots=True)
class Split:
    """One fold: positions of its training and validation rows."""

    fold: int
    train: np.ndarray
    validate: np.ndarray


def proposed_kind(task: Task, has_time: bool) -> FoldKind:
    """By time where there is a time; else stratified for classes, shuffled for numbers."""
    if has_time:
        return FoldKind.BY_TIME
    return FoldKind.STRATIFIED if task.is_classification else FoldKind.SHUFFLED


def assign_blocks(
    plan: FoldPlan,
    target: pd.Series,
    time: pd.Series | None,
    task: Task,
    label_time: pd.Series | None = None,
    group: pd.Series | None = None,
) -> np.ndarray:
    """The block of every row, int16, shape (rows,); HELD_OUT for the rows of the hold-out, which are taken first.

    group: the values of the column that folds by group keep together; a missing value is a group of its own.
    Raises Invalid where the plan cannot work on these rows: too few of them, a missing target, one class only, a class
    with fewer than 12 rows, fewer than 13 instants or 12 groups, or a fold that would learn from one class only.
    """
    _check_target(target, task)
    codes = _class_codes(target, task)
    groups = None if plan.kind is not FoldKind.BY_GROUP else _group_codes(plan, group)
    kept = np.arange(len(target))
    if plan.holdout is not None:
        kept = np.flatnonzero(~_held_out(plan.holdout, plan.seed, codes, time, groups))
        _check_target(target.iloc[kept], task, " outside the hold-out")
    blocks = np.full(len(target), HELD_OUT, dtype=np.int16)
    if plan.kind is FoldKind.BY_TIME:
        blocks[kept] = _time_blocks(_required_instants(time)[kept])
    elif groups is not None:
        blocks[kept] = _group_blocks(plan, codes[kept], groups[kept])
    elif plan.kind is FoldKind.STRATIFIED and not task.is_classification:
        raise Invalid("Stratified folds need classes, and this target is a number: choose shuffled folds.")
    else:
        blocks[kept] = _dealt(codes[kept] if plan.kind is FoldKind.STRATIFIED else np.zeros_like(kept), plan)
    if plan.kind in (FoldKind.BY_TIME, FoldKind.BY_GROUP):
        check_training_rows(plan.kind, splits(plan, blocks, time, label_time), target, task)
    return blocks


def splits(plan: FoldPlan, blocks: np.ndarray, time: pd.Series | None, label_time: pd.Series | None) -> list[Split]:
    """The 12 splits of a plan, in fold order (see FoldPlan for the rules); none holds a row of the hold-out."""
    if plan.kind is not FoldKind.BY_TIME:
        kept = blocks != HELD_OUT
        return [Split(i, np.flatnonzero(kept & (blocks != i)), np.flatnonzero(blocks == i)) for i in range(plan.folds)]
    instants = _required_instants(time)
    known = None if label_time is None else _instants(label_time.fillna(time))
    return [_time_split(i, blocks, instants, known) for i in range(plan.folds)]


def newest_rows(plan: FoldPlan, blocks: np.ndarray, time: pd.Series | None) -> np.ndarray | None:
    """Positions of the newest rows outside the hold-out: the last 3 of 13 blocks of time; None without a time.

    None also where the times cannot be cut into 13 blocks: too few instants, or rows without a time.
    """
    if plan.kind is FoldKind.BY_TIME:
        return np.flatnonzero(blocks >= TIME_BLOCKS - HOLDOUT_BLOCKS)
    if time is None:
        return None
    kept = np.flatnonzero(blocks != HELD_OUT)
    instants = _instants(time)[kept]
    if (instants == UNKNOWN).any() or len(np.unique(instants)) < TIME_BLOCKS:
        return None
    return kept[_time_blocks(instants) >= TIME_BLOCKS - HOLDOUT_BLOCKS]


def _held_out(
    plan: HoldoutPlan, seed: int, codes: np.ndarray, time: pd.Series | None, groups: np.ndarray | None
) -> np.ndarray:
    """Which rows the hold-out takes, bool; Invalid where it would take none."""
    if plan.kind is HoldoutKind.NEWEST:
        instants = _required_instants(time, "A hold-out of the newest rows needs", "hold random rows out instead")
        return _newest_share(instants, plan.share)
    if groups is None:
        held = _random_rows(codes, plan.share, seed)
    else:
        held = _random_groups(groups, plan.share, seed)
    if not held.any():
        noun = "row" if groups is None else "whole group"
        raise Invalid(
            f"No {noun} fits into a hold-out of {plan.share:.0%} of {len(codes):,} rows: hold a larger share out."
        )
    return held


def _newest_share(instants: np.ndarray, share: float) -> np.ndarray:
    """The rows after the instant that leaves nearest to the share of them; no instant is cut."""
    distinct, counts = np.unique(instants, return_counts=True)
    if len(distinct) < 2:
        raise Invalid("A hold-out of the newest rows needs at least 2 different times: hold random rows out instead.")
    older = np.cumsum(counts)[:-1]
    last = int(np.argmin(np.abs(older - (1 - share) * len(instants))))
    held: np.ndarray = instants > distinct[last]
    return held


def _random_rows(codes: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Cards at even distances in a deck that lies class by class: each class gives its share, to within one row."""
    cards = np.arange(len(codes))
    held = np.zeros(len(codes), dtype=bool)
    held[_deck(codes, seed)] = np.floor((cards + 1) * share) > np.floor(cards * share)
    return held


def _random_groups(groups: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Whole groups in a seeded order, each that does not carry the hold-out beyond its share."""
    sizes, room, taken = np.bincount(groups), share * len(groups), []
    for group in np.random.default_rng(seed).permutation(len(sizes)):
        if sizes[group] <= room:
            taken.append(group)
            room -= sizes[group]
    return np.isin(groups, taken)


def _check_target(target: pd.Series, task: Task, place: str = "") -> None:
    missing = int(target.isna().sum())
    if missing:
        raise Invalid(f"{missing} rows have no target: a snapshot holds rows whose target is known.")
    if len(target) < MINIMUM_ROWS:
        raise Invalid(
            f"12 folds need at least {MINIMUM_ROWS} rows, and there are {len(target)}{place}: "
            "add rows or widen the selection."
        )
    if not task.is_classification:
        return
    counts = target.astype(str).value_counts().sort_index()
    if len(counts) < 2:
        raise Invalid(
            f"The target has one class only{place}, '{counts.index[0]}': there is nothing to tell apart. "
            "Choose another target, or rows that hold at least two classes."
        )
    rarest, rows = str(counts.idxmin()), int(counts.min())
    if rows < FOLDS:
        raise Invalid(
            f"Class '{rarest}' has {rows} {'row' if rows == 1 else 'rows'}{place}, and each class needs at least "
            f"{FOLDS}, one for each fold: add rows of it, or leave it out with a filter."
        )


def _class_codes(target: pd.Series, task: Task) -> np.ndarray:
    """A number for each class, (rows,); numbers to predict are one class."""
    if not task.is_classification:
        return np.zeros(len(target), dtype=np.int64)
    codes, _ = pd.factorize(target.astype(str), sort=True)
    return codes


def _group_codes(plan: FoldPlan, group: pd.Series | None) -> np.ndarray:
    """A number for each group, (rows,); rows without a value are a group each: nothing says that they belong together.

    Numbers follow first appearance, so that the plan depends on rows and seed alone.
    """
    if group is None:
        raise Invalid(f"Folds by group need the column '{plan.group}', and the rows do not hold it: choose another.")
    codes, _ = pd.factorize(group)
    alone = codes < 0
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(alone.sum())
    return codes


def _deck(codes: np.ndarray, seed: int) -> np.ndarray:
    """Positions of the rows, class after class, those of each class in a seeded order."""
    shuffled = np.random.default_rng(seed).permutation(len(codes))
    return shuffled[np.argsort(codes[shuffled], kind="stable")]


def _dealt(codes: np.ndarray, plan: FoldPlan) -> np.ndarray:
    """Rows dealt like cards, class after class: block sizes differ by one at most, overall and in each class."""
    blocks = np.empty(len(codes), dtype=np.int16)
    blocks[_deck(codes, plan.seed)] = np.arange(len(codes)) % plan.folds
    return blocks


def _group_blocks(plan: FoldPlan, codes: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Whole groups, the biggest first, each to the block that holds least of its classes and of all rows so far.

    Greedy, as exact balance is a hard problem (bin packing): minimises the sum of squared shares of each block in every
    class and in all rows.
    """
    _, groups = np.unique(groups, return_inverse=True)
    counts = np.zeros((groups.max() + 1, codes.max() + 2))
    np.add.at(counts, (groups, codes), 1)
    counts[:, -1] = sizes = np.bincount(groups)
    if len(sizes) < plan.folds:
        raise Invalid(
            f"Folds by group need at least {plan.folds} groups, and '{plan.group}' has {len(sizes)}: "
            "choose another column, or other folds."
        )
    shares = counts / np.maximum(1, counts.sum(axis=0))
    loads = np.zeros((plan.folds, shares.shape[1]))
    block_of = np.empty(len(sizes), dtype=np.int16)
    shuffled = np.random.default_rng(plan.seed).permutation(len(sizes))
    for group in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        block = int(np.argmin(loads @ shares[group]))
        loads[block] += shares[group]
        block_of[group] = block
    return block_of[groups]


def _instants(time: pd.Series) -> np.ndarray:
    """Nanoseconds since 1970, int64; a missing time is UNKNOWN."""
    utc = pd.to_datetime(time, utc=True).dt.as_unit("ns")
    return np.where(utc.isna(), UNKNOWN, utc.astype("int64").to_numpy())


def _required_instants(
    time: pd.Series | None, what: str = "Folds by time need", instead: str = "choose stratified or shuffled folds"
) -> np.ndarray:
    if time is None:
        raise Invalid(f"{what} a time column: {instead}.")
    instants = _instants(time)
    missing = int((instants == UNKNOWN).sum())
    if missing:
        raise Invalid(f"{what} a time in every row, and {missing} rows have no time: {instead}, or filter them out.")
    return instants


def _time_blocks(instants: np.ndarray) -> np.ndarray:
    """13 blocks in time order, as equal in rows as uncut instants allow: each cut lies nearest to its fair share."""
    distinct, position, counts = np.unique(instants, return_inverse=True, return_counts=True)
    if len(distinct) < TIME_BLOCKS:
        raise Invalid(
            f"Folds by time need at least {TIME_BLOCKS} different times, and there are {len(distinct)}: "
            "choose stratified or shuffled folds, or widen the selection."
        )
    ends = np.cumsum(counts)
    block_of_instant = np.zeros(len(distinct), dtype=np.int16)
    first, done = 0, 0
    for block in range(TIME_BLOCKS - 1):
        fair = done + (len(instants) - done) / (TIME_BLOCKS - block)
        last_possible = len(distinct) - (TIME_BLOCKS - block)
        last = first + int(np.argmin(np.abs(ends[first : last_possible + 1] - fair)))
        block_of_instant[last + 1 :] = block + 1
        first, done = last + 1, int(ends[last])
    return block_of_instant[position]


def _time_split(fold: int, blocks: np.ndarray, instants: np.ndarray, known: np.ndarray | None) -> Split:
    validate = blocks == fold + 1
    train = (blocks != HELD_OUT) & (blocks <= fold)
    if known is not None:
        train &= known <= instants[validate].min()
    return Split(fold, np.flatnonzero(train), np.flatnonzero(validate))


def check_training_rows(kind: FoldKind, folds: Sequence[Split], target: pd.Series, task: Task) -> None:
    """Invalid where a fold would learn from fewer than two rows, or from one class only."""
    codes = _class_codes(target, task)
    for split in folds:
        place = f"{kind.value.capitalize()}, fold {split.fold + 1} would"
        if len(split.train) < 2:
            raise Invalid(
                f"{place} have {len(split.train)} rows to learn from, because the labels of older rows were not known "
                "yet: choose stratified or shuffled folds, or widen the selection."
            )
        if task.is_classification and (codes[split.train] == codes[split.train[0]]).all():
            raise Invalid(
                f"{place} learn from {len(split.train)} rows that all have the class "
                f"'{target.iloc[split.train[0]]}': choose stratified folds, or a selection whose "
                f"{'oldest rows' if kind is FoldKind.BY_TIME else 'groups'} hold every class."
            )
