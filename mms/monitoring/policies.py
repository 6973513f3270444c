"""Rules of triggers, read on the past of a back-test by the very code that reads them live."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from mms.domain.buckets import Estimate
from mms.domain.decay import Decay, DecayPoint, judge_decay, next_month
from mms.domain.mistakes import Mistakes, excess
from mms.domain.projects import Project, Task
from mms.domain.rules import Condition, Rule, TriggerKind
from mms.domain.triggers import Score, Situation, Trigger, read_trigger
from mms.monitoring.backtest import Moment, Policy
from mms.monitoring.metrics import confusion, metric_series, parts_of
from mms.monitoring.sums import MOMENTS, Series

NextTick = Callable[[str, str, datetime], datetime]
"""When a cron expression ticks next, on the clock of a zone, after a moment."""

_LEFT_OUT = {
    TriggerKind.ESTIMATED: "estimates are made of a served model's answers",
    TriggerKind.DRIFT: "the losses hold no features to drift",
}


def left_out(rule: Rule) -> str | None:
    """Why some of the rule's conditions cannot be replayed, as a clause; None where all can."""
    kinds = dict.fromkeys(condition.kind for condition in rule.conditions)
    said = [f"{kind.value} is not replayed ({_LEFT_OUT[kind]})" for kind in kinds if kind in _LEFT_OUT]
    return " and ".join(said) or None


def can_fire(rule: Rule) -> bool:
    """Whether enough conditions remain when those that cannot be replayed never hold."""
    return sum(condition.kind not in _LEFT_OUT for condition in rule.conditions) >= rule.needed


def policy_of(rule: Rule, project: Project, begins: datetime, next_tick: NextTick) -> Policy:
    """A rule as a policy: read by `read_trigger` at each period's end, with its rest, budget and least labels.

    Quiet hours move a firing by hours, and periods end at midnight, so they are left aside.
    """
    awake = replace(rule, quiet=None)
    state = Trigger(0, project.id, rule.name, "", awake, True, "", begins, ticks=_ticks(awake, begins, next_tick))

    def policy(moment: Moment) -> str | None:
        nonlocal state
        now = moment.losses.ends(moment.now)
        reading = read_trigger(state, situation_at(moment, project, state))
        if not reading.fires:
            spent = any(tick <= now for tick in state.ticks.values())
            ticks = _ticks(awake, now, next_tick) if spent and not reading.holds else state.ticks
            state = replace(state, ticks=ticks)
            return None
        # It stays armed: what it watches is the new model from now on, and lets go at once.
        state = replace(state, last_fired_at=now, fired=(*state.fired, now), ticks=_ticks(awake, now, next_tick))
        return reading.sentence

    return policy


def situation_at(moment: Moment, project: Project, trigger: Trigger) -> Situation:
    """What the conditions of a trigger saw at a period's end: labels that came later are not in it."""
    seen = _Seen(moment, project)
    kinds = {kind: [c for c in trigger.rule.conditions if c.kind is kind] for kind in TriggerKind}
    unknown = {kind: Score(None, f"{why}.") for kind, why in _LEFT_OUT.items()}
    return Situation(
        now=moment.losses.ends(moment.now),
        champion_since=moment.losses.ends(moment.model),
        snapshot_to=moment.losses.ends(moment.model),
        labels=seen.labels if trigger.rule.minimum_labels else None,
        new_labels=seen.new_labels if kinds[TriggerKind.SIZE] else None,
        decay={condition: seen.decay(condition) for condition in kinds[TriggerKind.DECAY]},
        estimated=dict.fromkeys(kinds[TriggerKind.ESTIMATED], unknown[TriggerKind.ESTIMATED]),
        drift=unknown[TriggerKind.DRIFT] if kinds[TriggerKind.DRIFT] else None,
        cost=seen.cost if kinds[TriggerKind.COST] else None,
        ticks=trigger.ticks,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """The answering model at one moment, by calendar month as it is watched live."""

    moment: Moment
    project: Project

    @property
    def metric(self) -> str:
        """By what decay is judged where a condition names no metric."""
        return self.project.primary_metric

    @property
    def new_labels(self) -> int:
        """Rows after the model's fit whose labels are known."""
        losses, now = self.moment.losses, self.moment.now
        return int(losses.labels[self.moment.model + 1 : now + 1, : now + 1].sum())

    @property
    def labels(self) -> int:
        """Labelled answers of the model in mature months."""
        return int(sum(point.labelled for point in self._months(self.metric)[1] if point.mature))

    def decay(self, condition: Condition) -> Decay:
        """Whether the condition's metric fell by more than its threshold, judged as it is live."""
        metric = condition.metric or self.metric
        points = self._months(metric)[1]
        return judge_decay(points, self._reference(metric), metric, effect=condition.threshold or 0.0)

    @property
    def cost(self) -> Score:
        """What mistakes in mature months cost more than they would have at the rates of the reference."""
        series, points = self._months(self.metric, also=("cells", "moments"))
        mature = np.flatnonzero([point.mature for point in points])
        reference = self._before(("cells", "moments"))
        if not len(mature) or reference is None:
            return Score(None, "no mature labels of this model yet.")
        now = _mistakes(series.added(np.where(np.isin(np.arange(len(series)), mature), 0, 1), 2), self.project.task)
        more = excess(now, _mistakes(reference, self.project.task), self.project.task, self.project.policy)
        return Score(more, f"Mistakes cost {more or 0:,.0f} more than at the start.")

    def _months(self, metric: str, also: Sequence[str] = ()) -> tuple[Series, list[DecayPoint]]:
        losses, model, now = self.moment.losses, self.moment.model, self.moment.now
        parts = tuple(dict.fromkeys((*parts_of(metric), *also)))
        series, rows = losses.known_by(model, now, parts)
        months, group = np.unique(losses.edges[model + 1 : now + 1].astype("datetime64[M]"), return_inverse=True)
        by_month = series.added(group, len(months))
        n = np.bincount(group, weights=rows, minlength=len(months)).astype(int)
        estimates, at = metric_series(by_month, metric), losses.ends(now)
        begins = [losses.begins(model + 1 + int(np.argmax(group == i))) for i in range(len(months))]
        points = [
            DecayPoint(begun, model, estimates.at(i), int(n[i]), int(by_month.labelled[i]), next_month(begun) <= at)
            for i, begun in enumerate(begins)
        ]
        return by_month, points

    def _before(self, parts: Sequence[str]) -> Series | None:
        """What the model fitted before lost in the newest rows that this one was fitted on: rows it never saw.

        Live, the champion's own score on its newest rows stands here, by a fit without them. Labels count that are
        known by now: whenever a later period is mature, these rows are.
        """
        losses, model, now = self.moment.losses, self.moment.model, self.moment.now
        earlier = np.flatnonzero(losses.fitted[:model])
        if not len(earlier):
            return None
        cells, _ = losses.cells_of(earlier[-1:], np.array([model]))
        cells = cells[losses.known[cells] <= now]
        return losses.added(cells, np.zeros(len(cells), np.int64), 1, parts)

    def _reference(self, metric: str) -> Estimate | None:
        before = self._before(parts_of(metric))
        return None if before is None else metric_series(before, metric).at(0)


def _ticks(rule: Rule, now: datetime, next_tick: NextTick) -> dict[Condition, datetime]:
    return {c: next_tick(c.cron, c.zone, now) for c in rule.conditions if c.cron is not None}


def _mistakes(series: Series, task: Task) -> Mistakes:
    """Of the first period of a series."""
    labelled = int(series.labelled[0])
    if task is Task.REGRESSION:
        assert series.moments is not None
        return Mistakes(labelled, off=float(series.moments[0, MOMENTS.index("absolute")]))
    assert series.cells is not None
    truths = series.cells[0, :-1]
    _, false_alarms, misses, _ = confusion(series)
    return Mistakes(labelled, int(false_alarms[0]), int(misses[0]), int(truths.sum() - np.trace(truths)))
