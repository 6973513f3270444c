"""What checks cost before anybody asks for them, validation curves for free, and models on a slice."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from math import sqrt
from pathlib import Path
from statistics import fmean

import pandas as pd
import pytest
from scipy.stats import t

from db import session as sessions
from db.migrate import migrate
from db.queries.diagnostics import find_diagnostics, tables_of
from db.queries.models import best_models, get_model, oof_frame
from db.queries.runs import fold_results
from db.queries.snapshots import get_snapshot, snapshot_frame
from db.session import reading, transaction
from mms.domain.diagnostics import DiagnosticKind, Question, asked
from mms.domain.errors import Cancelled, Invalid, NotFound
from mms.domain.jobs import JobKind, JobState
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Task
from mms.domain.runs import FINAL_FIT, Launch
from mms.domain.slice_board import SliceAsked
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.tables import Condition, Operator
from mms.settings import settings
from mms.usecases.diagnostics import ask_for, ensure, make_diagnostics
from mms.usecases.inspection import cost, free_curves, parameters_of
from mms.usecases.jobs import JobContext, cancel_job, claim
from mms.usecases.members import ensure_local_admin
from mms.usecases.runs import launch_run
from mms.usecases.slice_board import slice_board
from tests.conftest import NOW
from tests.trained import a_project, a_snapshot, triple_of, work_off

pytestmark = pytest.mark.slow

RIGHT = Condition("x", Operator.GT, 0)
DEPTHS = (1, 2, 4)


@pytest.fixture(scope="module")
def _trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Member, list[Model]]:
    """A home with trees of three depths, a deeper one with other leaves, a logistic model and the baseline."""
    home = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MMS_HOME", str(home))
        patch.setenv("MMS_WORKERS", "1")
        patch.delenv("MMS_DATABASE_URL", raising=False)
        migrate(settings(), NOW)
        with transaction() as session:
            member = ensure_local_admin(session, NOW)
        project = a_project(member, home, NOW)
        snapshot = a_snapshot(member, project, NOW)
        trees = [triple_of(project, snapshot, "tree", max_depth=depth, min_samples_leaf=5) for depth in DEPTHS]
        trees.append(triple_of(project, snapshot, "tree", max_depth=8, min_samples_leaf=2))
        with transaction() as session:
            launch_run(session, member, Launch(snapshot.id, (*trees, triple_of(project, snapshot, "logistic"))), NOW)
        work_off(NOW)
        with reading() as session:
            found = best_models(session, project.id)
            models = [get_model(session, one.id) for one in sorted(found, key=lambda m: m.version)]
        sessions.dispose()
    return home, member, models


@pytest.fixture
def models(
    _trained: tuple[Path, Member, list[Model]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[Model]]:
    """The models, in a copy of that home."""
    shutil.copytree(_trained[0], tmp_path / "home")
    monkeypatch.setenv("MMS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MMS_DATABASE_URL", raising=False)
    yield _trained[2]
    sessions.dispose()


@pytest.fixture
def member(_trained: tuple[Path, Member, list[Model]]) -> Member:
    """The local administrator of that home."""
    return _trained[1]


def tree(models: Sequence[Model], depth: int) -> Model:
    return next(m for m in models if m.triple.hyperparameters.get("max_depth") == depth)


def question(model: Model, kind: DiagnosticKind, **parameters: object) -> Question:
    return asked(Subject(SubjectKind.MODEL, model.id), kind, parameters)


def test_a_validation_curve_is_free_from_models_that_differ_in_one_hyperparameter(
    member: Member, models: list[Model]
) -> None:
    with reading() as session:
        curves = free_curves(session, member, tree(models, 2).id)
        none = free_curves(session, member, next(m for m in models if m.ranked.algorithm == "logistic").id)

    assert list(curves) == ["max_depth"]
    assert none == {}
    points = curves["max_depth"]
    assert set(points["value"]) == {"1", "2", "4"}
    assert points.groupby("value")["model_id"].first().to_dict() == {str(d): tree(models, d).id for d in DEPTHS}
    assert points.groupby(["value", "metric"])["fold"].nunique().max() == 12
    assert FINAL_FIT not in set(points["fold"])


def test_what_a_check_costs_is_told_before_it_is_asked_for(member: Member, models: list[Model]) -> None:
    model = tree(models, 2)
    with reading() as session:
        learning = cost(session, member, question(model, DiagnosticKind.LEARNING_CURVE, folds=3))
        twice = cost(session, member, question(model, DiagnosticKind.LEARNING_CURVE, folds=6))
        shuffled = cost(session, member, question(model, DiagnosticKind.PERMUTATION, folds=3, repeats=5))
        stored = cost(session, member, question(model, DiagnosticKind.SLICES))

    assert (learning.fits, twice.fits, shuffled.fits, stored.fits) == (12, 24, 3, 0)
    assert shuffled.calls == 3 * (1 + 5 * len(model.signature.inputs))
    assert learning.seconds
    assert twice.seconds
    assert twice.seconds - 1 == pytest.approx(2 * (learning.seconds - 1))  # but for the start
    with reading() as session, pytest.raises(Invalid, match="'folds' takes a whole number from 1 to 12"):
        cost(session, member, question(model, DiagnosticKind.LEARNING_CURVE, folds=0))


def test_a_check_with_fits_is_made_by_a_worker_and_stored(member: Member, models: list[Model], now: datetime) -> None:
    checks = [
        question(tree(models, 2), DiagnosticKind.PERMUTATION, folds=1),
        question(tree(models, 2), DiagnosticKind.DEPENDENCE, column="x"),
        question(tree(models, 2), DiagnosticKind.LEARNING_CURVE, folds=1),
        question(tree(models, 2), DiagnosticKind.VALIDATION_CURVE, parameter="max_depth", values=[3], folds=1),
    ]

    for check in checks:
        with transaction() as session:
            ask_for(session, member, check, now)
        work(now)

    with reading() as session:
        made = tables_of(session, checks)
    assert [list(made[check.hash]) for check in checks] == [["columns"], ["average", "lines"], ["points"], ["points"]]
    assert all(len(table) <= 2000 for tables in made.values() for table in tables.values())
    average = made[checks[1].hash]["average"]
    assert average["mean"].iloc[-1] > average["mean"].iloc[0]


def test_a_stop_is_obeyed_and_leaves_no_tables(member: Member, models: list[Model], now: datetime) -> None:
    check = question(tree(models, 2), DiagnosticKind.LEARNING_CURVE, folds=12)
    with transaction() as session:
        waiting = ask_for(session, member, check, now)
    assert waiting.job_id is not None

    with pytest.raises(Cancelled):
        work(now, stop=(member, waiting.job_id))

    with reading() as session:
        assert tables_of(session, [check]) == {}
        assert find_diagnostics(session, [check])[check.hash].error is None


def test_stored_rows_answer_at_once_for_every_model(member: Member, models: list[Model], now: datetime) -> None:
    checks = [question(m, kind) for m in models for kind in (DiagnosticKind.SLICES, DiagnosticKind.SUBGROUPS)]

    ensure(transaction, member, checks, now)

    with reading() as session:
        states = [found.state for found in find_diagnostics(session, checks).values()]
    assert states == [JobState.SUCCEEDED] * len(checks)


def test_models_are_ranked_anew_on_a_slice_of_the_same_rows(member: Member, models: list[Model]) -> None:
    first = models[0].ranked
    with reading() as session:
        board = slice_board(session, member, SliceAsked(first.project_id, (RIGHT,), metric="accuracy"))
        frame = snapshot_frame(session, settings().cache, get_snapshot(session, first.snapshot_id))
        oofs = {m.id: oof_frame(session, settings().cache, m.id) for m in models}

    assert [one.place for one in board.standings] == [1, 2, 3, 4, 5, 6]
    assert {one.model.id for one in board.standings} == {m.id for m in models}
    scores = [one.score or 0 for one in board.standings]
    assert scores == sorted(scores, reverse=True)
    for one in board.standings:
        rows = oofs[one.model.id]
        own = rows[(frame["x"].iloc[rows["row"]] > 0).to_numpy()]
        assert board.n == len(own) < board.total == len(rows)
        assert one.score == pytest.approx((own["truth"] == own["label"]).mean())
        assert one.sd == pytest.approx((own["truth"] == own["label"]).groupby(own["fold"]).mean().std())
    assert board.rule == "x > 0"
    first, tested = board.standings[0], {one.model.id: one.test for one in board.standings if one.test}
    assert first.model.id not in tested
    assert all(one.p_adjusted is not None and one.test.p <= one.p_adjusted for one in board.standings if one.test)
    for model_id, test in tested.items():
        right = {i: inside_accuracy(oofs[i], frame) for i in (first.model.id, model_id)}
        difference = (right[first.model.id] - right[model_id]).dropna()
        with reading() as session:
            folds = fold_results(session, [first.model.id])[first.model.id]
        ratio = fmean(f.n_validate / f.n_train for f in folds if f.fold in difference.index)
        error = difference.std() * sqrt(1 / len(difference) + ratio)
        assert test.mean == pytest.approx(difference.mean())
        assert test.p == pytest.approx(
            2 * t.sf(abs(difference.mean() / error), len(difference) - 1) if error else test.p
        )
    assert len(tested) == len(models) - 1
    assert sorted(one.place_whole for one in board.standings) == [1, 2, 3, 4, 5, 6]


def inside_accuracy(rows: pd.DataFrame, frame: pd.DataFrame) -> pd.Series:
    """By fold, the share of the rows with x > 0 that is right."""
    own = rows[(frame["x"].iloc[rows["row"]] > 0).to_numpy()]
    return (own["truth"] == own["label"]).groupby(own["fold"]).mean()


@pytest.mark.parametrize(
    ("change", "refusal", "sentence"),
    [
        ({"conditions": ()}, Invalid, "A segment has 1 to 20 conditions"),
        ({"conditions": (Condition("z", Operator.GT, 0),)}, Invalid, "There is no feature 'z'"),
        ({"metric": "rmse"}, Invalid, "'rmse' is no metric of a binary project"),
        ({"model_ids": (99,)}, NotFound, "There is no model 99"),
        ({"run_id": 99}, NotFound, "No model of run 99 is in this project"),
    ],
)
def test_a_slice_that_cannot_be_ranked_is_refused(
    member: Member, models: list[Model], change: dict[str, object], refusal: type[Exception], sentence: str
) -> None:
    wrong = replace(SliceAsked(models[0].ranked.project_id, (RIGHT,)), **change)

    with reading() as session, pytest.raises(refusal, match=sentence):
        slice_board(session, member, wrong)


def test_an_empty_slice_ranks_nobody(member: Member, models: list[Model]) -> None:
    nowhere = SliceAsked(models[0].ranked.project_id, (Condition("x", Operator.GT, 1e6),))

    with reading() as session:
        board = slice_board(session, member, nowhere)

    assert board.n == 0
    assert not board.is_judged
    assert all(one.score is None for one in board.standings)


def test_every_hyperparameter_has_values_worth_trying_but_the_models_own(models: list[Model]) -> None:
    model = tree(models, 2)
    known = parameters_of(Task.BINARY, model.triple)

    parameter, worth = known["max_depth"]
    assert parameter.name == "max_depth"
    assert worth
    assert 2 not in worth


def work(now: datetime, stop: tuple[Member, int] | None = None) -> None:
    """Do the next check in this process, as a worker's child would; stop: somebody asks for that once it has begun."""
    with transaction() as session:
        job = claim(session, "test", now)
    while job is not None and job.kind is not JobKind.DIAGNOSTICS:
        with transaction() as session:
            job = claim(session, "test", now)
    assert job is not None
    if stop is not None:
        with transaction() as session:
            cancel_job(session, *stop, now)
    make_diagnostics(JobContext(job, transaction, lambda: now))
