"""A back-test fits a model at each period's end, goes on where it was stopped, and replays policies without a fit."""

from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.backtests import get_backtest, get_losses
from db.queries.models import best_models
from db.session import reading, transaction
from mms.domain.backtests import COST, EVERY, NEVER, BacktestDraft, PeriodKind
from mms.domain.errors import Cancelled, MmsError
from mms.domain.jobs import JobState
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.promotions import Seating
from mms.domain.rules import Condition, Rule, TriggerKind
from mms.domain.runs import Launch
from mms.domain.triggers import draft_of
from mms.domain.triples import Triple
from mms.ml.fitting import fit_pipeline
from mms.settings import settings
from mms.usecases.backtests import ask_backtest, fit_backtest, plan_backtest
from mms.usecases.jobs import JobContext, cancel_job, mark_cancelled
from mms.usecases.policy_replays import replays
from mms.usecases.promotions import promote
from mms.usecases.runs import launch_run
from mms.usecases.snapshots import load_instances
from mms.usecases.triggers import create_trigger
from tests.backtested import claimed, fit_past
from tests.trained import a_project, a_snapshot, triple_of, work_off

pytestmark = pytest.mark.slow

DRAFT = BacktestDraft(period=PeriodKind.ROWS, rows=13, lead=3)
"""Ten periods of the points, which are 130."""


@pytest.fixture
def project(member: Member, tmp_path: Path, now: datetime) -> Project:
    """The points, with a champion."""
    project = a_project(member, tmp_path, now)
    snapshot = a_snapshot(member, project, now)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, "logistic"),)), now)
    work_off(now)
    with transaction() as session:
        best = best_models(session, project.id)[0]
        promote(session, member, Seating(best.id, "the best"), now)
    return project


def fitted(member: Member, project: Project, draft: BacktestDraft, now: datetime) -> int:
    """A back-test that a worker has done."""
    with transaction() as session:
        asked = ask_backtest(session, member, project.id, draft, now)
    fit_past(now)
    return asked.id


def stopped_in_the_fourth_period(context: JobContext, member: Member) -> JobContext:
    """Somebody asks to stop while the fourth model is fitted; each period reads the clock twice."""
    calls, now = count(1), context.now()

    def clock() -> datetime:
        if next(calls) == 7:
            with transaction() as session:
                cancel_job(session, member, context.job.id, now)
        return now

    return replace(context, now=clock)


def test_every_cell_is_what_the_period_s_model_loses_in_a_later_period(
    store: str, project: Project, member: Member, now: datetime
) -> None:
    with reading() as session:
        plan = plan_backtest(session, member, project.id, DRAFT)

    backtest_id = fitted(member, project, DRAFT, now)

    with reading() as session:
        found = get_backtest(session, backtest_id)
        losses, unfitted = get_losses(session, settings().cache, project, backtest_id)
        instances = load_instances(session, found.draft.snapshot_id or 0)
        content = session.get_one(tables.Backtest, backtest_id).request
        left = session.scalar(sa.select(sa.func.count()).select_from(tables.BacktestFit))
    order = np.argsort(instances.time.to_numpy())
    triple = Triple.from_json(content["triple"])
    pipeline = fit_pipeline(triple, instances, order[: 13 * 5], content["seed"])
    rows = order[13 * 7 : 13 * 8]
    right = int((pipeline.predict(instances.features.iloc[rows]) == instances.target.iloc[rows]).sum())
    cells, _ = losses.cells_of(np.array([4]), np.array([7]))
    counts = losses.added(cells, np.zeros(len(cells), int), 1, ("cells",)).cells
    assert (plan.periods, plan.lead, plan.fits, plan.answers) == (10, 3, 8, 13 * sum(range(1, 9)))
    assert (found.state, found.fits, unfitted, left) == (JobState.SUCCEEDED, 8, (), 0)
    assert counts is not None
    assert (np.trace(counts[0]), counts[0, :-1].sum(), counts[0, -1].sum()) == (right, 13, 0)


def test_a_stopped_back_test_goes_on_with_the_periods_that_are_left(
    store: str, project: Project, member: Member, now: datetime
) -> None:
    with transaction() as session:
        asked = ask_backtest(session, member, project.id, DRAFT, now)
        again = ask_backtest(session, member, project.id, DRAFT, now)
    context = stopped_in_the_fourth_period(claimed(now), member)
    with pytest.raises(Cancelled):
        fit_backtest(context)
    with transaction() as session:
        mark_cancelled(session, context.job.id, context.job.attempt, now)
        row = tables.BacktestFit
        kept = {one.period: one.losses_blob for one in session.scalars(sa.select(row))}
        resumed = ask_backtest(session, member, project.id, DRAFT, now)

    fit_past(now)

    with reading() as session:
        left = session.scalar(sa.select(sa.func.count()).select_from(row))
        losses, _ = get_losses(session, settings().cache, project, asked.id)
    assert (again.id, resumed.id, resumed.state) == (asked.id, asked.id, JobState.QUEUED)
    assert (sorted(kept), left) == ([1, 2, 3], 0)
    assert np.unique(losses.model).tolist() == list(range(1, 9))


def test_triggers_and_tried_rules_are_replayed_beside_the_controls(
    sqlite_store: str, project: Project, member: Member, now: datetime
) -> None:
    backtest_id = fitted(member, project, DRAFT, now)
    with transaction() as session:
        create_trigger(session, member, project.id, draft_of(TriggerKind.SIZE, 26, 0.0), now)
        create_trigger(session, member, project.id, draft_of(TriggerKind.DRIFT, 0.2, 0.0), now)
    tried = Rule((Condition(TriggerKind.TIME, 1.0),), cooldown_days=0.0)

    with reading() as session:
        found = replays(session, member, backtest_id, "accuracy", [tried])
        cost = replays(session, member, backtest_id, COST)

    names = [one.name for one in found.policies]
    assert names[:2] == [NEVER, EVERY]
    assert len(found.periods) == 7
    assert [len(found.named(name).retrainings) for name in (NEVER, EVERY, "every 2 periods")] == [0, 6, 3]
    size, drift, time = found.policies[-3:]
    assert [len(size.retrainings), size.retrainings[0].why] == [3, "26 of 26 new labelled rows."]
    assert (drift.is_replayed, time.name, len(time.retrainings)) == (False, "time (tried rule 1)", 3)
    assert all(one.value is not None and len(one.scores) == 7 for one in found.policies if one.is_replayed)
    assert found.named(EVERY).fits == 6 * 13
    assert {chance.retrainings for chance in found.chances} == {1, 3}
    assert not cost.greater_is_better


def test_what_cannot_be_replayed_is_refused_in_a_sentence(sqlite_store: str, project: Project, member: Member) -> None:
    refused = {
        "choose shorter periods": BacktestDraft(period=PeriodKind.WEEK),
        "A period takes 10 to": BacktestDraft(period=PeriodKind.ROWS, rows=3),
        "training window is 1": BacktestDraft(window_days=0),
        "learns from 2 to": BacktestDraft(lead=1),
        "no snapshot 99": BacktestDraft(snapshot_id=99),
        "no model 99": BacktestDraft(model_id=99),
    }
    for says, draft in refused.items():
        with reading() as session, pytest.raises(MmsError, match=says):
            plan_backtest(session, member, project.id, draft)
