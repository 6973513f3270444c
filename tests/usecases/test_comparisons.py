"""Models compared on the same rows and folds, and made comparable where they are not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
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
from mms.domain.projects import Policy, Project, ProjectChanges
from mms.domain.runs import Launch, RunKind
from mms.domain.snapshots import Snapshot
from mms.domain.triples import Triple
from mms.ml.comparison import holm, paired_test
from mms.usecases.comparisons import alignment, compared, make_comparable, standings
from mms.usecases.projects import edit_project
from mms.usecases.runs import launch_run
from tests.rows import BLOB
from tests.trained import ROWS, a_project, a_snapshot, more_points, triple_of

CHANCE = np.random.default_rng(3)
TREE, DUMMY = CHANCE.normal(0.8, 0.05, 12).round(4), CHANCE.normal(0.4, 0.05, 12).round(4)
LOGISTIC = (TREE + CHANCE.normal(0.005, 0.02, 12)).round(4)
OLDER = {"logistic": LOGISTIC, "tree": TREE, "dummy": DUMMY}
"""F1 on the folds of the older snapshot: the first two are nearly equal."""


@dataclass(frozen=True)
class Contest:
    """A project with models on two snapshots; ids by algorithm."""

    project: Project
    older: Snapshot
    newer: Snapshot
    run_id: int
    first: Mapping[str, int]
    second: Mapping[str, int]

    @property
    def apart(self) -> list[int]:
        """A model on the older rows and one on the newer."""
        return [self.first["logistic"], self.second["naive_bayes"]]


@pytest.fixture
def contest(member: Member, tmp_path: Path, now: datetime) -> Contest:
    project, later = a_project(member, tmp_path, now), now + timedelta(hours=ROWS)
    older = a_snapshot(member, project, now)
    more_points(member, project, later)
    newer = a_snapshot(member, project, later)
    run_id = launched(member, older, [triple_of(project, older, name) for name in ("logistic", "tree")], now)
    first = scored(run_id, OLDER, now)
    second = scored(
        launched(member, newer, [triple_of(project, newer, "naive_bayes")], now), {"naive_bayes": TREE}, now
    )
    return Contest(project, older, newer, run_id, first, second)


def launched(member: Member, snapshot: Snapshot, triples: Sequence[Triple], now: datetime) -> int:
    with transaction() as session:
        return launch_run(session, member, Launch(snapshot.id, tuple(triples)), now)


def scored(run_id: int, scores: Mapping[str, Sequence[float]], now: datetime) -> dict[str, int]:
    """Finish a run as if its triples had these F1 scores, by algorithm, on folds that grow with time."""
    models = {}
    with transaction() as session:
        run = session.get_one(tables.Run, run_id)
        run.state = "succeeded"
        if session.get(tables.Blob, BLOB) is None:
            session.add(tables.Blob(sha256=BLOB, size=0, complete=True, created_at=now))
            session.flush()
            artifact = tables.Artifact(
                sha256=BLOB, size=1, hmac="0" * 64, environment={}, created_at=now,
                signature={"inputs": [], "classes": [], "example": {}, "probability": True},
            )  # fmt: skip
            session.add(artifact)
            session.flush()
        artifact_id = session.scalars(sa.select(tables.Artifact.id)).one()
        places = session.execute(
            sa.select(tables.RunTriple, tables.Triple.content)
            .join(tables.Triple, tables.Triple.id == tables.RunTriple.triple_id)
            .where(tables.RunTriple.run_id == run_id)
        ).all()
        versions = session.scalar(sa.select(sa.func.count(tables.Model.id))) or 0
        for place, content in places:
            name = content["algorithm"]
            if name not in scores:
                continue
            versions += 1
            model = tables.Model(
                project_id=run.project_id, version=versions, run_id=run_id, run_triple_id=place.id,
                snapshot_id=run.snapshot_id, triple_id=place.triple_id, artifact_id=artifact_id, oof_blob=BLOB,
                algorithm=name, recipe="standard", hyperparameters={}, state="candidate", score=fmean(scores[name]),
                score_sd=stdev(scores[name]), build_seconds=1.0, artifact_size=1, seed=7, owner="ada",
                created_at=now, touched_at=now,
            )  # fmt: skip
            session.add(model)
            session.flush()
            models[name] = model.id
            session.add(
                tables.ModelScore(
                    model_id=model.id,
                    project_id=run.project_id,
                    metric="log_loss",
                    mean=-0.7,
                    sd=0,
                    minimum=0,
                    maximum=0,
                )
            )
            session.add_all(
                tables.FoldResult(
                    run_triple_id=place.id, fold=fold, n_train=10 * (fold + 1), n_validate=10, fit_seconds=2.0,
                    score_seconds=0.5, scores={"f1": float(score), "log_loss": -0.5}, train_scores={}, features=2,
                )
                for fold, score in enumerate(scores[name])
            )  # fmt: skip
    return models


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
    with reading() as session, pytest.raises(Conflict, match="different snapshots, so on different rows: refit"):
        compared(session, member, contest.apart)


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
