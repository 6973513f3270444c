"""Rules of triggers: what is refused, how they say themselves, and how they are stored."""

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from mms.domain.crons import cron_words
from mms.domain.errors import Invalid
from mms.domain.rules import (
    Budget,
    Condition,
    Needs,
    Quiet,
    Rule,
    Space,
    TriggerKind,
    Window,
    WindowKind,
    checked_cooldown,
    checked_rule,
    checked_threshold,
    rule_from_json,
    rule_to_json,
)

SIZE = Condition(TriggerKind.SIZE, 5000)
DECAY = Condition(TriggerKind.DECAY, 0.05, metric="f1")
CLOCK = Condition(TriggerKind.TIME, cron="0 2 * * 1", zone="Europe/Berlin")
FULL = Rule(
    (SIZE, DECAY, CLOCK), 2, 14, Quiet(time(22), time(6), "Europe/Berlin"), Budget(2, 30), 200,
    Window(WindowKind.LAST_DAYS, 28), Space.NEIGHBOURHOOD,
)  # fmt: skip


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
        (TriggerKind.ESTIMATED, 0),
        (TriggerKind.DRIFT, 0),
        (TriggerKind.DRIFT, 1.01),
        (TriggerKind.COST, -5),
    ],
)
def test_a_threshold_out_of_range_is_refused(kind: TriggerKind, threshold: float) -> None:
    with pytest.raises(Invalid, match=f"A {kind.value} trigger's threshold is"):
        checked_threshold(kind, threshold)


@pytest.mark.parametrize("days", [-1, 3651, float("nan")])
def test_a_cooldown_out_of_range_is_refused(days: float) -> None:
    with pytest.raises(Invalid, match="0 to 3,650 days"):
        checked_cooldown(days)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Rule(()), "1 to 10 conditions"),
        (Rule((SIZE,) * 2), "are the same"),
        (Rule((SIZE,), 2), "At least 2 of 1 conditions can never hold"),
        (Rule((SIZE,), 0), "At least 0 of 1"),
        (Rule((Condition(TriggerKind.SIZE),)), "needs a threshold"),
        (Rule((Condition(TriggerKind.SIZE, cron="0 2 * * *"),)), "stands alone in a time condition"),
        (Rule((replace(CLOCK, threshold=3),)), "leave out the threshold"),
        (Rule((replace(SIZE, metric="f1"),)), "reads no metric"),
        (Rule((replace(DECAY, metric="nonsense"),)), "'nonsense' is no metric"),
        (Rule((SIZE,), quiet=Quiet(time(6), time(6))), "choose another end"),
        (Rule((SIZE,), budget=Budget(0, 30)), "A budget is 1 to 10,000 firings"),
        (Rule((SIZE,), budget=Budget(1, float("nan"))), "A budget is"),
        (Rule((SIZE,), minimum_labels=-1), "least number of labels"),
        (Rule((SIZE,), window=Window(WindowKind.LAST_DAYS)), "names how many"),
        (Rule((SIZE,), window=Window(WindowKind.ALL, 3)), "names how many"),
        (Rule((SIZE,), window=Window(WindowKind.LAST_DAYS, 0)), "1 to 36,500 days"),
        (Rule((SIZE,), window=Window(WindowKind.SINCE_DECAY)), "watches decay"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_in_one_sentence(rule: Rule, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        checked_rule(rule)


def test_a_rule_is_stored_and_read_back() -> None:
    assert rule_from_json(rule_to_json(FULL)) == FULL
    assert rule_from_json(rule_to_json(Rule((SIZE,)))) == Rule((SIZE,))


def test_a_rule_of_an_earlier_version_takes_the_defaults() -> None:
    stored = {"conditions": [{"kind": "size", "threshold": 5000}], "needs": "any", "cooldown_days": 30}

    assert rule_from_json(stored) == Rule((SIZE,))


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"conditions": [{"kind": "moon"}]},
        {"conditions": [{}]},
        {"conditions": [], "needs": "some"},
        {"conditions": [], "quiet": {"from": "25:00", "to": "06:00"}},
        {"conditions": [], "budget": {"firings": "many", "days": 3}},
        {"conditions": [{"kind": "decay", "threshold": "much"}]},
        {"conditions": [{"kind": "decay", "threshold": 0.02, "metric": ["f1"]}]},
        {"conditions": [{"kind": "time", "cron": 5}]},
        {"conditions": [{"kind": "size", "threshold": 5}], "cooldown_days": None},
        {"conditions": [{"kind": "size", "threshold": 5}], "minimum_labels": 1.5},
        {"conditions": [{"kind": "size", "threshold": 5}], "window": {"kind": "last days", "days": "5"}},
        {"conditions": [{"kind": "size", "threshold": 5}], "quiet": {"from": "22:00", "to": "06:00", "zone": 7}},
        ["conditions"],
    ],
)
def test_what_is_no_rule_is_refused(value: Any) -> None:
    with pytest.raises(Invalid, match=r"cannot be read|no time of day"):
        rule_from_json(value)


def test_a_rule_says_itself_in_words() -> None:
    assert Rule((SIZE,)).words == "5,000 new labelled rows came since the champion's snapshot"
    assert Rule((Condition(TriggerKind.TIME, 30),)).words == "the champion is 30 days old"
    assert "F1 fell by more than 0.05, surely" in Rule((DECAY,)).words
    assert Rule((SIZE, DECAY), Needs.ALL).name == "size and decay"
    assert Rule((SIZE, DECAY)).name == "size or decay"
    assert Rule((SIZE, DECAY), Needs.ALL).words.count(" and ") == 1
    assert FULL.words.startswith("at least 2 of these hold: 5,000 new")
    assert FULL.sentence.endswith(
        "It rests 14 days after a firing, has a budget of at most 2 firings in 30 days, is quiet from 22:00 to 06:00 "
        "(Europe/Berlin), needs 200 mature labels. It learns from the last 28 days and tries the champion's triple and "
        "those one step beside it."
    )


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 2 * * *", "every night at 02:00 (UTC)"),
        ("30 18 * * *", "every day at 18:30 (UTC)"),
        ("5 6 * * 1", "every Monday at 06:05 (UTC)"),
        ("0 0 * * 7", "every Sunday at 00:00 (UTC)"),
        ("0 3 1 * *", "on day 1 of every month at 03:00 (UTC)"),
        ("*/5 * * * *", "on '*/5 * * * *' (UTC)"),
        ("0 2 * * 1-5", "on '0 2 * * 1-5' (UTC)"),
    ],
)
def test_a_plain_cron_expression_is_told_in_words(cron: str, words: str) -> None:
    assert cron_words(cron, "UTC") == words
