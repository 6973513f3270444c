"""Fold plans on real rows: block assignment, the 12 train/validate splits, and the newest hold-out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.snapshots import FOLDS, HOLDOUT_BLOCKS, FoldKind, FoldPlan

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
) -> np.ndarray:
    """The block of every row, int16, shape (rows,).

    Raises Invalid where the plan cannot work on these rows: too few of them, a missing target, one class only, a class
    with fewer than 12 rows, fewer than 13 instants, or a fold by time that would learn from one class only.
    """
    _check_target(target, task)
    if plan.kind is FoldKind.BY_TIME:
        blocks = _time_blocks(_required_instants(time))
        _check_training_rows(plan, blocks, target, time, label_time, task)
        return blocks
    if plan.kind is FoldKind.STRATIFIED:
        if not task.is_classification:
            raise Invalid("Stratified folds need classes, and this target is a number: choose shuffled folds.")
        codes, _ = pd.factorize(target.astype(str), sort=True)
        return _dealt(codes, plan)
    return _dealt(np.zeros(len(target), dtype=np.int64), plan)


def splits(plan: FoldPlan, blocks: np.ndarray, time: pd.Series | None, label_time: pd.Series | None) -> list[Split]:
    """The 12 splits of a plan, in fold order (see FoldPlan for the rules)."""
    if plan.kind is not FoldKind.BY_TIME:
        return [Split(i, np.flatnonzero(blocks != i), np.flatnonzero(blocks == i)) for i in range(plan.folds)]
    instants = _required_instants(time)
    known = None if label_time is None else _instants(label_time.fillna(time))
    return [_time_split(i, blocks, instants, known) for i in range(plan.folds)]


def newest_rows(plan: FoldPlan, blocks: np.ndarray, time: pd.Series | None) -> np.ndarray | None:
    """Positions of the newest hold-out: the last 3 of 13 blocks of time; None for a snapshot without time.

    None also where the times cannot be cut into 13 blocks: too few instants, or rows without a time.
    """
    if plan.kind is not FoldKind.BY_TIME:
        if time is None:
            return None
        instants = _instants(time)
        if (instants == UNKNOWN).any() or len(np.unique(instants)) < TIME_BLOCKS:
            return None
        blocks = _time_blocks(instants)
    return np.flatnonzero(blocks >= TIME_BLOCKS - HOLDOUT_BLOCKS)


def _check_target(target: pd.Series, task: Task) -> None:
    missing = int(target.isna().sum())
    if missing:
        raise Invalid(f"{missing} rows have no target: a snapshot holds rows whose target is known.")
    if len(target) < MINIMUM_ROWS:
        raise Invalid(
            f"12 folds need at least {MINIMUM_ROWS} rows, and there are {len(target)}: add rows or widen the selection."
        )
    if not task.is_classification:
        return
    counts = target.astype(str).value_counts().sort_index()
    if len(counts) < 2:
        raise Invalid(
            f"The target has one class only, '{counts.index[0]}': there is nothing to tell apart. "
            "Choose another target, or rows that hold at least two classes."
        )
    rarest, rows = str(counts.idxmin()), int(counts.min())
    if rows < FOLDS:
        raise Invalid(
            f"Class '{rarest}' has {rows} {'row' if rows == 1 else 'rows'}, and each class needs at least {FOLDS}, "
            "one for each fold: add rows of it, or leave it out with a filter."
        )


def _dealt(codes: np.ndarray, plan: FoldPlan) -> np.ndarray:
    """Rows of each class in a seeded order, dealt like cards, class after class: block sizes differ by one at most."""
    shuffled = np.random.default_rng(plan.seed).permutation(len(codes))
    order = shuffled[np.argsort(codes[shuffled], kind="stable")]
    blocks = np.empty(len(codes), dtype=np.int16)
    blocks[order] = np.arange(len(codes)) % plan.folds
    return blocks


def _instants(time: pd.Series) -> np.ndarray:
    """Nanoseconds since 1970, int64; a missing time is UNKNOWN."""
    utc = pd.to_datetime(time, utc=True).dt.as_unit("ns")
    return np.where(utc.isna(), UNKNOWN, utc.astype("int64").to_numpy())


def _required_instants(time: pd.Series | None) -> np.ndarray:
    if time is None:
        raise Invalid("Folds by time need a time column: choose stratified or shuffled folds.")
    instants = _instants(time)
    missing = int((instants == UNKNOWN).sum())
    if missing:
        raise Invalid(f"{missing} rows have no time, so they fit into no fold by time: choose stratified folds.")
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
    train = blocks <= fold
    if known is not None:
        train &= known <= instants[validate].min()
    return Split(fold, np.flatnonzero(train), np.flatnonzero(validate))


def _check_training_rows(
    plan: FoldPlan,
    blocks: np.ndarray,
    target: pd.Series,
    time: pd.Series | None,
    label_time: pd.Series | None,
    task: Task,
) -> None:
    labels = target.astype(str).to_numpy() if task.is_classification else None
    for split in splits(plan, blocks, time, label_time):
        if len(split.train) < 2:
            raise Invalid(
                f"By time, fold {split.fold + 1} would have {len(split.train)} rows to learn from, because the labels "
                "of older rows were not known yet: choose stratified or shuffled folds, or widen the selection."
            )
        if labels is not None and len(present := np.unique(labels[split.train])) < 2:
            raise Invalid(
                f"By time, fold {split.fold + 1} would learn from {len(split.train)} rows that all have the class "
                f"'{present[0]}': choose stratified folds, or a selection whose oldest rows hold every class."
            )
