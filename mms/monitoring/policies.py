"""Rules of triggers, read on the past of a back-test by the very code that reads them live."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from mms.domain.buckets import Estimate
from mms.domain.decay import Decay, DecayPoint, Grain, judge_decay
from mms.domain.mistakes import Mistakes, excess
from mms.domain.projects import Project, Task
from mms.domain.rules import Condition, Rule, TriggerKind
from mms.domain.triggers import Score, Situation, Trigger, read_trigger
from mms.monitoring.backtest import Moment, Policy
from mms.monitoring.metrics import confusion, metric_series, parts_of
from mms.monitoring.periods import JUDGED_TOGETHER, Periods, period_starts, points_of
from mms.monitoring.sums import MOMENTS, Series

Ticks = Callable[[Rule, datetime], dict[Condition, datetime]]
"""When each cron condition of a rule ticks next after a moment."""

_MISTAKEN = ("cells", "moments")

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


def policy_of(rule: Rule, project: Project, begins: datetime, ticks_of: Ticks) -> Policy:
    """A rule as a policy: read by `read_trigger` at each period's end, with its rest, budget and least labels.

    Quiet hours move a firing by hours, and periods end at midnight, so they are left aside.
    """
    awake = replace(rule, quiet=None)
    state = Trigger(0, project.id, rule.name, "", awake, True, "", begins, ticks=ticks_of(awake, begins))

    def policy(moment: Moment) -> str | None:
        nonlocal state
        now = moment.losses.ends(moment.now)
        reading = read_trigger(state, situation_at(moment, project, state))
        if not reading.fires:
            spent = any(tick <= now for tick in state.ticks.values())
            ticks = ticks_of(awake, now) if spent and not reading.holds else state.ticks
            state = replace(state, ticks=ticks)
            return None
        # It stays armed: what it watches is the new model from now on, and lets go at once.
        state = replace(state, last_fired_at=now, fired=(*state.fired, now), ticks=ticks_of(awake, now))
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
    """The answering model at one moment, by calendar periods as it is watched live."""

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
        """Labelled answers of the model in mature periods."""
        return int(self.mature.labelled[0])

    @property
    def mature(self) -> Series:
        """The model's periods that may be judged, together: months, weeks or days, whichever hold the most labels."""
        return max((self._mature(grain) for grain in JUDGED_TOGETHER), key=lambda one: int(one.labelled[0]))

    def _mature(self, grain: Grain) -> Series:
        mature = [point.mature for point in self._points(self.metric, grain)]
        told = self._periods(self.moment.model, grain, _MISTAKEN)
        return told.series.added(np.where(mature, 0, 1), 2)

    def decay(self, condition: Condition) -> Decay:
        """Whether the condition's metric fell by more than its threshold, judged as it is live."""
        metric = condition.metric or self.metric
        points = self._points(metric, condition.grain)
        return judge_decay(points, self._reference(metric), metric, effect=condition.threshold or 0.0)

    @property
    def cost(self) -> Score:
        """What mistakes in mature periods cost more than they would have at the rates of the reference."""
        now, before = self.mature, self._before(_MISTAKEN)
        if not now.labelled[0] or before is None:
            return Score(None, "no mature labels of this model yet.")
        task, policy = self.project.task, self.project.policy
        more = excess(_mistakes(now, task), _mistakes(before, task), task, policy)
        return Score(more, f"Mistakes cost {more or 0:,.0f} more than at the start.")

    def _points(self, metric: str, grain: Grain) -> list[DecayPoint]:
        """The answering model's; how long labels take is told by the rows since the first model, too."""
        losses, model = self.moment.losses, self.moment.model
        assert losses.first is not None
        parts = (*parts_of(metric), "delays")
        some = [self._periods(one, grain, parts) for one in dict.fromkeys((model, losses.first))]
        found = points_of(some, [metric_series(one.series, metric) for one in some], losses.ends(self.moment.now))
        return [point for point in found if point.model_id == model]

    def _periods(self, model: int, grain: Grain, parts: Sequence[str]) -> Periods:
        losses, now = self.moment.losses, self.moment.now
        begun = losses.edges[model + 1 : now + 1].astype("datetime64[s]")
        starts, group = np.unique(period_starts(begun, grain), return_inverse=True)
        series = losses.known_by(model, now, parts).added(group, len(starts))
        return Periods(self.project.id, model, grain, starts, series)

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
