"""What the conditions of triggers look at; each part is read when a condition asks for it, and once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Model as ModelRow
from db.models import Snapshot as SnapshotRow
from db.queries.buckets import BucketSeries, bucket_series, plain_sums
from db.queries.drift import drift_of
from db.queries.estimates import estimated_points
from db.queries.labels import new_labels
from db.queries.periods import estimates_of, in_periods
from db.queries.promotions import Champion, find_champion, holdout_estimate
from mms.domain.buckets import Sums
from mms.domain.decay import Decay, DecayPoint, Grain, judge_decay
from mms.domain.drift import DriftView
from mms.domain.mistakes import excess, mistakes_of
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.triggers import Condition, Score, Situation, Trigger, TriggerKind
from mms.monitoring.metrics import unknown
from mms.monitoring.periods import JUDGED_TOGETHER, points_of

WATCHED_PARTS = ("cells", "scores", "moments", "delays")
"""What of the buckets the conditions read."""


@dataclass
class Watch:
    """One scope of a project at one moment, the project's present.

    given: its champion, the answers of its models by day, and the champion's hold-out, where they were read for many
    projects at once.
    """

    session: Session
    project: Project
    now: datetime
    scope: str = GLOBAL
    given: tuple[Champion | None, Sequence[BucketSeries], Mapping[str, Any] | None] | None = None

    def situation(self, trigger: Trigger) -> Situation:
        """All that the conditions of a trigger ask for."""
        rule, champion = trigger.rule, self.champion
        if champion is None:
            return Situation(self.now, None)
        asked = {kind: [c for c in rule.conditions if c.kind is kind] for kind in TriggerKind}
        return Situation(
            now=self.now,
            champion_since=champion.promotion.promoted_at,
            champion=champion.model.name,
            snapshot_to=self.snapshot_to,
            labels=self.labels if rule.minimum_labels else None,
            new_labels=self.new_labels if asked[TriggerKind.SIZE] else None,
            decay={condition: self.decay(condition) for condition in asked[TriggerKind.DECAY]},
            estimated={condition: estimated_fall(self, condition) for condition in asked[TriggerKind.ESTIMATED]},
            drift=drift_score(self) if asked[TriggerKind.DRIFT] else None,
            cost=self.cost if asked[TriggerKind.COST] else None,
            ticks=trigger.ticks,
        )

    @cached_property
    def champion(self) -> Champion | None:
        """Who sits in the scope."""
        return self.given[0] if self.given else find_champion(self.session, self.project.id, self.scope)

    @cached_property
    def answered(self) -> Sequence[BucketSeries]:
        """What the models of the scope answered, by day: how long labels take is asked of all of them."""
        if self.given:
            return self.given[1]
        return bucket_series(self.session, [self.project.id], self.scope, parts=WATCHED_PARTS)

    def points(self, metric: str, grain: Grain) -> list[DecayPoint]:
        """The champion's points of a metric since the period it was seated in."""
        if self.champion is None:
            return []
        some = [in_periods(one, grain) for one in self.answered]
        own = [one.model_id == self.champion.model.id for one in some]
        pairs = zip(self.answered, some, own, strict=True)
        estimates = [estimates_of(a, grain, metric) if is_own else unknown(len(p.starts)) for a, p, is_own in pairs]
        first = grain.start_of(self.champion.promotion.promoted_at)
        found = points_of(some, estimates, self.now)
        return [point for point in found if point.model_id == self.champion.model.id and point.period >= first]

    @cached_property
    def mature(self) -> Sums:
        """The champion's periods that may be judged, together: months, weeks or days, whichever hold the most labels.

        A champion of a fortnight has no month yet; where answers are few, only a month has labels enough.
        """
        return max((self._mature(grain) for grain in JUDGED_TOGETHER), key=lambda sums: sums.labelled)

    def _mature(self, grain: Grain) -> Sums:
        periods = {point.period for point in self.points(self.metric, grain) if point.mature}
        own = next((one for one in self.answered if self.champion and one.model_id == self.champion.model.id), None)
        if own is None or not periods:
            return Sums(0, 0)
        found = in_periods(own, grain)
        groups = np.array([0 if at in periods else 1 for at in found.times])
        return plain_sums(found.series.added(groups, 2), 0)

    @property
    def metric(self) -> str:
        """By what decay is judged where a condition names no metric."""
        return self.project.primary_metric

    @property
    def labels(self) -> int:
        """Labelled answers of the champion in mature periods."""
        return self.mature.labelled

    @cached_property
    def new_labels(self) -> int:
        """Labelled rows newer than the champion's snapshot."""
        assert self.champion is not None
        return new_labels(self.session, self.project.id, self.champion.model.snapshot_id, self.now)

    @cached_property
    def snapshot_to(self) -> datetime | None:
        """The newest prediction time in the champion's snapshot."""
        assert self.champion is not None
        stmt = select(SnapshotRow.time_to).where(SnapshotRow.id == self.champion.model.snapshot_id)
        return self.session.scalar(stmt)

    @cached_property
    def holdout(self) -> Mapping[str, Any] | None:
        """The champion's sums on its newest rows, as it is stored."""
        if self.given:
            return self.given[2]
        assert self.champion is not None
        return self.session.scalar(select(ModelRow.holdout).where(ModelRow.id == self.champion.model.id))

    def decay(self, condition: Condition) -> Decay:
        """Whether the condition's metric fell by more than its threshold."""
        metric = condition.metric or self.metric
        reference = holdout_estimate(self.holdout, metric, self.project.positive_class)
        return judge_decay(self.points(metric, condition.grain), reference, metric, effect=condition.threshold or 0.0)

    @cached_property
    def cost(self) -> Score:
        """What mistakes in mature periods cost more than they would have at the rates of the promotion."""
        project, holdout = self.project, self.holdout
        if not holdout or not self.labels:
            return Score(None, "no mature labels of this champion yet, or no newest rows to compare with.")
        before = mistakes_of(Sums.from_json(holdout["sums"]), project.positive_class)
        now = mistakes_of(self.mature, project.positive_class)
        more = excess(now, before, project.task, project.policy)
        if more is None:
            return Score(None, "no mature labels of this champion yet.")
        side = "more" if more >= 0 else "less"
        return Score(more, f"Mistakes in {now.labelled:,} answers cost {abs(more):,.0f} {side} than at promotion.")


def estimated_fall(watch: Watch, condition: Condition) -> Decay | Score:
    """The fall of the condition's metric as estimated without labels, judged like a realised one (`judge_decay`).

    Score(None, why) where no estimate is made.
    """
    assert watch.champion is not None
    metric, model_id = condition.metric or watch.metric, watch.champion.model.id
    one = next((one for one in watch.answered if one.model_id == model_id), None)
    if one is None:
        return Score(None, "the champion has not answered yet.")
    points = estimated_points(watch.session, one, condition.grain, metric, watch.now)
    if points is None:
        return Score(None, "what its answers promise is learnt within a minute of its first ones, from 100 rows.")
    reference = holdout_estimate(watch.holdout, metric, watch.project.positive_class)
    first = condition.grain.start_of(watch.champion.promotion.promoted_at)
    own = [point for point in points if point.period >= first]
    return judge_decay(own, reference, metric, effect=condition.threshold or 0.0)


def drift_score(watch: Watch) -> Score:
    """How far the champion's inputs of the last 30 days drifted from what it learnt from: 0 to 1, and a sentence."""
    assert watch.champion is not None
    report = drift_of(watch.session, watch.project, watch.champion.model.id, DriftView(), watch.now, history=False)
    return Score(report.score if report.judged else None, report.sentence)
