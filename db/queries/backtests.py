"""Back-tests: of a project, one, and its matrix of losses."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.blobs import cached_file
from db.models import Backtest as BacktestRow
from db.models import Job as JobRow
from db.packed import unpacked
from db.queries.jobs import job_of, newest_with_jobs
from mms.domain.backtests import Backtest, BacktestDraft
from mms.domain.errors import Conflict, NotFound
from mms.domain.jobs import JobState, Progress
from mms.domain.projects import Project, Task
from mms.monitoring.backtest import PARTS, Losses, moments_of
from mms.monitoring.sums import Layout, entries_of


def backtests(session: Session, project_id: int) -> list[Backtest]:
    """Newest first."""
    stmt = newest_with_jobs(BacktestRow, BacktestRow.project_id == project_id)
    return [_backtest_of(row, job) for row, job in session.execute(stmt)]


def get_backtest(session: Session, backtest_id: int) -> Backtest:
    """The back-test of this id."""
    row = session.get(BacktestRow, backtest_id)
    if row is None:
        raise NotFound(f"There is no back-test {backtest_id}: ask for one on the triggers page.")
    return _backtest_of(row, None if row.job_id is None else session.get(JobRow, row.job_id))


def get_losses(session: Session, cache: Path, project: Project, backtest_id: int) -> tuple[Losses, tuple[str, ...]]:
    """The matrix, and why some periods have no model. Conflict: it is not made yet, or could not be."""
    found = get_backtest(session, backtest_id)
    sha = session.scalar(select(BacktestRow.losses_blob).where(BacktestRow.id == backtest_id))
    if sha is None:
        why = found.error or f"its models are not fitted yet ({found.progress.done} of {found.fits})"
        raise Conflict(f"Back-test {backtest_id} is {found.state.value}: {why}.")
    return _losses(cached_file(session, cache, sha), project.task, project.positive_class)


def _backtest_of(row: BacktestRow, job: JobRow | None) -> Backtest:
    request, asked = row.request, None if job is None else job_of(job)
    return Backtest(
        id=row.id,
        project_id=row.project_id,
        draft=BacktestDraft.from_json(request["draft"]),
        model=request["model"],
        snapshot=request["snapshot"],
        fits=request["fits"],
        state=JobState.SUCCEEDED if asked is None else asked.state,
        progress=Progress() if asked is None else asked.progress,
        job_id=row.job_id,
        error=None if asked is None else asked.error,
        created_by=row.created_by,
        created_at=row.created_at,
    )


@lru_cache(maxsize=4)
def _losses(file: Path, task: Task, positive: str | None) -> tuple[Losses, tuple[str, ...]]:
    """Named by its hash, so the file never changes; a view of a page asks for it at each click."""
    tables = unpacked(file.read_bytes())
    edges = tables["edges"]["at"].to_numpy("datetime64[us]")
    periods, sums, fits = len(edges) - 1, tables["sums"], tables["fits"]
    labels = np.zeros((periods, periods + 1), np.int64)
    known = tables["labels"]
    labels[known["period"], known["known"]] = known["rows"]
    fitted = np.zeros(periods, bool)
    fitted[fits["period"]] = fits["error"].isna()
    classes = tuple(tables["classes"]["name"])
    losses = Losses(
        layout=Layout(task, classes, positive if positive in classes else None),
        edges=edges,
        lead=int(tables["lead"]["periods"].iloc[0]),
        labels=labels,
        fitted=fitted,
        model=sums["model"].to_numpy(np.int64),
        period=sums["period"].to_numpy(np.int64),
        known=sums["known"].to_numpy(np.int64),
        n=sums["n"].to_numpy(np.int64),
        moments=moments_of(sums["moments"].tolist()),
        entries={part: _entries(sums[part]) for part in PARTS if part != "moments"},
    )
    return losses, tuple(dict.fromkeys(fits["error"].dropna()))


def _entries(column: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    group, slot, sums = entries_of(column.tolist())
    return np.searchsorted(group, np.arange(len(column) + 1)), slot, sums
