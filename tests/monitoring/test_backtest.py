"""The past in periods, and policies replayed on it: additions only, and no label before its time."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from mms.domain.backtests import COST, BacktestDraft, PeriodKind
from mms.domain.projects import Policy as ProjectPolicy
from mms.domain.projects import Project, Task
from mms.domain.rules import Budget, Condition, Needs, Rule, TriggerKind
from mms.domain.triggers import Trigger
from mms.monitoring.backtest import (
    Losses,
    Moment,
    chances,
    cut,
    every,
    judged,
    never,
    replayed,
    seats,
)
from mms.monitoring.policies import can_fire, left_out, policy_of, situation_at
from mms.monitoring.sums import MOMENTS, Layout, coded_entries, entries_of
from mms.usecases.triggers import ticks_of

START = datetime(2026, 1, 1, tzinfo=UTC)
LAYOUT = Layout(Task.BINARY, ("no", "yes"), "yes")
PROJECT = Project(1, "P", "", Task.BINARY, "accuracy", "yes", ProjectPolicy(), "", START)
PERIODS, ROWS = 24, 200


def at(*days: float) -> np.ndarray:
    """Moments so many days after the start."""
    return np.array([np.datetime64(START.replace(tzinfo=None)) + np.timedelta64(int(d * 86_400), "s") for d in days])


def aging(lag: int = 0, *, false_alarms: bool = True) -> Losses:
    """Each model errs in 10 % of the rows of the next two periods, and in 40 % later; labels come `lag` periods late.

    Models are fitted from period 1 on; the hits are half of each class, the errors of one kind.
    """
    rows = [(m, p) for m in range(1, PERIODS - 1) for p in range(m + 1, PERIODS)]
    cells = []
    for model, period in rows:
        wrong = 20 if period - model <= 2 else 80
        counts = np.zeros((3, 2), int)
        counts[0, 0] = counts[1, 1] = (ROWS - wrong) // 2
        counts[(0, 1) if false_alarms else (1, 0)] = wrong
        cells.append(counts.ravel())
    slots = np.tile(np.arange(6), len(rows))
    coded = coded_entries(np.repeat(np.arange(len(rows)), 6), slots, np.concatenate(cells), len(rows))
    group, slot, sums = entries_of(coded)
    labels = np.zeros((PERIODS, PERIODS + 1), int)
    known = np.minimum(np.arange(PERIODS) + lag, PERIODS)
    labels[np.arange(PERIODS), known] = ROWS
    models, periods = np.array(rows).T
    return Losses(
        layout=LAYOUT,
        edges=(np.datetime64("2026-01") + np.arange(PERIODS + 1)).astype("datetime64[us]"),
        lead=3,
        labels=labels,
        fitted=np.arange(PERIODS) > 0,
        model=models,
        period=periods,
        known=known[periods],
        n=np.full(len(rows), ROWS),
        moments=np.zeros((len(rows), len(MOMENTS))),
        entries={
            "cells": (np.searchsorted(group, np.arange(len(rows) + 1)), slot, sums),
            "delays": (np.zeros(len(rows) + 1, int), np.zeros(0, int), np.zeros(0, int)),
        },
    )


def retrainings(losses: Losses, rule: Rule) -> list[int]:
    """At which periods' ends a rule retrains."""
    assert losses.first is not None
    policy = policy_of(rule, PROJECT, losses.ends(losses.first), ticks_of)
    return [period for period, _ in replayed(losses, policy)]


@pytest.mark.parametrize(
    ("draft", "edges", "lead"),
    [
        (BacktestDraft(period=PeriodKind.WEEK), [0, 7, 14, 21], 2),
        (BacktestDraft(period=PeriodKind.WEEK, window_days=15), [0, 7, 14, 21], 3),
        (BacktestDraft(period=PeriodKind.MONTH, lead=5), [0, 31], 5),
        (BacktestDraft(period=PeriodKind.ROWS, rows=2), [0, 6.5, 15.000011], 2),
    ],
)
def test_the_past_is_cut_by_the_calendar_or_by_rows(draft: BacktestDraft, edges: list[float], lead: int) -> None:
    time = at(0, 3, 6.5, 15)

    found = cut(draft, time, None)

    assert np.abs(found.edges - at(*edges)).max() < np.timedelta64(2, "s")
    assert (found.lead, found.known.tolist()) == (lead, found.period.tolist())
    assert all(found.edges[k] <= t < found.edges[k + 1] for k, t in zip(found.period, time, strict=True))


def test_a_label_is_known_from_the_period_on_that_ends_no_earlier() -> None:
    time, labels = at(1, 1, 1, 1, 20), at(1, 8, 8.1, 99, 20)
    labels[0] = np.datetime64("NaT")

    found = cut(BacktestDraft(period=PeriodKind.WEEK), time, labels)

    assert found.known.tolist() == [0, 0, 1, 3, 2]


def test_replays_add_up_the_cells_of_the_models_that_answered() -> None:
    losses = aging()

    results = {name: replayed(losses, policy) for name, policy in {"never": never, "2": every(2)}.items()}
    retrained = np.zeros((2, PERIODS), bool)
    retrained[1, [period for period, _ in results["2"]]] = True
    seated = seats(losses, retrained)
    accuracy = judged(losses, seated, "accuracy", ProjectPolicy())
    cost = judged(losses, seated, COST, ProjectPolicy(false_alarm_cost=3.0))
    monthly = judged(losses, seated[:1], "accuracy", ProjectPolicy(), by_period=True)

    answered = PERIODS - 3
    assert (losses.first, results["never"], [p for p, _ in results["2"]]) == (2, [], list(range(4, PERIODS - 1, 2)))
    assert accuracy.n.tolist() == [ROWS * answered] * 2
    assert accuracy.value.tolist() == [pytest.approx((2 * 0.9 + (answered - 2) * 0.6) / answered), pytest.approx(0.9)]
    assert cost.value[1] == pytest.approx(1000 * 0.1 * 3)
    assert monthly.value.tolist() == pytest.approx([0.9, 0.9] + [0.6] * (answered - 2))


def test_decay_is_judged_as_it_is_live_and_on_labels_known_by_then() -> None:
    rule = Rule((Condition(TriggerKind.DECAY, 0.05),), cooldown_days=0.0)

    at_once, late = (retrainings(aging(lag), rule) for lag in (0, 2))

    # two good months, two bad ones, and at the end of the second bad one the rule fires
    assert at_once[0] == 2 + 4
    assert late[0] == at_once[0] + 2
    assert len(late) < len(at_once)


def test_what_a_moment_tells_holds_no_later_label() -> None:
    losses = aging(lag=1)
    trigger_rule = Rule((Condition(TriggerKind.SIZE, 500),), minimum_labels=1)
    assert losses.first is not None
    seen: list[tuple[int | None, int | None]] = []

    def policy(moment: Moment) -> str | None:
        trigger = Trigger(1, 1, "", "", trigger_rule, True, "", START)
        situation = situation_at(moment, PROJECT, trigger)
        seen.append((situation.new_labels, situation.labels))
        return None

    replayed(losses, policy)

    assert seen == [(ROWS * i, ROWS * i) for i in range(len(seen))]


@pytest.mark.parametrize(
    ("rule", "periods"),
    [
        (Rule((Condition(TriggerKind.SIZE, 3 * ROWS),), cooldown_days=0.0), [5, 8, 11, 14, 17, 20]),
        (Rule((Condition(TriggerKind.TIME, 145.0),), cooldown_days=0.0), [7, 12, 17, 22]),
        (Rule((Condition(TriggerKind.TIME, 28.0),), cooldown_days=200.0), [3, 10, 17]),
        (Rule((Condition(TriggerKind.TIME, 28.0),), cooldown_days=0.0, budget=Budget(2, 9999.0)), [3, 4]),
        (Rule((Condition(TriggerKind.TIME, cron="0 0 1 */3 *"),), cooldown_days=0.0), [5, 8, 11, 14, 17, 20]),
        (
            Rule((Condition(TriggerKind.SIZE, ROWS), Condition(TriggerKind.TIME, 240.0)), Needs.ALL, 0.0),
            [10, 18],
        ),
        (Rule((Condition(TriggerKind.COST, 100.0),), cooldown_days=0.0), [6, 10, 14, 18, 22]),
        (Rule((Condition(TriggerKind.DRIFT, 0.1),)), []),
    ],
)
def test_rules_fire_on_the_past_as_they_would_have(rule: Rule, periods: list[int]) -> None:
    assert retrainings(aging(), rule) == periods


def test_mature_labels_are_counted_by_weeks_where_models_are_too_young_for_months_as_they_are_live() -> None:
    weekly = replace(aging(), edges=np.datetime64("2026-01-01") + 7 * np.arange(PERIODS + 1).astype("m8[D]"))
    rule = Rule((Condition(TriggerKind.SIZE, ROWS),), cooldown_days=0.0, minimum_labels=ROWS)

    assert retrainings(weekly, rule) == list(range(3, PERIODS - 1))


def test_what_cannot_be_replayed_is_said() -> None:
    drift, size = Condition(TriggerKind.DRIFT, 0.1), Condition(TriggerKind.SIZE, 10)

    assert left_out(Rule((size,))) is None
    assert "no features to drift" in (left_out(Rule((size, drift))) or "")
    assert [can_fire(Rule((size, drift), needs)) for needs in (Needs.ANY, Needs.ALL)] == [True, False]


def test_retraining_at_random_is_the_same_for_a_seed_and_no_better_than_the_steps_of_a_clock() -> None:
    losses = aging()

    drawn = chances(losses, [0, 5, 5, 999], "accuracy", ProjectPolicy(), draws=200, seed=3)
    again = chances(losses, [5], "accuracy", ProjectPolicy(), draws=200, seed=3)

    assert drawn == again
    assert [one.retrainings for one in drawn] == [5]
    assert 0.6 < drawn[0].low <= drawn[0].value <= drawn[0].high < 0.9
