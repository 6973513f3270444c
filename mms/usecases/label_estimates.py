"""What the random sample tells of a score, beside the labels that came by themselves, and how many more it takes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from db.queries.answered_rows import answers_of
from db.queries.buckets import Span, bucket_series, layouts
from db.queries.label_requests import newest_draw, promised_shares, request_states, told_by_people
from mms.domain.buckets import Estimate
from mms.domain.label_estimates import SampleEstimate
from mms.domain.label_requests import LabelDraw, Why, reached
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.scores import metric_named
from mms.monitoring.counting import Counted
from mms.monitoring.metrics import metric_series
from mms.monitoring.sampling import Sampled, labels_needed, of_finite
from mms.monitoring.sums import PARTS, Layout, Series, coded_entries, decoded
from mms.usecases.bucket_sums import Step, sums_of

_IDS = 500
"""Answers read in one statement."""

POINTS = 5.0
"""How near a score is to be known: half the band, in points of 100; for numbers in percent of the score."""


@dataclass(frozen=True, slots=True)
class LabelsWanted:
    """Which score of which scope's newest random draw, how near (see POINTS)."""

    metric: str
    scope: str = GLOBAL
    points: float = POINTS


def label_estimate(session: Session, project: Project, wanted: LabelsWanted) -> SampleEstimate | None:
    """The score of the scope's newest random draw; None without one."""
    metric = metric_named(wanted.metric, project.task).name
    draw = newest_draw(session, project.id, wanted.scope, Why.RANDOM)
    if draw is None:
        return None
    states = request_states(session, draw.id)
    sample = states[: reached([state for _, state in states])]
    known = [id_ for id_, state in sample if state.has_truth]
    estimate = _estimate(_counted(session, project.id, known), metric, draw.frame_n)
    came = _came_by_themselves(session, draw)
    within = _within(wanted.points, estimate, project.task.is_classification and metric != "log_loss")
    share = (
        promised_shares(session, draw, project.positive_class).get(metric) if project.task.is_classification else None
    )
    sampled = Sampled(len(known), draw.frame_n, estimate, share)
    return SampleEstimate(
        draw=draw,
        metric=metric,
        points=wanted.points,
        sampled=len(sample),
        labelled=len(known),
        estimate=estimate,
        came=_estimate(came, metric, None),
        came_n=int(came.labelled[0]) if came else 0,
        within=within,
        needed=None if within is None else labels_needed(sampled, within),
        left=sum(state.is_open for _, state in states),
    )


def _within(points: float, estimate: Estimate | None, of_one: bool) -> float | None:
    """Points as natural units: hundredths of what is at most 1, percent of the value of what is an error."""
    if of_one:
        return points / 100
    return None if estimate is None or not estimate.value else abs(estimate.value) * points / 100


def _estimate(series: Series | None, metric: str, frame_n: int | None) -> Estimate | None:
    """frame_n: how many rows the series is a sample of; None: of without end."""
    if series is None:
        return None
    found = metric_series(series, metric)
    return (found if frame_n is None else of_finite(found, int(series.labelled[0]), frame_n)).at(0)


def _came_by_themselves(session: Session, draw: LabelDraw) -> Series | None:
    """All that is counted in the draw's scope and days, less what people told because they were asked."""
    whole = [
        one.series.total()
        for one in bucket_series(session, [draw.project_id], draw.scope, Span("day", draw.since, draw.until))
    ]
    return _added([*whole, *_series(session, draw.project_id, told_by_people(session, draw), sign=-1)])


def _counted(session: Session, project_id: int, ids: Sequence[int]) -> Series | None:
    return _added(_series(session, project_id, ids))


def _series(session: Session, project_id: int, ids: Sequence[int], sign: int = 1) -> list[Series]:
    """These answers by model, each as one period of the same sums as a bucket's."""
    found = []
    for start in range(0, len(ids), _IDS):
        rows = answers_of(session, project_id, ids[start : start + _IDS], features=False)
        of_models = layouts(session, np.unique(rows.model_ids).tolist())
        for key, sums in sums_of(session, rows, [Step(sign, rows.known)], ()):
            found.append(_dense(of_models[key.model_id], sums.counted))
    return found


def _dense(layout: Layout, counts: Counted) -> Series:
    whole = counts.regrouped(np.zeros(len(counts.n), np.int64), 1)
    parts = {part: decoded(layout, part, coded_entries(*whole.entries[part], 1)) for part in PARTS if part != "moments"}
    return Series(layout, whole.n, whole.labelled, moments=whole.moments, **parts)


def _added(some: Sequence[Series]) -> Series | None:
    """As one period; models of other classes than the most have are left out."""
    if not some:
        return None
    weights: Counter[Layout] = Counter()
    for one in some:
        weights[one.layout] += int(one.n[0])
    layout = max(weights, key=lambda one: weights[one])
    same = [one for one in some if one.layout == layout]
    joined = {name: np.concatenate([getattr(one, name) for one in same]) for name in ("n", "labelled", *PARTS)}
    return Series(layout, **joined).total()
