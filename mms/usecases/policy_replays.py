"""What other retraining policies would have made of the past: a back-test's losses, replayed without a fit."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

import numpy as np
from sqlalchemy.orm import Session

from db.queries.backtests import get_backtest, get_losses
from db.queries.projects import live_project, project_of
from db.queries.triggers import live_triggers
from mms.domain.backtests import COST, EVERY, NEVER, Replayed, Replays, Retrained, checked_metric
from mms.domain.errors import Invalid
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from mms.domain.rules import Rule
from mms.domain.scores import METRICS
from mms.monitoring.backtest import Losses, Policy, chances, every, judged, never, replayed, seats
from mms.monitoring.metrics import WATCHED
from mms.monitoring.policies import can_fire, left_out, policy_of
from mms.settings import settings
from mms.usecases.triggers import checked_for, ticks_of

DRAWS = 100
"""How often retrainings at random moments are drawn, for each number of them."""

STEPS = (2, 4, 8, 16)
"""Between 'every period' and 'never': every so many periods."""


def replays(
    session: Session, member: Member, backtest_id: int, metric: str | None = None, rules: Sequence[Rule] = (),
    *, seed: int = 0,
) -> Replays:  # fmt: skip
    """The project's triggers and further rules beside the controls: never, every period, every few, at random.

    metric: None takes the project's primary one. Conflict: the models are not fitted yet. Invalid: an unknown metric,
    or periods in which nothing can be replayed.
    """
    member.require(Permission.VIEW)
    found = get_backtest(session, backtest_id)
    project = project_of(live_project(session, found.project_id))
    chosen = checked_metric(metric or project.primary_metric, WATCHED[project.task], project.task)
    losses, unfitted = get_losses(session, settings().cache, project, backtest_id)
    if losses.first is None:
        raise Invalid(f"No period of back-test {backtest_id} has a model: {' '.join(unfitted) or 'widen its window'}")
    policies = [*_controls(losses, project, chosen), *_rules(session, losses, project, chosen, rules)]
    counts = [len(one.retrainings) for one in policies]
    drawn = chances(losses, counts, chosen, project.policy, draws=DRAWS, seed=seed)
    return Replays(
        metric=chosen,
        label="cost per 1,000 answers" if chosen == COST else METRICS[chosen].label,
        greater_is_better=chosen != COST and METRICS[chosen].greater_is_better,
        periods=tuple(losses.begins(period) for period in range(losses.first + 1, len(losses))),
        policies=tuple(policies),
        chances=tuple(drawn),
        draws=DRAWS,
        answers=int(losses.labels[losses.first + 1 :].sum()),
        unfitted=unfitted,
    )


def _controls(losses: Losses, project: Project, metric: str) -> list[Replayed]:
    steps = {NEVER: never, EVERY: every(1)}
    steps |= {f"every {step} periods": every(step) for step in STEPS if step < len(losses.moments_to_retrain)}
    return [_replayed(losses, project, metric, Replayed(name, True), policy) for name, policy in steps.items()]


def _rules(session: Session, losses: Losses, project: Project, metric: str, rules: Sequence[Rule]) -> list[Replayed]:
    end = losses.ends(len(losses) - 1)
    live = live_triggers(session, [project.id], end).get(project.id, ())
    asked: list[tuple[str, Rule, int | None]] = [(f"{one.name} (trigger {one.id})", one.rule, one.id) for one in live]
    asked += [
        (f"{rule.name} (tried rule {i})", checked_for(project, rule, end), None) for i, rule in enumerate(rules, 1)
    ]
    found = []
    for name, rule, trigger_id in asked:
        named = Replayed(name, False, trigger_id=trigger_id, note=left_out(rule), is_replayed=can_fire(rule))
        if not named.is_replayed:
            found.append(named)
            continue
        assert losses.first is not None
        policy = policy_of(rule, project, losses.ends(losses.first), ticks_of)
        found.append(_replayed(losses, project, metric, named, policy))
    return found


def _replayed(losses: Losses, project: Project, metric: str, named: Replayed, policy: Policy) -> Replayed:
    fired = replayed(losses, policy)
    retrained = np.zeros((1, len(losses)), bool)
    retrained[0, [period for period, _ in fired]] = True
    seated = seats(losses, retrained)
    whole = judged(losses, seated, metric, project.policy).at(0)
    scores = judged(losses, seated, metric, project.policy, by_period=True).value
    return replace(
        named,
        retrainings=tuple(Retrained(losses.ends(period), why) for period, why in fired),
        value=whole.value if whole else None,
        low=whole.low if whole else None,
        high=whole.high if whole else None,
        scores=tuple(float(score) if isfinite(score) else None for score in scores),
    )
