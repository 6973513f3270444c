"""Decay: sure, repeated falls only, and only on months whose labels are in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from mms.domain.buckets import Estimate
from mms.domain.decay import (
    DecayPoint,
    Grain,
    change_of,
    discoveries,
    judge_decay,
    month_of,
)

REFERENCE = Estimate(0.50, 0.47, 0.53, 1000)


def point(month: int, value: float | None, *, half: float = 0.02, n: int = 1000, labelled: int = 1000) -> DecayPoint:
    estimate = None if value is None else Estimate(value, value - half, value + half, labelled)
    return DecayPoint(datetime(2026, month, 1, tzinfo=UTC), 1, estimate, n, labelled)


def months(*values: float) -> list[DecayPoint]:
    return [point(i, value) for i, value in enumerate(values, 1)]


@pytest.mark.parametrize(
    ("values", "decaying", "since"),
    [
        ((0.50, 0.50, 0.50), False, None),
        ((0.50, 0.50, 0.40), False, None),  # one bad month is an alarm of noise
        ((0.50, 0.40, 0.40), True, 2),
        ((0.40, 0.50, 0.40), True, 3),  # two of the last three
        ((0.40, 0.40, 0.50), False, None),  # recovered
        ((0.40, 0.50, 0.50, 0.40), False, None),  # the first is out of the window
        ((0.40, 0.40, 0.40, 0.40), True, 1),
        ((0.60, 0.60, 0.60), False, None),  # better is no decay
    ],
)
def test_decay_needs_two_bad_months_of_three_the_newest_among_them(
    values: tuple[float, ...], decaying: bool, since: int | None
) -> None:
    decay = judge_decay(months(*values), REFERENCE, "f1")

    assert decay.decaying is decaying
    assert decay.since == (datetime(2026, since, 1, tzinfo=UTC) if since else None)


def test_a_fall_within_the_band_of_the_difference_is_not_sure() -> None:
    wide = [point(i, 0.44, half=0.06) for i in (1, 2, 3)]
    narrower = [point(i, 0.44, half=0.05) for i in (1, 2, 3)]

    assert not judge_decay(wide, REFERENCE, "f1").decaying
    assert judge_decay(narrower, REFERENCE, "f1").decaying


def test_two_proportions_are_compared_by_newcombes_hybrid_score() -> None:
    before, now = Estimate(0.70, 0.5773, 0.7994, 60), Estimate(0.60, 0.4710, 0.7169, 60)

    change = change_of(now, before, "accuracy")

    assert (change.worse_by, change.doubt) == (pytest.approx(0.10), pytest.approx((0.1227**2 + 0.1169**2) ** 0.5))
    assert not change.surely_worse
    assert 0.1 < change.chance < 0.15


def test_of_a_fall_without_a_band_nothing_is_sure() -> None:
    bare = [replace(one, estimate=Estimate(0.1, None, None, 1000)) for one in months(0.1, 0.1, 0.1)]

    change = change_of(Estimate(0.1, None, None, 1000), REFERENCE, "r2")

    assert (change.worse_by, change.doubt, change.surely_worse, change.chance) == (0.4, None, False, 1.0)
    assert judge_decay(bare, REFERENCE, "r2").sentence == "R² 0.500 → 0.100: no sure fall."
    assert judge_decay(months(0.1, 0.1), Estimate(0.5, None, None, 1000), "r2").decaying


@pytest.mark.parametrize(
    ("chances", "found"),
    [
        ([], []),
        ([0.04], [True]),
        ([0.06], [False]),
        ([0.001, 0.04, 0.2, 0.9], [True, False, False, False]),
        ([0.03, 0.04, 0.045, 0.049], [True, True, True, True]),  # a weak one stands by those that are weaker
    ],
)
def test_of_many_segments_so_few_are_said_to_fall_that_1_in_20_may_be_false(
    chances: list[float], found: list[bool]
) -> None:
    assert discoveries(chances) == found


def test_a_sure_fall_smaller_than_the_effect_does_not_count() -> None:
    narrow = [point(i, 0.44, half=0.001) for i in (1, 2, 3)]

    assert judge_decay(narrow, REFERENCE, "f1", effect=0.05).decaying
    assert not judge_decay(narrow, REFERENCE, "f1", effect=0.07).decaying


def test_an_error_decays_by_rising() -> None:
    reference = Estimate(2.0, 1.9, 2.1, 500)

    assert judge_decay(months(2.5, 2.5), reference, "rmse").decaying
    assert not judge_decay(months(1.5, 1.5), reference, "rmse").decaying


@pytest.mark.parametrize(("n", "labelled"), [(1000, 949), (99, 99)])
def test_immature_months_are_never_judged(n: int, labelled: int) -> None:
    immature = [point(i, 0.1, n=n, labelled=labelled) for i in (3, 4, 5)]

    decay = judge_decay([*months(0.5, 0.5), *immature], REFERENCE, "f1")

    assert not decay.decaying
    assert decay.newest is not None
    assert decay.newest.period.month == 2
    assert judge_decay(immature, REFERENCE, "f1").sentence == "Too few labels yet to judge F1."


def test_a_month_at_the_limits_is_mature() -> None:
    assert point(1, 0.5, n=1000, labelled=950).mature
    assert point(1, 0.5, n=100, labelled=100).mature
    assert point(1, None, n=0, labelled=0).coverage == 0.0


def test_without_a_hold_out_nothing_is_judged() -> None:
    decay = judge_decay(months(0.1, 0.1, 0.1), None, "f1")

    assert (decay.decaying, decay.reference) == (False, None)
    assert decay.sentence == "F1 has no newest rows to compare with."


def test_the_sentence_gives_both_numbers_and_the_month() -> None:
    assert (
        judge_decay(months(0.5, 0.3, 0.3), REFERENCE, "f1").sentence == "F1 0.500 → 0.300, surely, since February 2026."
    )
    assert judge_decay(months(0.5), REFERENCE, "f1").sentence == "F1 0.500 → 0.500: no sure fall."


def test_a_month_begins_in_utc() -> None:
    east = timezone(timedelta(hours=5))

    assert month_of(datetime(2026, 3, 1, 4, tzinfo=east)) == datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("grain", "start", "after", "words"),
    [
        (Grain.HOUR, "2026-12-31T23:00", "2027-01-01T00:00", "31 December 2026, 23:00"),
        (Grain.DAY, "2026-12-31T00:00", "2027-01-01T00:00", "31 December 2026"),
        (Grain.WEEK, "2026-12-28T00:00", "2027-01-04T00:00", "the week of 28 December 2026"),
        (Grain.MONTH, "2026-12-01T00:00", "2027-01-01T00:00", "December 2026"),
    ],
)
def test_a_period_begins_ends_and_is_called_by_its_grain(grain: Grain, start: str, after: str, words: str) -> None:
    begun = grain.start_of(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))

    assert begun == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert grain.next_of(begun) == datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert grain.words(begun) == words


def test_a_point_is_not_mature_while_labels_of_a_slow_class_are_on_their_way() -> None:
    early = replace(point(1, 0.5, n=1000, labelled=970), arrived=0.6)

    assert not early.mature
    assert replace(early, arrived=0.95).mature
    assert replace(early, labelled=1000).mature
