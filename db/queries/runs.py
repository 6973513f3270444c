"""Runs: listed, opened, followed live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from statistics import fmean, stdev

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import FoldResult as FoldRow
from db.models import Job as JobRow
from db.models import Model as ModelRow
from db.models import Project as ProjectRow
from db.models import Run as RunRow
from db.models import RunTriple as RunTripleRow
from db.models import Snapshot as SnapshotRow
from db.models import Triple as TripleRow
from db.queries.jobs import UNFINISHED, jobs_ahead, newest_with_jobs, progress_of, seconds_left_of
from db.queries.snapshots import snapshot_of
from mms.domain.ensembles import EnsembleKind
from mms.domain.errors import NotFound
from mms.domain.jobs import JobState, Progress
from mms.domain.logs import ELSEWHERE
from mms.domain.references import reference_from_json
from mms.domain.runs import FINAL_FIT, FoldResult, Origin, Run, RunKind, RunTriple
from mms.domain.scores import Metric
from mms.domain.search import Search
from mms.domain.triples import BASELINE, Triple


@dataclass(frozen=True, slots=True)
class RunPage:
    """All a run's page shows: the run, its triples (best mean score so far first), seconds left where known.

    queued_at: the real time, also where the project replays its past. ahead: unfinished jobs a worker takes before it.
    """

    run: Run
    triples: tuple[RunTriple, ...]
    seconds_left: float | None
    snapshot_name: str | None
    queued_at: datetime
    ahead: int


def runs(session: Session, project_id: int, limit: int = 100) -> list[Run]:
    """Newest first."""
    stmt = newest_with_jobs(RunRow, RunRow.project_id == project_id).limit(limit)
    return [run_of(row, job) for row, job in session.execute(stmt)]


def get_run(session: Session, run_id: int) -> Run:
    """The run of this id."""
    row = live_run(session, run_id)
    return run_of(row, None if row.job_id is None else session.get(JobRow, row.job_id))


def unfinished_runs(session: Session, project_ids: Sequence[int]) -> dict[int, Run]:
    """The newest unfinished run of each project that has one, by project."""
    newest = (
        select(func.max(RunRow.id))
        .where(RunRow.project_id.in_(project_ids), RunRow.state.in_(UNFINISHED))
        .group_by(RunRow.project_id)
    )
    stmt = select(RunRow, JobRow).outerjoin(JobRow, JobRow.id == RunRow.job_id).where(RunRow.id.in_(newest))
    return {row.project_id: run_of(row, job) for row, job in session.execute(stmt)}


def run_page(session: Session, run_id: int) -> RunPage:
    """A run with its triples, in one statement each."""
    stmt = (
        select(RunRow, JobRow, SnapshotRow, ProjectRow.primary_metric)
        .join(ProjectRow, ProjectRow.id == RunRow.project_id)
        .outerjoin(JobRow, JobRow.id == RunRow.job_id)
        .outerjoin(SnapshotRow, SnapshotRow.id == RunRow.snapshot_id)
        .where(RunRow.id == run_id, ProjectRow.deleted_at.is_(None))
    )
    found = session.execute(stmt).one_or_none()
    if found is None:
        raise _no_run(run_id)
    row, job, snapshot, metric = found
    ranked = sorted(triples_of_run(session, run_id, metric), key=_rank)
    return RunPage(
        run=run_of(row, job),
        triples=tuple(ranked),
        seconds_left=None if job is None else seconds_left_of(job),
        snapshot_name=None if snapshot is None else snapshot_of(snapshot).name,
        queued_at=row.created_at if job is None else job.created_at,
        ahead=0 if job is None else jobs_ahead(session, job),
    )


def triples_of_run(session: Session, run_id: int, metric: str) -> list[RunTriple]:
    """The triples of a run by position, with the mean and spread of `metric` over the folds done so far."""
    stmt = (
        select(RunTripleRow, TripleRow.content, ModelRow.id)
        .join(TripleRow, TripleRow.id == RunTripleRow.triple_id)
        .outerjoin(ModelRow, ModelRow.run_triple_id == RunTripleRow.id)
        .where(RunTripleRow.run_id == run_id)
        .order_by(RunTripleRow.position)
    )
    folds = _scores_by_triple(session, run_id, metric)
    return [
        _triple_of(row, Triple.from_json(content), model_id, folds.get(row.id, []))
        for row, content, model_id in session.execute(stmt)
    ]


def run_triples(session: Session, run_id: int) -> list[Triple]:
    """The triples of a run as they were asked for (without the baseline), for 'run again with edits'."""
    return [Triple.from_json(value) for value in live_run(session, run_id).request["triples"]]


def best_triples(session: Session, project_id: int, count: int) -> list[Triple]:
    """Of all plain triples that became models of a project, those with the best mean score, best first."""
    best, added = func.max(ModelRow.score), [BASELINE, ELSEWHERE, *EnsembleKind]
    stmt = (
        select(TripleRow.content)
        .join(ModelRow, ModelRow.triple_id == TripleRow.id)
        .where(ModelRow.project_id == project_id, ModelRow.deleted_at.is_(None), ModelRow.algorithm.not_in(added))
        .group_by(TripleRow.id)
        .order_by(best.desc(), TripleRow.id)
        .limit(count)
    )
    return [Triple.from_json(content) for content in session.scalars(stmt)]


def get_run_triple(session: Session, run_triple_id: int) -> tuple[Triple, Run]:
    """One triple of a run, with its run."""
    row = session.get(RunTripleRow, run_triple_id)
    if row is None:
        raise NotFound(f"There is no triple {run_triple_id} of a run: open a run and choose one of its triples.")
    triple = Triple.from_json(session.get_one(TripleRow, row.triple_id).content)
    return triple, get_run(session, row.run_id)


def fold_results(session: Session, model_ids: Sequence[int]) -> Mapping[int, list[FoldResult]]:
    """The 12 fold results and the final fit (-1) of each model, in fold order."""
    stmt = (
        select(ModelRow.id, FoldRow)
        .join(FoldRow, FoldRow.run_triple_id == ModelRow.run_triple_id)
        .where(ModelRow.id.in_(model_ids))
        .order_by(ModelRow.id, FoldRow.fold)
    )
    results: dict[int, list[FoldResult]] = {}
    for model_id, row in session.execute(stmt):
        results.setdefault(model_id, []).append(fold_result_of(row))
    return results


def fold_scores(session: Session, model_ids: Sequence[int], metric: Metric) -> Mapping[int, tuple[float, ...]]:
    """One metric of each model on its folds, in their order, natural units; folds that do not determine it are left
    out."""
    stmt = (
        select(ModelRow.id, FoldRow.scores)
        .join(FoldRow, FoldRow.run_triple_id == ModelRow.run_triple_id)
        .where(ModelRow.id.in_(model_ids), FoldRow.fold >= 0)
        .order_by(ModelRow.id, FoldRow.fold)
    )
    found: dict[int, list[float]] = {}
    for model_id, scores in session.execute(stmt):
        if metric.name in scores:
            found.setdefault(model_id, []).append(metric.natural(scores[metric.name]))
    return {model_id: tuple(values) for model_id, values in found.items()}


def folds_of_triple(session: Session, run_triple_id: int) -> list[tuple[FoldResult, str | None]]:
    """The fold results of one triple of a run, in fold order, each with the hash of its out-of-fold rows."""
    stmt = select(FoldRow).where(FoldRow.run_triple_id == run_triple_id, FoldRow.fold >= 0).order_by(FoldRow.fold)
    return [(fold_result_of(row), row.oof_blob) for row in session.scalars(stmt)]


def live_run(session: Session, run_id: int) -> RunRow:
    """The row of a live project's run, for use cases that change it."""
    alive = ProjectRow.deleted_at.is_(None)
    stmt = select(RunRow).join(ProjectRow, ProjectRow.id == RunRow.project_id).where(RunRow.id == run_id, alive)
    row = session.scalar(stmt)
    if row is None:
        raise _no_run(run_id)
    return row


def run_of(row: RunRow, job: JobRow | None) -> Run:
    """The record of a run's row and its job's."""
    return Run(
        id=row.id,
        project_id=row.project_id,
        number=row.number,
        kind=RunKind(row.kind),
        state=JobState(row.state),
        snapshot_id=row.snapshot_id,
        scope=row.scope,
        job_id=row.job_id,
        firing_id=row.firing_id,
        triples=row.triples,
        launched_by=row.launched_by,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        error=row.error,
        progress=Progress() if job is None else progress_of(job.progress),
        verdict=row.verdict,
        search=Search.from_json(row.request.get("search")),
        reference=reference_from_json(row.reference),
        seed=row.seed,
    )


def fold_result_of(row: FoldRow) -> FoldResult:
    """The record of a row."""
    return FoldResult(
        fold=row.fold,
        n_train=row.n_train,
        n_validate=row.n_validate,
        fit_seconds=row.fit_seconds,
        score_seconds=row.score_seconds,
        scores=row.scores,
        train_scores=row.train_scores,
        feature_seconds=row.feature_seconds,
        features=row.features,
        peak_bytes=row.peak_bytes,
    )


def _scores_by_triple(session: Session, run_id: int, metric: str) -> dict[int, list[float | None]]:
    """Run triple -> the metric on each finished fold; None where the fold does not determine it."""
    stmt = (
        select(FoldRow.run_triple_id, FoldRow.scores)
        .join(RunTripleRow, RunTripleRow.id == FoldRow.run_triple_id)
        .where(RunTripleRow.run_id == run_id, FoldRow.fold != FINAL_FIT)
    )
    folds: dict[int, list[float | None]] = {}
    for run_triple_id, scores in session.execute(stmt):
        folds.setdefault(run_triple_id, []).append(scores.get(metric))
    return folds


def _triple_of(row: RunTripleRow, triple: Triple, model_id: int | None, folds: list[float | None]) -> RunTriple:
    known = [score for score in folds if score is not None and isfinite(score)]
    return RunTriple(
        id=row.id,
        run_id=row.run_id,
        position=row.position,
        triple=triple,
        origin=Origin(row.origin),
        state=JobState(row.state),
        folds_done=len(folds),
        error=row.error,
        model_id=model_id,
        score=fmean(known) if known else None,
        score_sd=stdev(known) if len(known) > 1 else None,
        note=row.note,
    )


def _rank(triple: RunTriple) -> tuple[bool, bool, float, int]:
    """Best first; those that a search left early, on fewer folds, behind those that stayed."""
    return (triple.score is None, triple.note is not None, -(triple.score or 0.0), triple.position)


def _no_run(run_id: int) -> NotFound:
    return NotFound(f"There is no run {run_id}: list the project's runs and choose one of them.")
