"""Triggers: how far each is, when it fires, and when it rests."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from mms.domain.decay import Decay
from mms.domain.errors import Invalid
from mms.domain.rules import Budget, Needs, Quiet
from mms.domain.triggers import (
    Condition,
    Reading,
    Rule,
    Score,
    Situation,
    Trigger,
    TriggerChanges,
    TriggerKind,
    read_rule,
    read_trigger,
)

NOW = datetime(2026, 3, 31, tzinfo=UTC)
DAY = timedelta(days=1)
SEATED = NOW - 30 * DAY
DECAYING = Decay(True, SEATED + 3 * DAY, None, 0.5, "F1 fell.")
CALM = Decay(False, None, None, 0.5, "No sure fall.")

SIZE, TIME, DECAY, ESTIMATED, DRIFT, COST = (
    Condition(kind, threshold) for kind, threshold in zip(TriggerKind, (100, 60, 0.05, 0.05, 0.5, 1000), strict=True)
)
CLOCK = Condition(TriggerKind.TIME, cron="0 2 * * 1", zone="Europe/Berlin")


def trigger(*conditions: Condition, needs: Needs | int = Needs.ANY) -> Trigger:
    return Trigger(1, 1, "watch", "global", Rule(conditions, needs, cooldown_days=10), True, "ada", SEATED)


def seen(new_labels: int = 0, decay: Decay | None = None) -> Situation:
    return Situation(NOW, SEATED, new_labels=new_labels, decay={} if decay is None else {DECAY: decay})


@pytest.mark.parametrize(
    ("condition", "situation", "share", "fires"),
    [
        (SIZE, seen(99), 0.99, False),
        (SIZE, seen(100), 1.0, True),
        (SIZE, seen(1000), 1.0, True),
        (TIME, seen(), 0.5, False),
        (replace(TIME, threshold=30), seen(), 1.0, True),
        (CLOCK, seen(), 0.0, False),
        (CLOCK, replace(seen(), ticks={CLOCK: NOW + DAY}), 0.0, False),
        (CLOCK, replace(seen(), ticks={CLOCK: NOW}), 1.0, True),
        (DECAY, seen(decay=CALM), 0.0, False),
        (DECAY, seen(decay=DECAYING), 1.0, True),
        (DECAY, seen(), 0.0, False),
        (ESTIMATED, seen(), 0.0, False),
        (ESTIMATED, replace(seen(), estimated={ESTIMATED: DECAYING}), 1.0, True),
        (DRIFT, seen(), 0.0, False),
        (DRIFT, replace(seen(), drift=Score(0.4, "Drift 0.4.")), 0.8, False),
        (DRIFT, replace(seen(), drift=Score(0.5, "Drift 0.5.")), 1.0, True),
        (COST, replace(seen(), cost=Score(-50, "Cheaper.")), 0.0, False),
        (COST, replace(seen(), cost=Score(1000, "Dear.")), 1.0, True),
    ],
)
def test_a_trigger_fires_at_its_threshold(
    condition: Condition, situation: Situation, share: float, fires: bool
) -> None:
    reading = read_trigger(trigger(condition), situation)

    assert (reading.share, reading.fires) == (pytest.approx(share), fires)


def test_a_tick_on_the_clock_of_a_zone_is_told_in_utc() -> None:
    tick = datetime(2026, 11, 23, 6, 30, tzinfo=ZoneInfo("America/New_York"))

    reading = read_trigger(trigger(CLOCK), replace(seen(), ticks={CLOCK: tick}))

    assert reading.sentence.endswith(" on 23 November 2026, 11:30 UTC.")


@pytest.mark.parametrize("condition", [SIZE, TIME, DECAY, ESTIMATED, DRIFT, COST, CLOCK])
def test_nothing_fires_without_a_champion(condition: Condition) -> None:
    reading = read_trigger(trigger(condition), Situation(NOW, None, new_labels=10**6, decay={DECAY: DECAYING}))

    assert reading == Reading(0.0, False, "No champion yet: promote a model first.")


@pytest.mark.parametrize("condition", [ESTIMATED, DRIFT, COST])
def test_what_is_not_measured_says_so_and_never_fires(condition: Condition) -> None:
    told = Score(None, "no labels of this champion yet.")
    situation = replace(seen(), estimated={ESTIMATED: told}, drift=told, cost=told)

    reading = read_rule(trigger(condition).rule, situation)

    assert (reading.fires, reading.sentence) == (False, "Not measured yet: no labels of this champion yet.")


@pytest.mark.parametrize(
    ("needs", "new_labels", "decay", "age", "fires", "share"),
    [
        (Needs.ANY, 50, CALM, 60, False, 0.5),
        (Needs.ANY, 100, CALM, 60, True, 1.0),
        (Needs.ALL, 100, DECAYING, 60, False, 0.5),
        (Needs.ALL, 100, DECAYING, 30, True, 1.0),
        (2, 100, CALM, 60, False, 0.5),
        (2, 100, CALM, 30, True, 1.0),
        (2, 20, CALM, 60, False, 0.2),
    ],
)
def test_any_all_or_at_least_n_conditions_must_hold(
    needs: Needs | int, new_labels: int, decay: Decay, age: float, fires: bool, share: float
) -> None:
    rule = trigger(SIZE, DECAY, replace(TIME, threshold=age), needs=needs)

    reading = read_trigger(rule, seen(new_labels, decay))

    assert (reading.fires, reading.share) == (fires, pytest.approx(share))
    assert len(reading.parts) == 3


def test_a_trigger_rests_until_its_cooldown_is_over() -> None:
    resting = read_trigger(replace(trigger(SIZE), last_fired_at=NOW - 9 * DAY), seen(100))
    rested = read_trigger(replace(trigger(SIZE), last_fired_at=NOW - 10 * DAY), seen(100))

    assert (resting.share, resting.fires, rested.fires) == (1.0, False, True)
    assert resting.sentence == "100 of 100 new labelled rows. It rests until 1 April 2026, 00:00 UTC."
    assert resting.due == resting.rests_until == NOW + DAY


def test_without_a_rest_it_fires_again_only_after_it_has_let_go() -> None:
    rule = replace(trigger(SIZE).rule, cooldown_days=0)
    fired = replace(trigger(SIZE), rule=rule, last_fired_at=NOW - DAY, armed=False)

    assert not read_trigger(fired, seen(100)).fires
    assert "waits until it lets go" in read_trigger(fired, seen(100)).sentence
    assert read_trigger(replace(fired, armed=True), seen(100)).fires


def test_a_budget_counts_the_firings_in_its_days() -> None:
    rule = replace(trigger(SIZE).rule, cooldown_days=0, budget=Budget(2, 30))
    once = replace(trigger(SIZE), rule=rule, fired=(NOW - 29 * DAY,))

    spent = read_trigger(replace(once, fired=(NOW - 29 * DAY, NOW - 5 * DAY)), seen(100))
    free = read_trigger(replace(once, fired=(NOW - 30 * DAY, NOW - 5 * DAY)), seen(100))

    assert (read_trigger(once, seen(100)).fires, spent.fires, free.fires) == (True, False, True)
    assert spent.rests_until == NOW + DAY
    assert "Its budget (at most 2 firings in 30 days) is spent until 1 April" in spent.sentence


def test_it_waits_for_its_least_number_of_mature_labels() -> None:
    scarce = replace(trigger(SIZE), rule=replace(trigger(SIZE).rule, minimum_labels=200))

    few = read_trigger(scarce, replace(seen(100), labels=199))
    enough = read_trigger(scarce, replace(seen(100), labels=200))

    assert (few.fires, enough.fires) == (False, True)
    assert few.sentence.endswith("Only 199 of 200 mature labels are in: it waits for more.")


BERLIN = Quiet(time(22), time(6), "Europe/Berlin")
NOON = Quiet(time(12), time(13, 30))


@pytest.mark.parametrize(
    ("quiet", "moment", "ends"),
    [
        (NOON, "2026-06-01T11:59+00:00", None),
        (NOON, "2026-06-01T12:00+00:00", "2026-06-01T13:30+00:00"),
        (NOON, "2026-06-01T13:30+00:00", None),
        (BERLIN, "2026-06-01T19:59+00:00", None),
        (BERLIN, "2026-06-01T20:00+00:00", "2026-06-02T04:00+00:00"),
        (BERLIN, "2026-06-01T23:00+00:00", "2026-06-02T04:00+00:00"),
        (BERLIN, "2026-06-02T03:59+00:00", "2026-06-02T04:00+00:00"),
        (BERLIN, "2026-06-02T04:00+00:00", None),
        # The night in which clocks go forward has an hour less, and the one in which they go back an hour more.
        (BERLIN, "2026-03-28T21:00+00:00", "2026-03-29T04:00+00:00"),
        (BERLIN, "2026-10-24T20:00+00:00", "2026-10-25T05:00+00:00"),
        (BERLIN, "2026-10-25T04:30+00:00", "2026-10-25T05:00+00:00"),
    ],
)
def test_quiet_hours_go_by_the_clock_of_their_zone(quiet: Quiet, moment: str, ends: str | None) -> None:
    expected = None if ends is None else datetime.fromisoformat(ends)

    assert quiet.until(datetime.fromisoformat(moment)) == expected


def test_a_rest_that_ends_in_quiet_hours_lasts_until_they_end() -> None:
    rule = replace(trigger(SIZE).rule, quiet=Quiet(time(22), time(6)))
    fired = replace(trigger(SIZE), rule=rule, last_fired_at=NOW - 10 * DAY + timedelta(hours=23))

    reading = read_trigger(fired, seen(100))

    assert (reading.fires, reading.rests_until) == (False, NOW + timedelta(days=1, hours=6))


def test_the_clock_tells_when_it_fires() -> None:
    ticked = replace(trigger(CLOCK), last_fired_at=NOW - DAY)
    situation = replace(seen(), ticks={CLOCK: NOW + 3 * DAY})

    assert read_trigger(trigger(CLOCK), situation).due == NOW + 3 * DAY
    assert read_trigger(ticked, situation).due == NOW + 9 * DAY
    assert read_trigger(trigger(CLOCK, DECAY, needs=Needs.ALL), situation).due is None


def test_a_trigger_that_is_switched_off_is_read_but_never_fires() -> None:
    reading = read_trigger(replace(trigger(SIZE), enabled=False), seen(100))

    assert (reading.share, reading.fires) == (1.0, False)
    assert reading.sentence.endswith("The trigger is switched off.")


def test_only_the_threshold_of_a_single_condition_is_changed_by_itself() -> None:
    changed = TriggerChanges(threshold=7, cooldown_days=3).applied(trigger(SIZE).rule)

    assert (changed.conditions[0].threshold, changed.cooldown_days) == (7, 3)
    for rule in (trigger(SIZE, TIME).rule, trigger(CLOCK).rule):
        with pytest.raises(Invalid, match="Send the whole rule"):
            TriggerChanges(threshold=7).applied(rule)


def test_decay_began_where_the_first_condition_saw_it() -> None:
    early = replace(DECAYING, since=SEATED)

    assert seen(decay=CALM).decaying_since is None
    assert replace(seen(decay=DECAYING), estimated={ESTIMATED: early}).decaying_since == SEATED
