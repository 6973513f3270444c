"""A run makes models of its triples, each on the same folds, and each only after its artifact answered again."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.jobs import jobs, log_lines
from db.queries.models import get_model, oof_frame
from db.queries.projects import get_project
from db.queries.runs import fold_results, get_run, run_page
from db.queries.snapshots import snapshot_blocks
from db.session import reading, transaction
from mms.domain.errors import Conflict, Invalid
from mms.domain.jobs import JobKind, JobState
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import ProjectChanges
from mms.domain.runs import FINAL_FIT, Launch
from mms.domain.snapshots import FoldKind
from mms.domain.tables import InstanceDraft
from mms.domain.triples import Branch, Recipe, Step, Triple
from mms.ml.crew.serial import Serial
from mms.ml.prediction import predict_frame
from mms.ml.sharing import fits
from mms.settings import settings
from mms.usecases.fitting import fit_run
from mms.usecases.jobs import JobContext, claim
from mms.usecases.models import load_model
from mms.usecases.projects import edit_project
from mms.usecases.runs import launch_run
from mms.usecases.snapshots import load_instances
from mms.usecases.tables import declare_instances
from tests.trained import ROWS, a_project, a_snapshot, points, triple_of, work_off


class Ground:
    """A launched run of one triple beside the baseline."""

    def __init__(
        self,
        member: Member,
        folder: Path,
        now: datetime,
        *,
        timed: bool = True,
        features: tuple[str, ...] | None = None,
        **kind: FoldKind,
    ) -> None:
        self.project = a_project(member, folder, now, timed=timed)
        if features is not None:
            with transaction() as session:
                draft = InstanceDraft("points", "side", ("id",), "at", features=features)
                declare_instances(session, member, self.project.id, draft, now)
        self.snapshot = a_snapshot(member, self.project, now, **kind)
        self.member, self.now = member, now

    def launch(self, *algorithms: str) -> int:
        triples = [triple_of(self.project, self.snapshot, name) for name in algorithms]
        with transaction() as session:
            return launch_run(session, self.member, Launch(self.snapshot.id, tuple(triples)), self.now)


def blind_triple(ground: Ground) -> Triple:
    """A triple that scikit-learn refuses: its recipe takes nothing but the time, and of that no part."""
    calendar = Step("calendar", dict.fromkeys(("hour", "weekday", "month"), False))
    recipe = Recipe("blind", (Branch("time", (calendar,)),))
    return replace(triple_of(ground.project, ground.snapshot, "tree"), recipe=recipe)


def models_of(run_id: int) -> list[Model]:
    with reading() as session:
        ids = session.scalars(sa.select(tables.Model.id).where(tables.Model.run_id == run_id).order_by(tables.Model.id))
        return [get_model(session, model_id) for model_id in ids]


@pytest.mark.slow
def test_every_triple_becomes_a_model_with_twelve_folds_and_a_final_fit(
    store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    ground = Ground(member, tmp_path, now)
    run_id = ground.launch("logistic")

    work_off(now)

    dummy, logistic = models_of(run_id)
    assert (dummy.ranked.algorithm, logistic.ranked.algorithm) == ("dummy", "logistic")
    assert (dummy.ranked.version, logistic.ranked.version) == (1, 2)
    with reading() as session:
        folds = fold_results(session, [logistic.id])[logistic.id]
        page = run_page(session, run_id)
    assert [fold.fold for fold in folds] == [FINAL_FIT, *range(12)]
    assert logistic.ranked.score == pytest.approx(np.mean([fold.scores["f1"] for fold in folds[1:]]))
    assert logistic.ranked.score > dummy.ranked.score
    assert page.run.state is JobState.SUCCEEDED
    assert (page.run.progress.done, page.run.progress.total) == (26, 26)
    assert [triple.triple.algorithm for triple in page.triples] == ["logistic", "dummy"]
    assert [triple.folds_done for triple in page.triples] == [12, 12]


@pytest.mark.slow
def test_models_are_ranked_by_the_primary_metric_also_when_it_is_changed(
    store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    ground = Ground(member, tmp_path, now)
    run_id = ground.launch("logistic")
    work_off(now)

    with transaction() as session:
        edit_project(session, member, ground.project.id, ProjectChanges(primary_metric="log_loss"))

    for model in models_of(run_id):
        summary = next(s for s in model.scores if s.metric == "log_loss")
        assert (model.ranked.score, model.ranked.score_sd) == (summary.mean, summary.sd)
    with transaction() as session:
        session.execute(sa.delete(tables.ModelScore).where(tables.ModelScore.metric == "roc_auc"))
    with pytest.raises(Conflict, match="2 models were never scored by ROC AUC"), transaction() as session:
        edit_project(session, member, ground.project.id, ProjectChanges(primary_metric="roc_auc"))
    with reading() as session:
        assert get_project(session, member, ground.project.id).primary_metric == "log_loss"


@pytest.mark.slow
def test_out_of_fold_rows_are_those_of_the_fold_plan(store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    ground = Ground(member, tmp_path, now)
    run_id = ground.launch("logistic")

    work_off(now)

    model = models_of(run_id)[1]
    with reading() as session:
        oof = oof_frame(session, settings().cache, model.id)
        blocks = snapshot_blocks(session, ground.snapshot)
    assert oof["row"].tolist() == np.flatnonzero(blocks > 0).tolist()
    assert (oof["fold"].to_numpy() == blocks[oof["row"]] - 1).all()


@pytest.mark.slow
def test_out_of_fold_rows_are_stored_once(store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    ground = Ground(member, tmp_path, now)
    run_id = ground.launch("logistic")

    work_off(now)

    snapshot = {ground.snapshot.data_blob, ground.snapshot.folds_blob}
    made = {sha256 for model in models_of(run_id) for sha256 in (model.artifact_sha, model.oof_sha)}
    with reading() as session:
        told = sa.select(tables.Model.importances_blob).where(tables.Model.importances_blob.is_not(None))
        made |= set(session.scalars(told))
        assert set(session.scalars(sa.select(tables.Blob.sha256))) == snapshot | made
        assert set(session.scalars(sa.select(tables.BlobChunk.sha256))) == snapshot | made


@pytest.mark.slow
def test_the_hold_out_is_the_newest_three_blocks_of_time(
    store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    by_time = Ground(member, tmp_path, now)
    run_id = by_time.launch("logistic")

    work_off(now)

    holdout = models_of(run_id)[1].holdout
    assert holdout is not None
    assert holdout.time_from == now - timedelta(hours=30)
    assert holdout.time_to == now - timedelta(hours=1)
    assert holdout.sums.labelled == 30


@pytest.mark.slow
def test_shuffled_folds_get_their_hold_out_from_one_more_fit_on_older_rows(
    store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    ground = Ground(member, tmp_path, now, kind=FoldKind.STRATIFIED)
    run_id = ground.launch("neighbours")

    work_off(now)

    holdout = models_of(run_id)[1].holdout
    assert holdout is not None
    assert (holdout.time_from, holdout.sums.labelled) == (now - timedelta(hours=30), 30)


@pytest.mark.slow
def test_older_rows_of_one_class_teach_nothing_of_the_newest_ones_and_stop_no_triple(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = points(now)
    frame["side"] = ["no"] * (ROWS - 30) + ["yes", "no"] * 15
    monkeypatch.setattr("tests.trained.points", lambda _: frame)
    ground = Ground(member, tmp_path, now, kind=FoldKind.STRATIFIED)
    run_id = ground.launch("neighbours")

    work_off(now)

    assert models_of(run_id)[1].holdout is None


@pytest.mark.slow
def test_without_a_time_there_is_no_hold_out(store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    ground = Ground(member, tmp_path, now, timed=False)
    run_id = ground.launch("logistic")

    work_off(now)

    assert [model.holdout for model in models_of(run_id)] == [None, None]


@pytest.mark.slow
def test_the_stored_artifact_answers(store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    ground = Ground(member, tmp_path, now)
    run_id = ground.launch("logistic")
    work_off(now)
    ranked = models_of(run_id)[1]

    with reading() as session:
        model, pipeline = load_model(session, ranked.id)
        instances = load_instances(session, ground.snapshot.id)
    predicted = predict_frame(
        pipeline, instances.features, instances.task, model.signature.classes, instances.positive, model.threshold
    )

    accuracy = next(score for score in model.scores if score.metric == "accuracy")
    assert (predicted.labels == instances.target.to_numpy()).mean() == pytest.approx(accuracy.final)


@pytest.mark.slow
def test_a_pipeline_that_answers_otherwise_once_it_was_loaded_becomes_no_model(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = Ground(member, tmp_path, now)
    run_id = ground.launch("logistic")
    loaded = fits.load_pipeline

    def damaged(source: Any) -> Any:
        pipeline = loaded(source)
        estimator = pipeline[-1]
        if hasattr(estimator, "coef_"):
            estimator.coef_ = estimator.coef_ + 1e-6
        return pipeline

    monkeypatch.setattr(fits, "load_pipeline", damaged)
    with pytest.raises(Invalid, match="answers differently"):
        work_off(now)

    with reading() as session:
        failed = next(t for t in run_page(session, run_id).triples if t.triple.algorithm == "logistic")
    assert (failed.state, failed.model_id) == (JobState.FAILED, None)
    assert [model.ranked.algorithm for model in models_of(run_id)] == ["dummy"]


class AllAtOnce(Serial):
    """Calls are done before anybody asks, so that many end in one batch, in no order."""

    workers = 4


@pytest.mark.slow
def test_what_ends_at_the_same_time_is_stored_in_whatever_order_it_comes(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = Ground(member, tmp_path, now, kind=FoldKind.STRATIFIED)
    monkeypatch.setattr("mms.usecases.crews.Serial", AllAtOnce)
    run_id = ground.launch("logistic", "tree", "neighbours", "naive_bayes")

    work_off(now)

    assert len(models_of(run_id)) == 5
    with reading() as session:
        triples = run_page(session, run_id).triples
    assert {(triple.state, triple.folds_done) for triple in triples} == {(JobState.SUCCEEDED, 12)}


@pytest.mark.slow
def test_a_triple_that_fails_keeps_its_error_and_the_run_goes_on(
    store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    ground = Ground(member, tmp_path, now, features=("x", "y", "at"))
    with transaction() as session:
        triples = [blind_triple(ground), triple_of(ground.project, ground.snapshot, "logistic")]
        run_id = launch_run(session, member, Launch(ground.snapshot.id, tuple(triples)), now)

    context = work_off(now)

    with reading() as session:
        page = run_page(session, run_id)
        lines = log_lines(session, context.job.id)
    failed = next(t for t in page.triples if t.triple.algorithm == "tree")
    assert failed.state is JobState.FAILED
    assert failed.model_id is None
    assert "0 feature(s)" in (failed.error or "")
    assert page.run.state is JobState.SUCCEEDED
    assert page.run.progress.share == 1
    assert [model.ranked.algorithm for model in models_of(run_id)] == ["dummy", "logistic"]
    assert any(line.level == "error" and "tree" in line.message for line in lines)


@pytest.mark.slow
def test_a_run_of_which_only_the_baseline_works_fails_with_a_sentence(
    store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    ground = Ground(member, tmp_path, now, features=("x", "y", "at"))
    with transaction() as session:
        launch_run(session, member, Launch(ground.snapshot.id, (blind_triple(ground),)), now)

    with pytest.raises(Invalid, match="No triple of run 1 became a model. The first said: "):
        work_off(now)


@pytest.mark.slow
def test_a_run_that_is_taken_up_again_fits_no_finished_fold_twice(
    store: str, member: Member, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = Ground(member, tmp_path, now)
    run_id = ground.launch("logistic")
    stop_after(monkeypatch, records=17)
    with transaction() as session:
        first = claim(session, "first", now)
    assert first is not None
    with pytest.raises(KeyboardInterrupt):
        fit_run(JobContext(first, transaction, lambda: now))
    monkeypatch.undo()
    monkeypatch.setenv("MMS_HOME", str(tmp_path))
    monkeypatch.setenv("MMS_DATABASE_URL", store)
    with transaction() as session:
        session.execute(sa.update(tables.Job).values(lease_until=now - timedelta(days=9999)))

    before = stored_fits()

    work_off(now)

    after = stored_fits()
    with reading() as session:
        assert get_run(session, run_id).state is JobState.SUCCEEDED
    assert len(before) == 17
    assert len(after) == 26
    assert before.items() <= after.items()


def stored_fits() -> dict[tuple[int, int], float]:
    """How long each stored fit took: no two take equally long."""
    with reading() as session:
        return {(row.run_triple_id, row.fold): row.fit_seconds for row in session.scalars(sa.select(tables.FoldResult))}


def stop_after(monkeypatch: pytest.MonkeyPatch, records: int) -> None:
    """Interrupt a job right after a number of checkpoints, as a killed process would be."""
    whole, left = JobContext.record, [records]

    def record(self: JobContext, *args: Any) -> None:
        whole(self, *args)
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    monkeypatch.setattr(JobContext, "record", record)


@pytest.mark.slow
def test_the_best_model_gets_its_pictures(store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    ground = Ground(member, tmp_path, now)
    run_id = ground.launch("logistic")

    work_off(now)

    with reading() as session:
        asked = [job.arguments for job in jobs(session) if job.kind is JobKind.PICTURES]
    assert asked == [{"model_id": models_of(run_id)[1].id}]
