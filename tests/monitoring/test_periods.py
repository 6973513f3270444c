"""Periods as arrays begin where those of the calendar do; points know how much of their labels has come."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mms.domain.decay import Grain
from mms.monitoring.metrics import metric_series
from mms.monitoring.periods import Periods, period_starts, points_of
from tests.summed import of_classes

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.datetimes(datetime(1900, 1, 8), datetime(2200, 1, 1)), st.sampled_from(Grain))
def test_a_period_begins_where_the_calendar_says(moment: datetime, grain: Grain) -> None:
    (start,) = period_starts(np.array([moment], "datetime64[s]"), grain).astype("datetime64[us]").tolist()

    assert start.replace(tzinfo=UTC) == grain.start_of(moment.replace(tzinfo=UTC))


@pytest.mark.parametrize("grain", Grain)
def test_the_last_period_of_the_calendar_ends_with_it(grain: Grain) -> None:
    last = grain.start_of(datetime(9999, 12, 31, 23, 59, tzinfo=UTC))

    assert last < grain.next_of(last)


def months(model_id: int, months: list[int], rows: int, missing: int, delay: float) -> Periods:
    """Months of 2026 with so many answers each, of which in the last some truths are missing."""
    group = np.repeat(np.arange(len(months)), rows)
    truth = np.arange(len(group)) % 2
    truth[len(group) - missing :] = -1
    series = of_classes(truth, np.full(len(group), 0.6), group=group, delay=np.full(len(group), delay))
    starts = np.array([f"2026-{month:02d}-01" for month in months], "datetime64[s]")
    return Periods(1, model_id, Grain.MONTH, starts, series)


def test_a_new_champion_waits_for_labels_as_long_as_those_before_it_took() -> None:
    some = [months(1, [1, 2], 200, 0, 20 * 24.0), months(2, [3], 200, 6, 24.0)]
    estimates = [metric_series(one.series, "accuracy") for one in some]
    april = datetime(2026, 4, 1, tzinfo=UTC)

    early, late = (points_of(some, estimates, april + timedelta(days=days)) for days in (10, 40))

    assert [point.mature for point in early] == [True, True, False]
    assert early[-1].immature_because == "by how long labels take, 0% of those of one class have come"
    assert [point.mature for point in late] == [True, True, True]


def test_without_answers_there_are_no_points() -> None:
    assert points_of([], [], JANUARY) == []
