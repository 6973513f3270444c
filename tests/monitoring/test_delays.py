"""Label delays: quantiles from a histogram, and how much of a period has come by what older periods took."""

import numpy as np
import pytest

from mms.monitoring.counting import delay_bin
from mms.monitoring.delays import ENDS, arrived, delays_of
from mms.monitoring.sums import DELAY_BINS
from tests.summed import of_classes

DAY = 24.0


def histogram(*hours_and_counts: tuple[float, int]) -> np.ndarray:
    counts = np.zeros(DELAY_BINS, np.int64)
    for hours, count in hours_and_counts:
        counts[delay_bin(np.array([hours]))[0]] += count
    return counts


def test_a_bin_ends_where_the_next_begins() -> None:
    hours = ENDS[:30]

    assert list(delay_bin(hours * (1 + 1e-9) + 1e-9)) == list(range(1, 31))
    assert list(delay_bin(hours * (1 - 1e-9))) == list(range(30))


def test_the_median_delay_is_right_within_half_an_octave() -> None:
    chance = np.random.default_rng(1)
    delay = chance.exponential(100, 4000)

    (found,) = delays_of(of_classes(np.ones(4000, np.int64), np.full(4000, 0.7), delay=delay))

    assert found is not None
    assert found.median == pytest.approx(np.median(delay), rel=0.1)
    assert found.most == pytest.approx(np.quantile(delay, 0.9), rel=0.1)


def test_without_labels_no_delay_is_told() -> None:
    assert delays_of(of_classes(np.array([-1]), np.array([0.5]))) == [None]


def test_a_period_waits_for_its_slowest_class() -> None:
    quick, slow = histogram((DAY, 1000)), histogram((10 * DAY, 500), (60 * DAY, 500))
    delays = np.stack([np.stack([quick, slow])] * 3)
    counts, coverage = np.full(3, 2000), np.array([1.0, 1.0, 0.97])

    share = arrived(delays, counts, coverage, np.array([200 * DAY, 100 * DAY, 30 * DAY]))

    assert share.tolist() == [1.0, 1.0, 0.5]  # nothing older than the first; after 30 days half of the slow class


def test_periods_that_wait_for_labels_themselves_say_nothing_of_delays() -> None:
    delays = np.stack([np.stack([histogram((60 * DAY, 100))])] * 2)

    share = arrived(delays, np.full(2, 1000), np.array([0.5, 0.97]), np.array([90 * DAY, 30 * DAY]))

    assert share.tolist() == [1.0, 1.0]
