"""Back-tests: planned, asked for, and fitted by a worker, a period at a time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes, read_bytes, sweep
from db.packed import packed, unpacked
from db.queries.backtests import backtests, get_backtest
from db.queries.models import get_model
from db.queries.projects import hold_project, live_project, project_of
from db.queries.promotions import find_champion
from db.queries.runs import fold_results
from db.queries.snapshots import get_snapshot, snapshot_blocks, snapshot_times, snapshots
from db.session import reading
from mms.domain.backtests import MOST_PERIODS, Backtest, BacktestDraft, Plan
from mms.domain.errors import Conflict, Invalid
from mms.domain.jobs import JobDraft, JobKind, JobState, Progress
from mms.domain.members import Member, Permission
from mms.domain.models import Model
from mms.domain.promotions import GLOBAL
from mms.domain.snapshots import HELD_OUT, Snapshot
from mms.domain.triples import Triple
from mms.ml.backtest import FittedPeriod, Past, fit_period
from mms.monitoring.backtest import Cut, cut
from mms.settings import settings
from mms.usecases.jobs import JobContext, enqueue, retry_job
from mms.usecases.scopes import rows_of_scope
from mms.usecases.snapshots import load_instances

_PRIORITY = -1
"""Behind runs: nobody's models wait for it."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a back-test stands on. draft: with its snapshot and model."""

    draft: BacktestDraft
    model: Model
    snapshot: Snapshot
    cut: Cut


@dataclass(frozen=True, slots=True)
class _Dealt:
    """The rows that take part: (n,) positions in the snapshot, their times (datetime64[us], UTC), their periods."""

    rows: np.ndarray
    times: np.ndarray
    cut: Cut


def plan_backtest(session: Session, member: Member, project_id: int, draft: BacktestDraft) -> Plan:
    """What it would take, before anybody asks for it. Invalid, Conflict: why it cannot be made."""
    member.require(Permission.VIEW)
    ground = _ground(session, project_id, draft)
    past = ground.cut
    folds = fold_results(session, [ground.model.id]).get(ground.model.id, [])
    fit = float(np.mean([one.fit_seconds + one.feature_seconds for one in folds])) if folds else None
    later = np.bincount(past.period, minlength=len(past))[::-1].cumsum()[::-1]
    return Plan(
        snapshot=ground.snapshot.name,
        model=ground.model.ranked.name,
        periods=len(past),
        lead=past.lead,
        fits=len(past.fits),
        answers=int(sum(later[period + 1] for period in past.fits)),
        seconds=None if fit is None else fit * len(past.fits),
        begins=_instant(past.edges[past.lead]),
        ends=_instant(past.edges[-1]),
    )


def ask_backtest(session: Session, member: Member, project_id: int, draft: BacktestDraft, now: datetime) -> Backtest:
    """Queue the fits of a back-test; the same one asked for before is the answer, and goes on where it was stopped."""
    member.require(Permission.TRAIN)
    project = project_of(live_project(session, project_id))
    if project.archived_at is not None:
        raise Conflict(f"Project '{project.name}' is archived: bring it back before you work in it.")
    ground = _ground(session, project_id, draft)
    hold_project(session, project_id)
    for one in backtests(session, project_id):
        if one.draft != ground.draft:
            continue
        if one.state in (JobState.FAILED, JobState.CANCELLED) and one.job_id is not None:
            retry_job(session, member, one.job_id, now)
        return get_backtest(session, one.id)
    fits = len(ground.cut.fits)
    row = tables.Backtest(
        project_id=project_id,
        request={
            "draft": ground.draft.to_json(),
            "model": ground.model.ranked.name,
            "snapshot": ground.snapshot.name,
            "scope": ground.model.ranked.scope,
            "triple": ground.model.triple.to_json(),
            "threshold": ground.model.threshold,
            "seed": ground.model.seed,
            "fits": fits,
        },
        created_by=member.display_name,
        created_at=project.present(now),
    )
    session.add(row)
    session.flush()
    job = JobDraft(JobKind.BACKTEST, {"backtest_id": row.id}, project_id, priority=_PRIORITY, total=fits)
    row.job_id = enqueue(session, job, now)
    session.flush()
    return get_backtest(session, row.id)


def fit_backtest(context: JobContext) -> None:
    """The job: a model at each period's end, each a checkpoint; then the matrix as one blob."""
    backtest_id = int(context.job.arguments["backtest_id"])
    with reading() as session:
        if session.get_one(tables.Backtest, backtest_id).losses_blob is not None:
            return
        past = _past(session, backtest_id)
        row = tables.BacktestFit
        done = set(session.scalars(sa.select(row.period).where(row.backtest_id == backtest_id)))
    total = len(past.cut.fits)
    for place, period in enumerate(past.cut.fits, 1):
        if period in done:
            continue
        fitted = fit_period(past, period)
        if fitted.error is not None:
            end = _instant(past.cut.edges[period + 1])
            context.log(f"The period that ended on {end:%-d %B %Y} has no model: {fitted.error}", "warning")
        progress = Progress(place, total, f"model {place} of {total}, on {fitted.rows:,} rows")
        context.record(progress, partial(_keep, backtest_id=backtest_id, fitted=fitted, now=context.now()))
    context.record(
        Progress(total, total, "done"), partial(_join, backtest_id=backtest_id, past=past, now=context.now())
    )


def delete_backtest(session: Session, member: Member, backtest_id: int) -> None:
    """It goes with its matrix; Conflict while a worker is at it."""
    member.require(Permission.TRAIN)
    found = get_backtest(session, backtest_id)
    if not found.state.is_final:
        raise Conflict(f"Back-test {found.id} is {found.state.value}: stop its job first.")
    row, fit = session.get_one(tables.Backtest, backtest_id), tables.BacktestFit
    gone = list(session.scalars(sa.select(fit.losses_blob).where(fit.backtest_id == backtest_id)))
    session.execute(sa.delete(fit).where(fit.backtest_id == backtest_id))
    session.delete(row)
    session.flush()
    sweep(session, [*gone, *([row.losses_blob] if row.losses_blob else [])])


def _ground(session: Session, project_id: int, draft: BacktestDraft) -> _Ground:
    draft = draft.checked()
    snapshot, model = _snapshot(session, project_id, draft), _model(session, project_id, draft)
    if model.triple.members:
        raise Invalid(f"{model.ranked.name} is an ensemble, which is not back-tested: choose one of its members.")
    resolved = replace(draft, snapshot_id=snapshot.id, model_id=model.id)
    dealt = _dealt(session, snapshot, model.ranked.scope, resolved)
    _check(dealt.cut)
    return _Ground(resolved, model, snapshot, dealt.cut)


def _dealt(session: Session, snapshot: Snapshot, scope: str, draft: BacktestDraft) -> _Dealt:
    """The rows of the scope with a time, outside the hold-out: it is not opened for a back-test."""
    times, labels = (_instants(column) for column in snapshot_times(session, settings().cache, snapshot))
    assert times is not None
    kept = rows_of_scope(session, snapshot, scope) & (snapshot_blocks(session, snapshot) != HELD_OUT)
    rows = np.flatnonzero(kept & ~np.isnat(times))
    if not len(rows):
        raise Invalid(f"{snapshot.name.capitalize()} has no row with a time outside its hold-out: choose another one.")
    return _Dealt(rows, times[rows], cut(draft, times[rows], None if labels is None else labels[rows]))


def _check(past: Cut) -> None:
    """Invalid where there is nothing to replay, or too much."""
    if len(past) > MOST_PERIODS:
        raise Invalid(f"That makes {len(past):,} periods, and at most {MOST_PERIODS} are replayed: choose longer ones.")
    if len(past) < past.lead + 2:
        raise Invalid(
            f"The past has {len(past)} such {'period' if len(past) == 1 else 'periods'}, and the first model learns "
            f"from {past.lead}: choose shorter periods, a shorter window, or a snapshot of a longer past."
        )


def _snapshot(session: Session, project_id: int, draft: BacktestDraft) -> Snapshot:
    if draft.snapshot_id is not None:
        found = get_snapshot(session, draft.snapshot_id)
        if found.project_id != project_id:
            raise Invalid(f"Snapshot {draft.snapshot_id} belongs to another project: choose one of this project.")
        if found.time is None:
            raise Invalid(f"{found.name.capitalize()} has no time by which its past could be cut: choose another one.")
        return found
    timed = [one for one in snapshots(session, project_id) if one.time is not None]
    if not timed:
        raise Conflict("No snapshot has a time by which the past could be cut: declare one, and take a snapshot.")
    return max(timed, key=lambda one: one.number)


def _model(session: Session, project_id: int, draft: BacktestDraft) -> Model:
    if draft.model_id is not None:
        model = get_model(session, draft.model_id)
        if model.ranked.project_id != project_id:
            raise Invalid(f"Model {draft.model_id} belongs to another project: choose one of this project.")
        return model
    champion = find_champion(session, project_id, GLOBAL)
    if champion is None:
        raise Conflict("There is no champion whose recipe could be replayed: promote a model, or choose one.")
    return get_model(session, champion.model.id)


def _past(session: Session, backtest_id: int) -> Past:
    """What was asked for, as it was then: the triple and the threshold, even if the model is gone."""
    request = session.get_one(tables.Backtest, backtest_id).request
    draft = BacktestDraft.from_json(request["draft"])
    assert draft.snapshot_id is not None
    snapshot = get_snapshot(session, draft.snapshot_id)
    dealt = _dealt(session, snapshot, request["scope"], draft)
    return Past(
        triple=Triple.from_json(request["triple"]),
        instances=load_instances(session, snapshot.id),
        rows=dealt.rows,
        times=dealt.times,
        cut=dealt.cut,
        window_days=draft.window_days,
        threshold=request["threshold"],
        seed=request["seed"],
    )


def _keep(session: Session, backtest_id: int, fitted: FittedPeriod, now: datetime) -> None:
    fit = {"period": [fitted.period], "rows": [fitted.rows], "seconds": [fitted.seconds], "error": [fitted.error]}
    content = packed({"fit": pd.DataFrame(fit), "sums": fitted.sums})
    blob = put_bytes(session, content, now)
    session.add(tables.BacktestFit(backtest_id=backtest_id, period=fitted.period, losses_blob=blob))
    session.flush()


def _join(session: Session, backtest_id: int, past: Past, now: datetime) -> None:
    """All checkpoints as one blob, which takes their place."""
    row, fit = session.get_one(tables.Backtest, backtest_id), tables.BacktestFit
    stored = session.scalars(sa.select(fit.losses_blob).where(fit.backtest_id == backtest_id).order_by(fit.period))
    hashes = list(stored)
    parts = [unpacked(read_bytes(session, sha)) for sha in hashes]
    pairs, counts = np.unique(np.stack([past.cut.period, past.cut.known], 1), axis=0, return_counts=True)
    content = packed(
        {
            "edges": pd.DataFrame({"at": past.cut.edges}),
            "lead": pd.DataFrame({"periods": [past.cut.lead]}),
            "classes": pd.DataFrame({"name": list(past.instances.classes)}, dtype="str"),
            "labels": pd.DataFrame({"period": pairs[:, 0], "known": pairs[:, 1], "rows": counts}),
            "fits": pd.concat([part["fit"] for part in parts], ignore_index=True),
            "sums": pd.concat([part["sums"] for part in parts if len(part["sums"])] or [parts[0]["sums"]]),
        }
    )
    row.losses_blob = put_bytes(session, content, now)
    session.execute(sa.delete(fit).where(fit.backtest_id == backtest_id))
    session.flush()
    sweep(session, hashes)


def _instants(times: pd.Series | None) -> np.ndarray | None:
    """(n,) datetime64[us], UTC; NaT where missing."""
    if times is None:
        return None
    found: np.ndarray = pd.to_datetime(times, utc=True).dt.tz_localize(None).to_numpy("datetime64[us]")
    return found


def _instant(at: np.datetime64) -> datetime:
    moment: datetime = at.astype("datetime64[us]").item()
    return moment.replace(tzinfo=UTC)
