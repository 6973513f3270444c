"""Since when a model's errors are more than they were, read from its days."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from sqlalchemy.orm import Session

from db.queries.buckets import Span, bucket_series
from mms.domain.decay import MATURE_COVERAGE
from mms.domain.onset import Onset
from mms.domain.projects import Project, Task
from mms.monitoring.onset import errors_of, onset
from mms.monitoring.sums import Series


def onset_of(
    session: Session, project: Project, model_id: int, metric: str, since: datetime, *, scope: str
) -> Onset | None:
    """The rise of a model's errors since it was seated; days whose labels are not in say nothing yet."""
    part = "moments" if project.task is Task.REGRESSION else "cells"
    found = bucket_series(session, [project.id], scope, Span(since=since, model_id=model_id), parts=(part,))
    if not found:
        return None
    series, days = _complete(found[0].series), found[0].starts
    rise = onset(errors_of(series, metric))
    if rise is None:
        return None
    began, seen = (days[at].item().replace(tzinfo=UTC) for at in (rise.at, rise.seen))
    return Onset(metric, began, seen, rise.before, rise.after, rise.second)


def _complete(series: Series) -> Series:
    """The sums, but nothing of days whose labels are not in."""
    is_in = series.labelled >= MATURE_COVERAGE * series.n

    def kept(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else np.where(is_in.reshape(-1, *[1] * (values.ndim - 1)), values, 0)

    labelled = np.where(is_in, series.labelled, 0)
    return replace(series, labelled=labelled, cells=kept(series.cells), moments=kept(series.moments))
