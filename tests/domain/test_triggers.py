"""Triggers: how far each is, when it fires, and when it rests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mms.domain.decay import Decay
from mms.domain.errors import Invalid
from mms.domain.triggers import (
    Reading,
    Situation,
    Trigger,
    TriggerKind,
    checked_cooldown,
    checked_threshold,
    read_trigger,
)

NOW = datetime(2026, 3, 31, tzinfo=UTC)
SEATED = NOW - timedelta(days=30)
DECAYING = Decay(True, SEATED, None, 0.5, "F1 fell.")
CALM = Decay(False, None, None, 0.5, "No sure fall.")


def trigger(kind: TriggerKind, threshold: float) -> Trigger:
    return Trigger(1, 1, kind, threshold, 10, True, "ada", SEATED)


def seen(new_labels: int = 0, decay: Decay | None = None) -> Situation:
    return Situation(NOW, new_labels, SEATED, decay)


@pytest.mark.parametrize(
    ("rule", "situation", "share", "fires"),
    [
        (trigger(TriggerKind.SIZE, 100), seen(99), 0.99, False),
        (trigger(TriggerKind.SIZE, 100), seen(100), 1.0, True),
        (trigger(TriggerKind.SIZE, 100), seen(1000), 1.0, True),
        (trigger(TriggerKind.TIME, 60), seen(), 0.5, False),
        (trigger(TriggerKind.TIME, 30), seen(), 1.0, True),
        (trigger(TriggerKind.DECAY, 0.05), seen(decay=CALM), 0.0, False),
        (trigger(TriggerKind.DECAY, 0.05), seen(decay=DECAYING), 1.0, True),
        (trigger(TriggerKind.DECAY, 0.05), seen(), 0.0, False),
    ],
)
def test_a_trigger_fires_at_its_threshold(rule: Trigger, situation: Situation, share: float, fires: bool) -> None:
    reading = read_trigger(rule, situation)

    assert (reading.share, reading.fires) == (pytest.approx(share), fires)


@pytest.mark.parametrize("kind", TriggerKind)
def test_nothing_fires_without_a_champion(kind: TriggerKind) -> None:
    reading = read_trigger(trigger(kind, 1), Situation(NOW, 10**6, None, DECAYING))

    assert reading == Reading(0.0, False, "No champion yet: promote a model first.")


def test_a_trigger_rests_until_its_cooldown_is_over() -> None:
    rule = trigger(TriggerKind.SIZE, 100)

    resting = read_trigger(replace(rule, last_fired_at=NOW - timedelta(days=9)), seen(100))
    rested = read_trigger(replace(rule, last_fired_at=NOW - timedelta(days=10)), seen(100))

    assert (resting.share, resting.fires, rested.fires) == (1.0, False, True)
    assert resting.sentence == "100 of 100 new labelled rows. It rests until 1 April 2026, 00:00 UTC."


def test_a_trigger_that_is_switched_off_is_read_but_never_fires() -> None:
    reading = read_trigger(replace(trigger(TriggerKind.SIZE, 100), enabled=False), seen(100))

    assert (reading.share, reading.fires) == (1.0, False)
    assert reading.sentence.endswith("The trigger is switched off.")


@pytest.mark.parametrize(
    ("kind", "threshold"),
    [
        (TriggerKind.SIZE, 0),
        (TriggerKind.SIZE, 1.5),
        (TriggerKind.SIZE, float("nan")),
        (TriggerKind.TIME, 0.01),
        (TriggerKind.TIME, float("inf")),
        (TriggerKind.DECAY, 0),
        (TriggerKind.DECAY, -0.1),
    ],
)
def test_a_threshold_out_of_range_is_refused(kind: TriggerKind, threshold: float) -> None:
    with pytest.raises(Invalid, match=f"A {kind.value} trigger's threshold is"):
        checked_threshold(kind, threshold)


@pytest.mark.parametrize("days", [-1, 3651, float("nan")])
def test_a_cooldown_out_of_range_is_refused(days: float) -> None:
    with pytest.raises(Invalid, match="0 to 3,650 days"):
        checked_cooldown(days)


def test_a_rule_says_itself_in_words() -> None:
    assert trigger(TriggerKind.SIZE, 5000).words == "5,000 new labelled rows since the champion's snapshot"
    assert trigger(TriggerKind.TIME, 30).words == "the champion is 30 days old"
    assert "0.05, surely" in trigger(TriggerKind.DECAY, 0.05).words
