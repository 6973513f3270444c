"""The demo's source: what is known before departure, and when the truth comes."""

from datetime import UTC, datetime

import pytest

from mms.demo.flights import KEY, Period, flights, planes
from mms.demo.replay import days_of_month

pytestmark = pytest.mark.slow
MARCH = datetime(2013, 3, 1, tzinfo=UTC)


def test_every_departure_is_there_and_named_by_its_key() -> None:
    every = flights()

    assert len(every) == 336_776
    assert not every.duplicated(list(KEY)).any()


def test_cancelled_and_diverted_flights_are_never_labelled() -> None:
    every = flights()

    assert every["late"].isna().sum() == 9_430
    assert (every["late"].isna() == every["label_time"].isna()).all()


def test_the_truth_comes_after_the_prediction() -> None:
    landed = flights().dropna(subset=["label_time"])

    assert (landed["label_time"] > landed["prediction_time"]).all()


def test_about_one_tail_number_in_six_is_unknown() -> None:
    unknown = ~flights()["tailnum"].isin(planes()["tailnum"])

    assert unknown.mean() == pytest.approx(0.156, abs=0.001)


def test_a_sample_of_a_period_is_seeded_and_in_order() -> None:
    period = Period(MARCH, datetime(2013, 4, 1, tzinfo=UTC), 500)

    assert period.flights().equals(period.flights())
    assert len(period.flights()) == 500
    assert period.flights()["prediction_time"].is_monotonic_increasing


def test_the_days_of_a_month_ask_each_flight_once_and_hear_of_each_landing_once() -> None:
    days = list(days_of_month(datetime(2013, 4, 1, tzinfo=UTC), every_flight=False))
    march = list(days_of_month(MARCH, every_flight=False))

    asked = [len(day.asked) for day in days]
    assert len(days) == 30
    assert sum(asked) == 2_000
    both = [tuple(row) for day in (*march, *days) for row in day.landed[list(KEY)].itertuples(index=False)]
    assert len(both) == len(set(both))


def test_no_landing_is_heard_of_before_it_happened() -> None:
    for day in days_of_month(MARCH, every_flight=False):
        assert (day.landed["label_time"] > day.start).all()
        assert (day.landed["label_time"] <= day.end).all()
