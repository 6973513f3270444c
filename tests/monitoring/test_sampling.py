"""Samples: equal chances, the same again, honest bands, and how many labels more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mms.domain.buckets import Estimate
from mms.domain.label_requests import RequestState, reached
from mms.domain.projects import Task
from mms.monitoring.bands import wilson
from mms.monitoring.metrics import Estimates, metric_series
from mms.monitoring.sampling import Sampled, labels_needed, of_finite, random_rows, spread_out
from mms.monitoring.sums import Layout, Series

LAYOUT = Layout(Task.BINARY, ("no", "yes"), "yes")


def series_of(truth: np.ndarray, label: np.ndarray) -> Series:
    """Rows of two classes, counted."""
    cells = np.zeros((1, 3, 2), np.int64)
    np.add.at(cells[0], (truth.astype(int), label.astype(int)), 1)
    n = np.array([len(truth)])
    return Series(LAYOUT, n, n, cells=cells)


def test_a_draw_is_the_same_again_whatever_the_order_of_its_frame_and_another_one_differs() -> None:
    ids = np.arange(100, 200)

    assert random_rows(ids, 20, (1, 1)).tolist() == random_rows(ids[::-1], 20, (1, 1)).tolist()
    assert random_rows(ids, 20, (1, 1)).tolist() != random_rows(ids, 20, (1, 2)).tolist()
    assert sorted(random_rows(ids, 500, (1, 1)).tolist()) == ids.tolist()


def test_every_row_has_the_same_chance_at_every_place() -> None:
    counts = np.zeros((3, 12))
    for number in range(6_000):
        for place, id_ in enumerate(random_rows(np.arange(12), 3, (7, number))):
            counts[place, id_] += 1

    assert (np.abs(counts - 500) < 5 * np.sqrt(500 * 11 / 12)).all()


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["accuracy", "recall", "precision", "f1"])
def test_the_band_of_a_sample_holds_the_score_of_its_frame_in_95_of_100_draws(metric: str) -> None:
    chance = np.random.default_rng(4)
    frame, held, draws = 900, 0, 4_000
    truth = chance.random(frame) < 0.3
    label = np.where(chance.random(frame) < 0.8, truth, ~truth)
    true = metric_series(series_of(truth, label), metric).value[0]

    for number in range(draws):
        rows = random_rows(np.arange(frame), 250, (number,))
        band = of_finite(metric_series(series_of(truth[rows], label[rows]), metric), len(rows), frame)
        held += int(band.low[0] <= true <= band.high[0])

    assert 0.93 <= held / draws <= 0.97


@pytest.mark.slow
def test_truths_that_come_by_themselves_and_are_of_a_kind_do_not_bias_the_sample() -> None:
    chance = np.random.default_rng(5)
    right = chance.random(800) < 0.7
    comes = np.where(right, 0.1, 0.6)  # wrong ones become known early
    means, naive = [], []

    for number in range(3_000):
        rows = random_rows(np.arange(800), 200, (number,))
        came, answered, states = chance.random(200) < comes[rows], 0, []
        for by_itself in came:
            state = RequestState.CAME if by_itself else RequestState.TOLD if answered < 40 else RequestState.WAITING
            answered += state is RequestState.TOLD
            states.append(state)
        means.append(right[rows[: reached(states)]].mean())
        naive.append(right[rows[came]].mean())

    assert np.mean(means) == pytest.approx(right.mean(), abs=4 * np.std(means) / np.sqrt(3_000))
    assert np.mean(naive) < right.mean() - 0.3


def test_the_whole_frame_leaves_no_doubt() -> None:
    some = Estimates(*(np.array([value]) for value in (0.7, 0.6, 0.8, 100.0)))

    whole, half = of_finite(some, 100, 100), of_finite(some, 50, 100)

    assert (whole.low[0], whole.high[0]) == (0.7, 0.7)
    assert 0.6 < half.low[0] < 0.7 < half.high[0] < 0.8


@given(st.integers(50, 5_000), st.floats(0.01, 0.2), st.floats(0.05, 1.0))
def test_as_many_labels_as_it_takes_before_any_give_the_width_at_one_half(
    frame: int, within: float, share: float
) -> None:
    needed = labels_needed(Sampled(0, frame, None, share), within)

    assert needed is not None
    assert 1 <= needed <= frame
    low, high = wilson(needed * share / 2, needed * share)
    assert (high - low) / 2 * np.sqrt(max(0, 1 - needed / frame)) <= within * 1.001


def test_recall_takes_more_labels_than_accuracy_by_the_share_of_positive_rows() -> None:
    all_, tenth = (labels_needed(Sampled(0, 10**9, None, share), 0.05) for share in (1.0, 0.1))

    assert all_ == 381
    assert tenth == pytest.approx(10 * all_, rel=0.01)


@pytest.mark.parametrize(
    ("n", "frame", "half", "rests", "share", "needed"),
    [
        (100, 10**9, 0.10, 100, None, 300),  # half as wide: four times as many
        (100, 10**9, 0.049, 100, None, 0),
        (100, 100, 0.10, 100, None, 0),  # all are known
        (100, 400, 0.10, 100, None, 129),  # a finite frame takes fewer
        (100, 10**9, 0.10, 9, None, None),  # rests on too few rows, and nothing is promised
        (0, 10**9, None, 0, 0.0, None),  # no positive row is promised
    ],
)
def test_labels_needed_follow_from_the_band(
    n: int, frame: int, half: float | None, rests: int, share: float | None, needed: int | None
) -> None:
    estimate = None if half is None else Estimate(0.6, 0.6 - half, 0.6 + half, rests)

    assert labels_needed(Sampled(n, frame, estimate, share), 0.05) == needed


def test_rows_spread_out_begin_with_the_first_and_hold_no_twins() -> None:
    numbers = np.array([[0.0], [0.1], [0.1], [10.0], [5.0], [np.nan]])
    codes = np.zeros((6, 1), np.int64)

    assert spread_out(numbers, codes, 3)[:2] == [0, 3]
    assert sorted(spread_out(numbers, codes, 6)) in ([0, 1, 3, 4, 5], [0, 2, 3, 4, 5])
    assert spread_out(np.zeros((10, 2)), np.zeros((10, 0), np.int64), 10) == [0]
    assert spread_out(np.zeros((3, 0)), np.arange(3)[:, None], 2) == [0, 1]
