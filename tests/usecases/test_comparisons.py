"""Models compared on the same rows and folds, and made comparable where they are not."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from statistics import fmean

import pytest
import sqlalchemy as sa

from db import models as tables
from db.models import Base
from db.queries.models import get_model
from db.queries.runs import get_run
from db.session import reading, transaction
from mms.domain.comparison import band_of
from mms.domain.ensembles import EnsembleKind, ensemble_of
from mms.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mms.domain.members import Member, Role
from mms.domain.projects import Policy, ProjectChanges
from mms.domain.runs import RunKind
from mms.domain.triples import Triple
from mms.ml.comparison import holm, paired_test
from mms.usecases.comparisons import agreement_between, alignment, compared, make_comparable, standings
from mms.usecases.projects import edit_project
from tests.contest import LOGISTIC, TREE, Contest, a_contest, launched, scored


@pytest.fixture
def contest(member: Member, tmp_path: Path, now: datetime) -> Contest:
    return a_contest(member, tmp_path, now)


def changed(table: type[Base], condition: sa.ColumnElement[bool], **values: object) -> None:
    with transaction() as session:
        session.execute(sa.update(table).where(condition).values(**values))


def triple(model_id: int) -> Triple:
    with reading() as session:
        return get_model(session, model_id).triple


def test_every_pair_is_tested_on_its_folds_with_their_real_sizes(store: str, member: Member, contest: Contest) -> None:
    with reading() as session:
        found = compared(session, member, list(contest.first.values()))

    best, other, last = (contest.first[name] for name in ("logistic", "tree", "dummy"))
    assert [(p.model_id, p.other_id) for p in found.pairs] == [(best, other), (best, last), (other, last)]
    ratio = fmean(1 / (fold + 1) for fold in range(12))
    assert found.pairs[0].test == paired_test(LOGISTIC - TREE, ratio, 0.01)
    assert [p.p_adjusted for p in found.pairs] == holm([p.test.p for p in found.pairs])


def test_the_region_of_equality_is_the_projects(sqlite_store: str, member: Member, contest: Contest) -> None:
    with transaction() as session:
        edit_project(session, member, contest.project.id, ProjectChanges(policy=Policy(rope=0.2)))
        found = compared(session, member, [contest.first["logistic"], contest.first["tree"]])

    assert found.rope == 0.2
    assert found.pairs[0].test.equal > 0.95


def test_an_error_is_small_against_the_baselines(store: str, member: Member, contest: Contest) -> None:
    changed(tables.Project, tables.Project.id == contest.project.id, primary_metric="log_loss")

    with reading() as session:
        found = compared(session, member, [contest.first["logistic"], contest.first["tree"]])

    assert found.rope == pytest.approx(0.007)
    assert found.pairs[0].test.equal == 1.0


def test_models_on_other_rows_are_not_compared(sqlite_store: str, member: Member, contest: Contest) -> None:
    for asked in (compared, agreement_between):
        with reading() as session, pytest.raises(Conflict, match="different snapshots, so on different rows: refit"):
            asked(session, member, contest.apart)


@pytest.mark.parametrize(
    ("ids", "error", "sentence"), [([], Invalid, "2 models or more"), ([998, 999], NotFound, "no model 998")]
)
def test_strange_choices_are_refused(
    sqlite_store: str, member: Member, ids: list[int], error: type[Exception], sentence: str
) -> None:
    with reading() as session, pytest.raises(error, match=sentence):
        compared(session, member, ids)


def test_a_metric_that_too_few_folds_determine_compares_nothing(store: str, member: Member, contest: Contest) -> None:
    changed(tables.FoldResult, tables.FoldResult.fold > 0, scores={"accuracy": 0.5})

    with reading() as session:
        stands = standings(session, member, contest.run_id)
        with pytest.raises(Conflict, match="share fewer than 2 folds that determine F1"):
            compared(session, member, list(contest.first.values()))

    assert stands is not None
    assert [row.test for row in stands.rows] == [None] * 3


def test_a_model_without_folds_compares_with_nothing(store: str, member: Member, contest: Contest) -> None:
    with transaction() as session:
        session.execute(sa.delete(tables.FoldResult))

    with reading() as session, pytest.raises(Conflict, match="share fewer than 2 folds"):
        compared(session, member, list(contest.first.values()))


def test_a_leaderboard_says_who_is_in_the_band_whom_the_tests_tell_and_how_many_were_tried(
    store: str, member: Member, contest: Contest, now: datetime
) -> None:
    again = launched(member, contest.older, [triple(contest.first["tree"])], now)
    scored(again, {"tree": TREE}, now)  # no new triple: still 2 were tried

    with reading() as session:
        stands = standings(session, member, contest.run_id)

    assert stands is not None
    assert [row.model.algorithm for row in stands.rows] == ["logistic", "tree", "dummy"]
    assert [row.model for row in stands.band] == band_of([row.model for row in stands.rows])
    assert (stands.tried, stands.simplest.model.algorithm) == (2, "logistic")
    best, near, baseline = stands.rows
    assert (best.test, near.in_band, near.distinguishable) == (None, True, False)
    assert (baseline.in_band, baseline.distinguishable) == (False, True)
    assert baseline.test is not None
    assert baseline.p_adjusted == pytest.approx(2 * baseline.test.p)


def test_a_run_without_a_model_has_no_standings(
    sqlite_store: str, member: Member, contest: Contest, now: datetime
) -> None:
    run_id = launched(member, contest.older, [triple(contest.first["tree"])], now)

    with reading() as session:
        assert standings(session, member, run_id) is None


def test_models_are_made_comparable_on_the_newest_rows_and_only_once(
    store: str, member: Member, contest: Contest, now: datetime
) -> None:
    with transaction() as session:
        plan = alignment(session, member, contest.apart)
        run_id = make_comparable(session, member, contest.apart, now)
    with transaction() as session:
        waiting = alignment(session, member, contest.apart)
        with pytest.raises(Conflict, match="under way already"):
            make_comparable(session, member, contest.apart, now)
    refitted = scored(run_id, {"logistic": LOGISTIC}, now)
    with transaction() as session:
        done = alignment(session, member, contest.apart)
        with pytest.raises(Conflict, match="has its equal there already"):
            make_comparable(session, member, contest.apart, now)
        found = compared(session, member, list(done.there.values()))

    old, new = contest.apart
    assert (plan.snapshot_id, plan.refits, plan.under_way, plan.seed) == (contest.newer.id, (old,), None, 7)
    assert (plan.fits, plan.seconds) == (26, pytest.approx(12 * 2.5 * 2))  # twice the rows
    assert waiting.under_way == run_id
    assert (done.refits, done.under_way) == ((), None)
    assert dict(done.there) == {old: refitted["logistic"], new: new}
    assert {c.model.algorithm for c in found.models} == {"logistic", "naive_bayes"}


def test_what_its_triple_does_not_give_again_stays_and_the_other_comes_to_it(
    sqlite_store: str, member: Member, contest: Contest
) -> None:
    changed(tables.Run, tables.Run.id != contest.run_id, kind=RunKind.UPDATE.value)

    with reading() as session:
        newest = alignment(session, member, contest.apart)
    changed(tables.Run, tables.Run.id == contest.run_id, kind=RunKind.UPDATE.value)
    changed(tables.Run, tables.Run.id != contest.run_id, kind=RunKind.SELECTION.value)
    with reading() as session:
        oldest = alignment(session, member, contest.apart)

    old, new = contest.apart
    assert (newest.snapshot_id, newest.refits, newest.refused) == (contest.newer.id, (old,), ())
    assert (oldest.snapshot_id, oldest.refits, oldest.refused) == (contest.older.id, (new,), ())


def test_two_that_cannot_be_fitted_again_are_told_why(
    sqlite_store: str, member: Member, contest: Contest, now: datetime
) -> None:
    changed(tables.Run, tables.Run.id > 0, kind=RunKind.UPDATE.value)

    with transaction() as session:
        plan = alignment(session, member, contest.apart)
        with pytest.raises(Conflict, match="went on learning from new feedback"):
            make_comparable(session, member, contest.apart, now)

    assert (plan.refits, plan.fits, len(plan.refused)) == ((), 0, 1)


def test_an_ensemble_brings_those_of_its_members_that_have_no_model_there(
    sqlite_store: str, member: Member, contest: Contest, now: datetime
) -> None:
    best, second = (triple(contest.first[name]) for name in ("logistic", "tree"))
    ensemble = ensemble_of(EnsembleKind.VOTING, [best, second], {})
    run_id = launched(member, contest.older, [ensemble], now)
    made = scored(run_id, {ensemble.algorithm: LOGISTIC}, now)[ensemble.algorithm]

    with transaction() as session:
        plan = alignment(session, member, [made, contest.second["naive_bayes"]])
        refit = get_run(session, make_comparable(session, member, [made, contest.second["naive_bayes"]], now))

    assert plan.fits == refit.fits == 13 * 4  # the ensemble, two members, the baseline
    assert plan.seconds == pytest.approx(3 * 12 * 2.5 * 2)


def test_who_may_only_look_makes_nothing_comparable(
    sqlite_store: str, member: Member, contest: Contest, now: datetime
) -> None:
    viewer = replace(member, roles=frozenset({Role.VIEWER}))

    with transaction() as session, pytest.raises(Forbidden):
        make_comparable(session, viewer, contest.apart, now)
