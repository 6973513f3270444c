"""What mistakes cost, when a snooze ends, and which trigger is next: in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mms.domain.buckets import Sums
from mms.domain.decay import Decay
from mms.domain.errors import Invalid
from mms.domain.health import Need
from mms.domain.mistakes import Mistakes, Period, cost_words, mistakes_of
from mms.domain.next_trigger import next_trigger
from mms.domain.projects import Policy, Task
from mms.domain.snoozes import Snooze, checked_until, woken_by
from mms.domain.triggers import Condition, Rule, Situation, Trigger, TriggerKind, read_trigger

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ONE = Period(MAY, MAY)
NOW, BEFORE = Mistakes(2000, 300, 100, 400, 5000.0), Mistakes(1000, 50, 25, 75, 1000.0)
DEAR = Policy(false_alarm_cost=2, miss_cost=10)


@pytest.mark.parametrize(
    ("task", "policy", "before", "words"),
    [
        (
            Task.BINARY, Policy(), BEFORE,
            "300 false alarms and 100 misses in May 2026, among 2,000 answers; as at promotion it would be 100 and 50.",
        ),
        (Task.BINARY, Policy(), None, "300 false alarms and 100 misses in May 2026, among 2,000 answers."),
        (
            Task.BINARY, DEAR, BEFORE,
            "300 false alarms and 100 misses in May 2026 cost 1,600 (2 a false alarm, 10 a miss); as at promotion it "
            "would be 700.",
        ),
        (
            Task.MULTICLASS, DEAR, BEFORE,
            "In May 2026 400 of 2,000 answers were wrong; as at promotion it would be 150.",
        ),
        (Task.REGRESSION, DEAR, None, "In May 2026 2,000 answers were off by 5,000 in total."),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_the_projects_costs_else_in_counts(
    task: Task, policy: Policy, before: Mistakes | None, words: str
) -> None:
    assert cost_words(NOW, before, ONE, task, policy) == words


def test_mistakes_are_counted_from_sums() -> None:
    sums = Sums(10, 9, {("yes", "yes"): 3, ("no", "yes"): 2, ("yes", "no"): 1, ("no", "no"): 3}, absolute=4.5)

    assert mistakes_of(sums, "yes") == Mistakes(9, 2, 1, 3)
    assert mistakes_of(sums, None) == Mistakes(9, wrong=3, off=4.5)
    assert cost_words(Mistakes(0), None, ONE, Task.BINARY, Policy()) == ""


def test_a_period_is_told_in_months() -> None:
    assert ONE.words == "May 2026"
    assert Period(MARCH, MAY).words == "March to May 2026"
    assert Period(MARCH.replace(year=2025), MAY).words == "March 2025 to May 2026"


@pytest.mark.parametrize(
    ("need", "metric", "value", "now", "woken"),
    [
        (Need.RETRAIN, "f1", 0.30, MARCH, None),
        (Need.RETRAIN, "f1", 0.285, MARCH, None),
        (Need.RETRAIN, "f1", 0.5, MARCH, None),
        (Need.RETRAIN, "f1", None, MARCH, None),
        (None, "f1", 0.1, MARCH, None),
        (Need.RETRAIN, "f1", 0.25, MARCH, "F1 went on from 0.30 to 0.25"),
        (Need.RETRAIN, "rmse", 0.35, MARCH, "RMSE went on from 0.30 to 0.35"),
        (Need.RETRAIN, "rmse", 0.25, MARCH, None),
        (Need.PROMOTE, "f1", 0.30, MARCH, "something else is wrong"),
        (Need.RETRAIN, "f1", 0.30, MAY, "ended on 1 May 2026"),
        (None, "f1", 0.30, MAY, "ended on 1 May 2026"),
    ],
)
def test_a_snooze_ends_with_its_date_or_when_it_gets_worse(
    need: Need | None, metric: str, value: float | None, now: datetime, woken: str | None
) -> None:
    told = woken_by(Snooze(MAY, "known", "Ada", MARCH, Need.RETRAIN, 0.30), need, metric, value, now)

    assert (told is None) if woken is None else (told is not None and woken in told)


def test_a_snooze_is_until_a_day_to_come() -> None:
    assert checked_until(MAY, MARCH) == MAY
    for until, told in ((MARCH, "1 March 2026 is past"), (MARCH + 400 * DAY, "at most 366 days")):
        with pytest.raises(Invalid, match=told):
            checked_until(until, MARCH)


SIZE, TIME, DECAY = (
    Trigger(i, 1, kind.value, "global", Rule((Condition(kind, threshold),)), True, "ada", MARCH)
    for i, (kind, threshold) in enumerate([(TriggerKind.SIZE, 5000), (TriggerKind.TIME, 90), (TriggerKind.DECAY, 0.02)])
)
CALM = {DECAY.rule.conditions[0]: Decay(False, None, None, None, "F1 0.50 → 0.49: no sure fall.")}
SEEN = Situation(MARCH + 30 * DAY, MARCH, new_labels=1000, decay=CALM)


@pytest.mark.parametrize(
    ("triggers", "situation", "words"),
    [
        ([], SEEN, "none watches"),
        ([replace(SIZE, enabled=False)], SEEN, "all are switched off"),
        ([SIZE], replace(SEEN, champion_since=None), "waits for a champion"),
        ([SIZE], SEEN, "size, waits: 1,000 of 5,000 new labelled rows"),
        ([TIME], SEEN, "time, on 30 May 2026 (in 60 days)"),
        ([SIZE, TIME], SEEN, "time, on 30 May 2026 (in 60 days), and 1 other"),
        ([SIZE, TIME, DECAY], replace(SEEN, new_labels=4999), "size, waits: 4,999 of 5,000 new labelled rows, and 2"),
        ([SIZE, DECAY], replace(SEEN, new_labels=5000), "size, at the next look (within a minute), and 1 other"),
        (
            [replace(SIZE, last_fired_at=MARCH + 29 * DAY)], replace(SEEN, new_labels=5000),
            "size, on 29 April 2026 (in 29 days)",
        ),
        (
            [replace(TIME, rule=replace(TIME.rule, cooldown_days=81), last_fired_at=MARCH + 29 * DAY)], SEEN,
            "time, on 19 June 2026 (in 80 days)",
        ),
        ([DECAY], SEEN, "decay, waits: F1 0.50 → 0.49: no sure fall"),
    ],
)  # fmt: skip
def test_the_nearest_trigger_says_when_it_fires_or_what_it_waits_for(
    triggers: list[Trigger], situation: Situation, words: str
) -> None:
    read = [(trigger, read_trigger(trigger, situation)) for trigger in triggers]

    assert next_trigger(read, situation.now, seated=situation.champion_since is not None).startswith(words)
