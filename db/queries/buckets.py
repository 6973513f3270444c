"""Buckets as series of sums: one statement, then additions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from db.models import Artifact, Feedback, Prediction
from db.models import Bucket as BucketRow
from db.models import BucketMark as MarkRow
from db.models import Model as ModelRow
from db.models import Project as ProjectRow
from db.queries.answered_rows import Days
from mms.domain.buckets import Sums
from mms.domain.decay import month_of
from mms.domain.models import Signature
from mms.domain.projects import Task
from mms.monitoring.sums import MOMENTS as MOMENT_NAMES
from mms.monitoring.sums import PARTS, Layout, Series, decoded

GRAINS = ("hour", "day")


@dataclass(frozen=True, slots=True)
class BucketSeries:
    """The sums of one model in one scope and segment. starts: (T,) datetime64[s], UTC, rising."""

    project_id: int
    model_id: int
    starts: np.ndarray
    series: Series


@dataclass(frozen=True, slots=True)
class Span:
    """Which buckets: grain 'hour' or 'day', from `since` up to before `until`; None leaves an end open.

    model_id: of one model alone, None of all that answered.
    """

    grain: str = "day"
    since: datetime | None = None
    until: datetime | None = None
    model_id: int | None = None


@dataclass(frozen=True, slots=True)
class MonthSums:
    """The sums of one model in one calendar month (UTC, its first instant)."""

    project_id: int
    model_id: int
    month: datetime
    sums: Sums


def bucket_series(
    session: Session,
    project_ids: Sequence[int],
    scope: str | None,
    span: Span = Span(),
    *,
    segment: str = "",
    parts: Sequence[str] = PARTS,
) -> list[BucketSeries]:
    """What the models of some projects answered, by project and model, with the parts that are asked for.

    scope None: in whatever scope; a start is then there once for each.
    """
    row = BucketRow
    stmt = select(row.project_id, row.model_id, row.start, row.n, row.labelled, *(getattr(row, p) for p in parts))
    stmt = stmt.where(row.project_id.in_(project_ids), *_within(scope, segment, span))
    by_model: dict[tuple[int, int], list[Sequence[object]]] = {}
    for project_id, model_id, *rest in session.execute(stmt.order_by(row.model_id, row.start)):
        by_model.setdefault((project_id, model_id), []).append(rest)
    found = layouts(session, [model_id for _, model_id in by_model])
    return [
        _series(project_id, model_id, found[model_id], rows, parts)
        for (project_id, model_id), rows in sorted(by_model.items())
    ]


def period_count(session: Session, project_id: int, scope: str, span: Span, segment: str = "") -> int:
    """How many buckets `bucket_series` would read."""
    stmt = select(func.count()).select_from(BucketRow).where(BucketRow.project_id == project_id)
    return session.scalar(stmt.where(*_within(scope, segment, span))) or 0


def _within(scope: str | None, segment: str, span: Span) -> list[ColumnElement[bool]]:
    row = BucketRow
    found = [row.grain == span.grain, row.segment == segment, row.n != 0]
    found += [] if scope is None else [row.scope == scope]
    found += [] if span.since is None else [row.start >= span.since]
    found += [] if span.until is None else [row.start < span.until]
    return found if span.model_id is None else [*found, row.model_id == span.model_id]


class StoredBucket(NamedTuple):
    """A bucket as it lies in the store; a part that was not read is empty."""

    model_id: int
    scope: str
    segment: str
    grain: str
    start: datetime
    n: int
    labelled: int
    cells: bytes = b""
    scores: bytes = b""
    delays: bytes = b""
    moments: bytes = b""


def stored_buckets(session: Session, project_id: int, days: Days) -> Iterator[StoredBucket]:
    """Every bucket of some days."""
    row, (since, until) = BucketRow, days
    stmt = select(*(getattr(row, name) for name in StoredBucket._fields))
    stmt = stmt.where(row.project_id == project_id, row.grain.in_(GRAINS))
    stmt = stmt if since is None else stmt.where(row.start >= since)
    stmt = stmt if until is None else stmt.where(row.start < until)
    for found in session.execute(stmt):
        yield StoredBucket(*found)


def bucket_count(session: Session, project_id: int) -> int:
    """How many buckets a project has."""
    row = BucketRow
    stmt = select(func.count()).select_from(row).where(row.project_id == project_id, row.grain.in_(GRAINS))
    return session.scalar(stmt) or 0


def projects_behind(session: Session) -> list[int]:
    """Ids of projects with predictions or feedback that are not counted yet; of deleted ones too."""
    project, mark = ProjectRow, MarkRow
    asked = exists().where(Prediction.project_id == project.id, Prediction.id > func.coalesce(mark.prediction_id, 0))
    told = exists().where(Feedback.project_id == project.id, Feedback.id > func.coalesce(mark.feedback_id, 0))
    stmt = select(project.id).outerjoin(mark, mark.project_id == project.id).where(or_(asked, told))
    return list(session.scalars(stmt.order_by(project.id)))


def layouts(session: Session, model_ids: Sequence[int]) -> dict[int, Layout]:
    """By what the sums of models are counted."""
    stmt = (
        select(ModelRow.id, Artifact.signature, ProjectRow.task, ProjectRow.positive_class)
        .join(Artifact, Artifact.id == ModelRow.artifact_id)
        .join(ProjectRow, ProjectRow.id == ModelRow.project_id)
        .where(ModelRow.id.in_(model_ids))
    )
    found = {}
    for model_id, signature, task, positive in session.execute(stmt):
        classes = Signature.from_json(signature).classes
        found[model_id] = Layout(Task(task), classes, positive if positive in classes else None)
    return found


def months_of(some: Sequence[BucketSeries]) -> list[MonthSums]:
    """The sums of calendar months from buckets with their cells, scores and moments."""
    found = []
    for one in some:
        months, group = np.unique(one.starts.astype("datetime64[M]"), return_inverse=True)
        series = one.series.added(group, len(months))
        starts = [month_of(at.replace(tzinfo=UTC)) for at in months.astype("datetime64[us]").tolist()]
        found += [
            MonthSums(one.project_id, one.model_id, start, plain_sums(series, i)) for i, start in enumerate(starts)
        ]
    return found


def _series(
    project_id: int, model_id: int, layout: Layout, rows: Sequence[Sequence[object]], parts: Sequence[str]
) -> BucketSeries:
    start, n, labelled, *contents = zip(*rows, strict=True)
    starts = np.array([at.replace(tzinfo=None) for at in start], "datetime64[s]")
    arrays = {part: decoded(layout, part, content) for part, content in zip(parts, contents, strict=True)}
    return BucketSeries(
        project_id, model_id, starts, Series(layout, np.array(n, np.int64), np.array(labelled, np.int64), **arrays)
    )


def plain_sums(series: Series, at: int) -> Sums:
    """One period as a record of plain numbers."""
    layout = series.layout
    assert series.cells is not None
    assert series.scores is not None
    assert series.moments is not None
    cells, bins = {}, {}
    if layout.classes:
        for t, p in np.argwhere(series.cells[at, :-1]):
            cells[layout.classes[t], layout.classes[p]] = int(series.cells[at, t, p])
    if layout.task is Task.BINARY and layout.scored:
        other = next((name for name in layout.classes if name != layout.positive), "")
        labelled = series.scores[at, 0].sum(axis=1)
        for state, name in ((1, other), (2, layout.scored[0])):
            bins.update({(name, int(b)): int(labelled[state, b]) for b in np.flatnonzero(labelled[state])})
    moments = dict(zip(MOMENT_NAMES, series.moments[at].tolist(), strict=True))
    floats = (moments[name] for name in ("absolute", "squared", "fourth", "truth", "truth_squared"))
    return Sums(int(series.n[at]), int(series.labelled[at]), cells, bins, *floats)
