"""Decay by segment: one line each, and which of them fell, judged so that few are said to fall that did not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from db.queries.buckets import BucketSeries, bucket_series
from db.queries.decay import DecayView, checked, decay_points, drawable, own_points, readable
from db.queries.periods import grouped, parts_for
from db.queries.promotions import Champion, find_champion
from db.queries.segments import segments
from mms.domain.decay import EFFECT, Change, DecayPoint, change_of, discoveries
from mms.domain.projects import Project
from mms.monitoring.metrics import metric_series

RECENT = 3
"""The newest mature periods are compared with all mature ones before."""


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One segment. change: its newest mature periods against those before; fell: surely, and by more than `EFFECT`."""

    name: str
    rule: str
    points: tuple[DecayPoint, ...]
    change: Change | None
    fell: bool


@dataclass(frozen=True, slots=True)
class SegmentsPage:
    """The champion's metric in every named segment of the project."""

    champion: Champion | None
    metric: str
    lines: tuple[SegmentLine, ...]


def segments_page(session: Session, project: Project, view: DecayView, now: datetime) -> SegmentsPage:
    """Each named segment since the champion was seated; `now` is the project's present."""
    checked(project, view)
    champion = find_champion(session, project.id, view.scope)
    if champion is None:
        return SegmentsPage(None, view.metric, ())
    drawn = []
    for segment in segments(session, project.id):
        asked = readable(session, project.id, replace(view, segment=segment.name), champion.model.id)
        span = asked.reach.span(asked.grain, champion.model.id)
        own = bucket_series(session, [project.id], view.scope, span, segment=segment.name, parts=parts_for(view.metric))
        seen = replace(asked, grain=drawable(own, asked.grain))
        points = own_points(decay_points(own, seen, now), champion)
        drawn.append((segment, tuple(points), _change(own, points, seen)))
    chances = [change.chance for _, _, change in drawn if change is not None]
    limit = max((p for p, found in zip(chances, discoveries(chances), strict=True) if found), default=-1.0)
    lines = [
        SegmentLine(
            segment.name, segment.words, points, change,
            change is not None and change.chance <= limit and change.worse_by > EFFECT,
        )
        for segment, points, change in drawn
    ]  # fmt: skip
    return SegmentsPage(champion, view.metric, tuple(lines))


def _change(own: Sequence[BucketSeries], points: Sequence[DecayPoint], view: DecayView) -> Change | None:
    """The newest mature periods, added up, against the mature ones before."""
    mature = [point.period for point in points if point.mature]
    if len(mature) <= RECENT or not own:
        return None
    starts, group = grouped(own[0], view.grain)
    times = np.array([at.replace(tzinfo=None) for at in mature], "datetime64[s]")
    kind = np.where(np.isin(starts, times[:-RECENT]), 0, np.where(np.isin(starts, times[-RECENT:]), 1, 2))
    before, now = (metric_series(own[0].series.added(kind[group], 3), view.metric).at(i) for i in (0, 1))
    return change_of(now, before, view.metric) if now and before else None
