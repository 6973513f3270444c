"""An ensemble is a model like any other: its folds from stored rows, an artifact, a seat, a retraining."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from db.models import Model as ModelRow
from db.queries.ensembles import members_of
from db.queries.models import best_models, get_model, oof_frame
from db.queries.promotions import find_champion
from db.queries.runs import fold_results, get_run, run_triples, triples_of_run
from db.queries.snapshots import snapshot_frame
from db.session import reading, transaction
from mms.domain.ensembles import EnsembleDraft, EnsembleKind, ensemble_of
from mms.domain.errors import Conflict, Invalid
from mms.domain.jobs import JobState
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.predictions import Request
from mms.domain.projects import Project
from mms.domain.promotions import Seating
from mms.domain.runs import Launch, Origin, Retraining
from mms.domain.snapshots import FoldKind, Snapshot
from mms.settings import settings
from mms.usecases.ensembles import agreement_of, expected_score, launch_ensemble
from mms.usecases.fold_loop import FoldLoop
from mms.usecases.jobs import JobContext, claim
from mms.usecases.models import load_model
from mms.usecases.predictions import predict
from mms.usecases.promotions import promote
from mms.usecases.runs import launch_run, retrain
from mms.usecases.work import load_work
from tests.trained import a_project, a_snapshot, more_points, triple_of, work_off

pytestmark = pytest.mark.slow


def trained(
    member: Member, folder: Path, now: datetime, kind: FoldKind | None = None
) -> tuple[Project, Snapshot, list[Model]]:
    """Three models and the baseline on the points."""
    project = a_project(member, folder, now)
    snapshot = a_snapshot(member, project, now, kind)
    triples = tuple(triple_of(project, snapshot, name) for name in ("logistic", "naive_bayes", "tree"))
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, triples), now)
    work_off(now)
    return project, snapshot, models_of(project, "logistic", "naive_bayes", "tree")


def models_of(project: Project, *algorithms: str) -> list[Model]:
    with reading() as session:
        ranked = [one for one in best_models(session, project.id) if one.algorithm in algorithms]
        return [get_model(session, one.id) for one in sorted(ranked, key=lambda one: one.version)]


def ensemble(member: Member, project: Project, draft: EnsembleDraft, now: datetime) -> Model:
    with transaction() as session:
        launch_ensemble(session, member, draft, now)
    work_off(now)
    return models_of(project, draft.kind.value)[-1]


@pytest.mark.parametrize("folds", [FoldKind.BY_TIME, FoldKind.STRATIFIED])
@pytest.mark.parametrize("kind", EnsembleKind)
def test_an_ensemble_scores_as_foretold_and_answers_from_its_artifact(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime, kind: EnsembleKind, folds: FoldKind
) -> None:
    project, snapshot, members = trained(member, tmp_path, now, folds)
    draft = EnsembleDraft(tuple(model.id for model in members), kind)
    with reading() as session:
        foretold = expected_score(session, member, draft)

    made = ensemble(member, project, draft, now)

    with reading() as session:
        results = fold_results(session, [made.id, *draft.model_ids])
        oof = oof_frame(session, settings().cache, made.id)
        theirs = oof_frame(session, settings().cache, members[0].id)
        pipeline = load_model(session, made.id)[1]
        parts = [load_model(session, model.id)[1] for model in members]
        frame = snapshot_frame(session, settings().cache, snapshot)
        assert [one.id for one in members_of(session, made.ranked, made.triple)] == list(draft.model_ids)
    assert [result.fold for result in results[made.id]] == [-1, *range(12)]
    assert made.ranked.score == foretold.score
    assert made.ranked.score == pytest.approx(np.mean([result.scores["f1"] for result in results[made.id][1:]]))
    assert made.ranked.score_sd == pytest.approx(foretold.score_sd)
    assert foretold.best == max(model.ranked.score for model in members)
    assert oof[["row", "fold", "truth"]].equals(theirs[["row", "fold", "truth"]])
    assert results[made.id][5].features == sum(results[model.id][5].features or 0 for model in members)
    assert made.holdout is not None
    if kind is EnsembleKind.VOTING:
        mean = np.mean([part.predict_proba(frame) for part in parts], axis=0)
        np.testing.assert_allclose(pipeline.predict_proba(frame), mean)


def test_an_ensemble_takes_the_seat_answers_and_is_retrained_with_its_members(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    project, _, members = trained(member, tmp_path, now)
    made = ensemble(member, project, EnsembleDraft((members[0].id, members[1].id)), now)
    with transaction() as session:
        promote(session, member, Seating(made.id, "votes", against_advice=True), now)
        (answered,) = predict(session, member, project.id, [Request({"id": "new"}, {"x": 2.0, "y": 2.0})], now)
    later = now + timedelta(hours=130)
    more_points(member, project, later)

    with transaction() as session:
        run_id = retrain(session, member, Retraining(project.id), later)
    work_off(later)

    with reading() as session:
        run, triples = get_run(session, run_id), triples_of_run(session, run_id, "f1")
        champion = find_champion(session, project.id)
    assert answered.answer.label == "yes"
    assert champion is not None
    assert run.state is JobState.SUCCEEDED
    assert [(t.triple.algorithm, t.origin, t.state) for t in triples] == [
        ("dummy", Origin.BASELINE, JobState.SUCCEEDED),
        *((one.algorithm, Origin.MEMBER, JobState.SUCCEEDED) for one in made.triple.members),
        ("voting", Origin.CHAMPION, JobState.SUCCEEDED),
    ]
    assert triples[-1].triple == made.triple
    assert run.verdict is not None


def test_members_without_a_model_are_fitted_first(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    project, _, members = trained(member, tmp_path, now)
    triple = ensemble_of(EnsembleKind.VOTING, [model.triple for model in members[:2]])
    later = now + timedelta(hours=130)
    more_points(member, project, later)
    fresh = a_snapshot(member, project, later)

    with transaction() as session:
        run_id = launch_run(session, member, Launch(fresh.id, (members[0].triple, triple)), later)
    work_off(later)

    with reading() as session:
        triples = triples_of_run(session, run_id, "f1")
        asked = run_triples(session, run_id)
    assert [(t.triple.algorithm, t.origin) for t in triples] == [
        ("dummy", Origin.BASELINE),
        (members[0].triple.algorithm, Origin.SPACE),
        (members[1].triple.algorithm, Origin.MEMBER),
        ("voting", Origin.SPACE),
    ]
    assert all(t.state is JobState.SUCCEEDED for t in triples)
    assert asked == [members[0].triple, triple]


def test_an_ensemble_whose_member_is_gone_fails_alone_with_a_sentence(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    _, _, members = trained(member, tmp_path, now)
    with transaction() as session:
        run_id = launch_ensemble(session, member, EnsembleDraft((members[0].id, members[1].id)), now)
        session.get_one(ModelRow, members[1].id).deleted_at = now

    with pytest.raises(Invalid, match="No triple of run 2 became a model"):
        work_off(now)

    with reading() as session:
        baseline, failed = triples_of_run(session, run_id, "f1")
    assert (baseline.state, failed.state) == (JobState.SUCCEEDED, JobState.FAILED)
    assert f"The member '{members[1].triple.algorithm}' has no model on these rows" in (failed.error or "")


def test_a_run_taken_up_after_a_kill_makes_its_ensemble_once(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    project, _, members = trained(member, tmp_path, now)
    with transaction() as session:
        run_id = launch_ensemble(session, member, EnsembleDraft((members[0].id, members[1].id)), now)
        job = claim(session, "killed", now)
    assert job is not None
    work = load_work(JobContext(job, transaction, lambda: now))
    FoldLoop(work).run(work.triples)  # all but the end, then the worker is gone

    work_off(now + timedelta(minutes=1))

    with reading() as session:
        assert get_run(session, run_id).state is JobState.SUCCEEDED
    assert len(models_of(project, "voting")) == 1


def test_models_agree_and_the_best_vote_is_proposed(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    _, _, members = trained(member, tmp_path, now)
    ids = [model.id for model in members]

    with reading() as session:
        found, proposed = agreement_of(session, member, ids)

    assert {one.id for one in found.models} == set(ids)
    assert len(found.pairs) == 3
    assert len(proposed) >= 2
    assert set(proposed) <= set(ids)


def test_what_cannot_be_combined_is_refused(sqlite_store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    project, snapshot, members = trained(member, tmp_path, now)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, "svm"),)), now)
    work_off(now)
    more_points(member, project, now + timedelta(hours=130))
    fresh = a_snapshot(member, project, now + timedelta(hours=130))
    with transaction() as session:
        launch_run(session, member, Launch(fresh.id, (members[0].triple,)), now)
    work_off(now)
    (svm,), again = models_of(project, "svm"), models_of(project, members[0].triple.algorithm)[-1]
    refusals = [
        (EnsembleDraft((members[0].id, svm.id)), Invalid, f"v{svm.ranked.version} svm gives decision values that only"),
        (EnsembleDraft((members[0].id, again.id)), Conflict, "scored on different rows"),
        (EnsembleDraft((members[0].id, members[0].id)), Invalid, "Choose 2 to 20 models"),
    ]

    for draft, kind, words in refusals:
        with transaction() as session, pytest.raises(kind, match=words):
            launch_ensemble(session, member, draft, now)
    with transaction() as session:
        votes = ensemble_of(EnsembleKind.VOTING, [members[0].triple, svm.triple])
        run_id = launch_run(session, member, Launch(snapshot.id, (votes, members[1].triple)), now)
    work_off(now)
    with reading() as session:
        refused = triples_of_run(session, run_id, "f1")[-1]
    assert "The member 'svm' gives decision values that only rank" in (refused.error or "")
    stacked = ensemble(member, project, EnsembleDraft((members[0].id, svm.id), EnsembleKind.STACKING), now)
    assert stacked.signature.probability


def test_only_the_newest_model_of_a_triple_is_combined(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    project, snapshot, (first, other, _) = trained(member, tmp_path, now)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (first.triple,), seed=5), now)
    work_off(now)
    again = models_of(project, first.triple.algorithm)[-1]

    words = f"newest model .* of {first.ranked.name} that is {again.ranked.name}: combine that one"
    with pytest.raises(Conflict, match=words), transaction() as session:
        launch_ensemble(session, member, EnsembleDraft((first.id, other.id)), now)
    with transaction() as session:
        launch_ensemble(session, member, EnsembleDraft((again.id, other.id)), now)
