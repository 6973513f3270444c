"""Fold plans: every row in its place, no row from the future."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.snapshots import FOLDS, HELD_OUT, FoldKind, FoldPlan, HoldoutKind, HoldoutPlan
from mms.ml.folds import assign_blocks, newest_rows, proposed_kind, splits

START = pd.Timestamp("2024-01-01", tz="UTC")
STRATIFIED = FoldPlan(FoldKind.STRATIFIED)
SHUFFLED = FoldPlan(FoldKind.SHUFFLED)
BY_TIME = FoldPlan(FoldKind.BY_TIME)


def hours(values: list[int]) -> pd.Series:
    return pd.Series(START + pd.to_timedelta(values, unit="h"))


def numbers(rows: int) -> pd.Series:
    return pd.Series(np.arange(rows, dtype=float))


def test_a_time_proposes_folds_by_time_and_else_the_task_decides() -> None:
    assert proposed_kind(Task.BINARY, has_time=True) is FoldKind.BY_TIME
    assert proposed_kind(Task.MULTICLASS, has_time=False) is FoldKind.STRATIFIED
    assert proposed_kind(Task.REGRESSION, has_time=False) is FoldKind.SHUFFLED


@settings(max_examples=60, deadline=None)
@given(counts=st.lists(st.integers(12, 60), min_size=2, max_size=5), seed=st.integers(0, 99))
def test_stratified_folds_partition_the_rows_and_deal_each_class_evenly(counts: list[int], seed: int) -> None:
    target = pd.Series(
        np.random.default_rng(seed).permutation(np.repeat([f"c{i}" for i in range(len(counts))], counts))
    )
    plan = FoldPlan(FoldKind.STRATIFIED, seed)

    blocks = assign_blocks(plan, target, None, Task.MULTICLASS)
    folds = splits(plan, blocks, None, None)

    assert blocks.dtype == np.int16
    assert sorted(np.concatenate([fold.validate for fold in folds])) == list(range(len(target)))
    for fold in folds:
        assert sorted([*fold.train, *fold.validate]) == list(range(len(target)))
    for label, count in zip([f"c{i}" for i in range(len(counts))], counts, strict=True):
        dealt = np.bincount(blocks[target == label], minlength=FOLDS)
        assert dealt.sum() == count
        assert dealt.max() - dealt.min() <= 1
    sizes = np.bincount(blocks, minlength=FOLDS)
    assert sizes.max() - sizes.min() <= 1


@settings(max_examples=30, deadline=None)
@given(rows=st.integers(24, 300), seed=st.integers(0, 99))
def test_the_same_seed_gives_the_same_plan(rows: int, seed: int) -> None:
    plan = FoldPlan(FoldKind.SHUFFLED, seed)

    first, again = (assign_blocks(plan, numbers(rows), None, Task.REGRESSION) for _ in range(2))

    assert (first == again).all()


def test_another_seed_gives_another_plan() -> None:
    one, two = (assign_blocks(FoldPlan(FoldKind.SHUFFLED, s), numbers(100), None, Task.REGRESSION) for s in (1, 2))

    assert (one != two).any()


@settings(max_examples=80, deadline=None)
@given(data=st.data())
@pytest.mark.slow
def test_folds_by_time_never_learn_from_the_future_nor_cut_an_instant(data: st.DataObject) -> None:
    distinct = data.draw(st.lists(st.integers(0, 500), min_size=26, max_size=120, unique=True))
    repeats = data.draw(st.lists(st.integers(1, 4), min_size=len(distinct), max_size=len(distinct)))
    delays = data.draw(st.integers(0, 3))
    moments = np.random.default_rng(1).permutation(np.repeat(distinct, repeats))
    time = hours(list(moments))
    label_time = time + pd.Timedelta(hours=delays)

    blocks = assign_blocks(BY_TIME, numbers(len(time)), time, Task.REGRESSION)
    folds = splits(BY_TIME, blocks, time, label_time)

    assert set(blocks) == set(range(FOLDS + 1))
    assert (pd.Series(blocks).groupby(time.to_numpy()).nunique() == 1).all()
    validated = np.concatenate([fold.validate for fold in folds])
    assert sorted(validated) == sorted(np.flatnonzero(blocks > 0))
    for fold in folds:
        begins = time.iloc[fold.validate].min()
        assert (time.iloc[fold.train] < begins).all()
        assert (label_time.iloc[fold.train] <= begins).all()
        purged = set(np.flatnonzero(blocks <= fold.fold)) - set(fold.train)
        assert all(label_time.iloc[row] > begins for row in purged)


def test_blocks_of_time_are_as_equal_as_instants_allow() -> None:
    time = hours(list(range(130)))

    blocks = assign_blocks(BY_TIME, numbers(130), time, Task.REGRESSION)

    assert (np.bincount(blocks) == 10).all()


def test_a_crowded_instant_stays_whole_and_the_rest_is_shared_out() -> None:
    time = hours([0] * 500 + list(range(1, 121)))

    blocks = assign_blocks(BY_TIME, numbers(620), time, Task.REGRESSION)

    assert (np.bincount(blocks) == [500, *[10] * 12]).all()


def test_a_label_without_a_time_was_known_at_once() -> None:
    time = hours(list(range(130)))
    label_time = time.copy()
    label_time[5] = pd.NaT

    folds = splits(BY_TIME, assign_blocks(BY_TIME, numbers(130), time, Task.REGRESSION), time, label_time)

    assert all(5 in fold.train for fold in folds)


@pytest.mark.parametrize("plan", [BY_TIME, SHUFFLED])
def test_the_newest_rows_are_the_last_three_blocks_of_time(plan: FoldPlan) -> None:
    time = hours(list(range(130)))
    blocks = assign_blocks(plan, numbers(130), time, Task.REGRESSION)

    newest = newest_rows(plan, blocks, time)

    assert newest is not None
    assert list(newest) == list(range(100, 130))


def test_without_a_time_there_are_no_newest_rows() -> None:
    assert newest_rows(SHUFFLED, np.zeros(30, dtype=np.int16), None) is None
    assert newest_rows(SHUFFLED, np.zeros(30, dtype=np.int16), hours([0, 1] * 15)) is None


def in_groups(sizes: list[int]) -> pd.Series:
    """Rows of groups of these sizes, in a mixed order."""
    names = np.repeat([f"g{i}" for i in range(len(sizes))], sizes)
    return pd.Series(np.random.default_rng(1).permutation(names))


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(1, 12), min_size=24, max_size=60), seed=st.integers(0, 99))
def test_folds_by_group_never_cut_a_group_and_are_as_equal_as_the_biggest_allows(sizes: list[int], seed: int) -> None:
    group, plan = in_groups(sizes), FoldPlan(FoldKind.BY_GROUP, seed, group="group")

    blocks = assign_blocks(plan, numbers(len(group)), None, Task.REGRESSION, group=group)
    folds = splits(plan, blocks, None, None)

    assert sorted(np.concatenate([fold.validate for fold in folds])) == list(range(len(group)))
    assert all(len(fold.train) + len(fold.validate) == len(group) for fold in folds)
    assert (pd.Series(blocks).groupby(group).nunique() == 1).all()
    rows = np.bincount(blocks, minlength=FOLDS)
    assert rows.min() > 0
    assert rows.max() - rows.min() <= max(sizes)


def test_folds_by_group_share_out_the_classes() -> None:
    group = in_groups([10] * 60)
    target = pd.Series(np.where(group.str[1:].astype(int) < 24, "rare", "frequent"))
    plan = FoldPlan(FoldKind.BY_GROUP, group="group")

    blocks = assign_blocks(plan, target, None, Task.BINARY, group=group)

    assert (np.bincount(blocks) == 50).all()
    assert (np.bincount(blocks[target == "rare"]) == 20).all()


def test_a_row_without_a_group_is_a_group_of_its_own() -> None:
    group = pd.Series([None] * 24 + [f"g{i}" for i in range(12)], dtype="str")

    blocks = assign_blocks(FoldPlan(FoldKind.BY_GROUP, group="group"), numbers(36), None, Task.REGRESSION, group=group)

    assert (np.bincount(blocks) == 3).all()
    assert len(set(blocks[:24])) == FOLDS


PLANS = [FoldKind.STRATIFIED, FoldKind.SHUFFLED, FoldKind.BY_TIME, FoldKind.BY_GROUP]


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(data=st.data(), kind=st.sampled_from(PLANS), take=st.sampled_from(HoldoutKind), share=st.floats(0.05, 0.5))
def test_a_row_is_held_out_or_in_the_folds_and_never_both(
    data: st.DataObject, kind: FoldKind, take: HoldoutKind, share: float
) -> None:
    count = data.draw(st.integers(120, 300))
    chance = np.random.default_rng(data.draw(st.integers(0, 9)))
    time = hours(list(chance.integers(0, count // 2, count)))
    group = pd.Series(chance.integers(0, 40, count))
    target = pd.Series(np.resize(["a", "b"], count))
    plan = FoldPlan(kind, 3, group="group", holdout=HoldoutPlan(take, share))

    try:
        blocks = assign_blocks(plan, target, time, Task.BINARY, None, group)
    except Invalid:
        reject()  # by chance the oldest rows are all of one class
    held, folds = np.flatnonzero(blocks == HELD_OUT), splits(plan, blocks, time, None)
    newest = newest_rows(plan, blocks, time)

    assert len(held) > 0
    for fold in folds:
        assert not {*fold.train, *fold.validate} & set(held)
    validated = np.concatenate([fold.validate for fold in folds])
    first = {0} if kind is FoldKind.BY_TIME else set()
    assert sorted(validated) == sorted(np.flatnonzero(~np.isin(blocks, [HELD_OUT, *first])))
    assert newest is not None
    assert not set(newest) & set(held)
    if take is HoldoutKind.NEWEST:
        assert time[held].min() > time[blocks != HELD_OUT].max()
    elif kind is FoldKind.BY_GROUP:
        assert not set(group[held]) & set(group[blocks != HELD_OUT])
        assert len(held) <= share * count
    else:
        assert len(held) == int(share * count)
        assert abs((target[held] == "a").sum() - (target[held] == "b").sum()) <= 2


def labels(*counts: tuple[str, int]) -> pd.Series:
    return pd.Series([label for label, count in counts for _ in range(count)], dtype="str")


def held(plan: FoldPlan, kind: str, share: float) -> FoldPlan:
    return replace(plan, holdout=HoldoutPlan(HoldoutKind(kind), share))


@pytest.mark.parametrize(
    ("plan", "target", "time", "task", "words"),
    [
        (STRATIFIED, labels(("a", 50), ("b", 11)), None, Task.BINARY, "Class 'b' has 11 rows"),
        (STRATIFIED, labels(("a", 50)), None, Task.BINARY, "one class only, 'a'"),
        (STRATIFIED, numbers(50), None, Task.REGRESSION, "choose shuffled"),
        (SHUFFLED, numbers(23), None, Task.REGRESSION, "at least 24 rows, and there are 23"),
        (SHUFFLED, pd.Series([1.0, None] * 20), None, Task.REGRESSION, "20 rows have no target"),
        (BY_TIME, numbers(50), None, Task.REGRESSION, "need a time column"),
        (BY_TIME, numbers(48), hours([0, 1, 2, 3] * 12), Task.REGRESSION, "at least 13 different times"),
        (BY_TIME, numbers(48), hours(list(range(48))).mask(lambda t: t.index == 7), Task.REGRESSION, "1 rows have no"),
        (BY_TIME, labels(("a", 60), ("b", 60)), hours(list(range(120))), Task.BINARY, "choose stratified folds"),
        (FoldPlan(FoldKind.BY_GROUP, group="ward"), numbers(50), None, Task.REGRESSION, "need the column 'ward'"),
        (held(SHUFFLED, "random", 0.01), numbers(50), None, Task.REGRESSION, "No row fits into a hold-out of 1%"),
        (held(SHUFFLED, "newest", 0.2), numbers(50), None, Task.REGRESSION, "hold random rows out instead"),
        (held(SHUFFLED, "random", 0.5), numbers(40), None, Task.REGRESSION, "there are 20 outside the hold-out"),
        (held(STRATIFIED, "random", 0.2), labels(("a", 50), ("b", 12)), None, Task.BINARY, "10 rows outside the hold"),
    ],
)
def test_a_plan_that_cannot_work_is_refused_with_the_reason(
    plan: FoldPlan, target: pd.Series, time: pd.Series | None, task: Task, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        assign_blocks(plan, target, time, task)


def test_labels_that_come_too_late_for_the_first_fold_are_refused() -> None:
    time = hours(list(range(130)))

    with pytest.raises(Invalid, match="fold 1 would have 0 rows to learn from"):
        assign_blocks(BY_TIME, numbers(130), time, Task.REGRESSION, time + pd.Timedelta(days=30))


def test_fewer_than_twelve_groups_are_refused_and_so_is_a_fold_without_both_classes() -> None:
    plan = FoldPlan(FoldKind.BY_GROUP, group="ward")
    few, many = in_groups([10] * 11), in_groups([12] * 12)

    with pytest.raises(Invalid, match="at least 12 groups, and 'ward' has 11"):
        assign_blocks(plan, numbers(110), None, Task.REGRESSION, group=few)
    with pytest.raises(Invalid, match="would learn from 132 rows that all have the class 'a'"):
        target = pd.Series(np.where(many == "g0", "b", "a"))
        assign_blocks(plan, target, None, Task.BINARY, group=many)
