"""Hold-outs: rows that no fold and no final fit saw, opened once for each model, when it is promoted."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.models import best_models, get_model, oof_frame
from db.queries.openings import holdout_view, openings
from db.queries.promotions import advice_for, promotions
from db.queries.runs import fold_results, run_page
from db.queries.snapshots import snapshot_blocks
from db.session import reading, transaction
from mms.domain.errors import Conflict
from mms.domain.jobs import JobState
from mms.domain.members import Member
from mms.domain.models import RankedModel
from mms.domain.promotions import Seating
from mms.domain.runs import FINAL_FIT, Launch
from mms.domain.segments import SegmentDraft
from mms.domain.snapshots import HELD_OUT, FoldKind, HoldoutKind, HoldoutPlan, Snapshot
from mms.domain.tables import Condition, Operator
from mms.ml.metrics import score_all
from mms.ml.prediction import predict_frame
from mms.settings import settings
from mms.usecases.models import load_model, set_threshold
from mms.usecases.openings import look_at_holdout, open_holdout
from mms.usecases.promotions import promote
from mms.usecases.refits import refit_model
from mms.usecases.runs import launch_run
from mms.usecases.segments import create_segment
from mms.usecases.snapshots import load_instances
from mms.usecases.work import Work, load_work
from tests.trained import a_project, a_snapshot, triple_of, work_off

pytestmark = pytest.mark.slow

NEWEST = HoldoutPlan(HoldoutKind.NEWEST, 0.2)


def trained(member: Member, folder: Path, now: datetime, *algorithms: str) -> tuple[Snapshot, list[RankedModel]]:
    """A snapshot with its newest fifth held out, and a model of each algorithm (the baseline left out)."""
    project = a_project(member, folder, now)
    snapshot = a_snapshot(member, project, now, holdout=NEWEST)
    triples = [triple_of(project, snapshot, name) for name in algorithms]
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, tuple(triples)), now)
    work_off(now)
    with reading() as session:
        models = [one for one in best_models(session, project.id) if one.algorithm in algorithms]
    return snapshot, sorted(models, key=lambda model: algorithms.index(model.algorithm))


def seat(member: Member, model_id: int, now: datetime) -> int:
    with transaction() as session:
        return promote(session, member, Seating(model_id, "said so", against_advice=True), now)


def test_a_hold_out_is_opened_once_for_a_model_at_its_promotion_and_recorded(
    store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    snapshot, (first, second) = trained(member, tmp_path, now, "logistic", "tree")
    with reading() as session:
        before = holdout_view(session, first.id)

    promotion = seat(member, first.id, now)
    seat(member, second.id, now)
    seat(member, first.id, now)

    with reading() as session:
        looks = openings(session, snapshot.id)
        view = holdout_view(session, first.id)
        blocks = snapshot_blocks(session, snapshot)
        model, pipeline = load_model(session, first.id)
        instances = load_instances(session, snapshot.id)
    held = np.flatnonzero(blocks == HELD_OUT)
    predicted = predict_frame(
        pipeline, instances.features.iloc[held], instances.task, model.signature.classes, instances.positive, None
    )
    expected = score_all(
        instances.task, instances.target.to_numpy()[held], predicted, model.signature.classes, instances.positive
    )
    assert before.opens
    assert (before.rows, len(held)) == (26, 26)
    assert [look.model_id for look in looks] == [second.id, first.id]
    assert view.opening is not None
    assert not view.opens
    assert view.opening.promotion_id == promotion
    assert (view.opening.rows, view.opening.opened_by) == (26, member.display_name)
    assert view.opening.scores == pytest.approx(expected)


def test_a_look_that_was_taken_before_is_recorded_unless_the_model_answers_otherwise_by_now(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    _, (first, second) = trained(member, tmp_path, now, "logistic", "naive_bayes")
    with reading() as session:
        looks = [look_at_holdout(session, member, model.id) for model in (first, second)]
    with transaction() as session:
        set_threshold(session, member, second.id, 0.99, now)

    for model, look in zip((first, second), looks, strict=True):
        assert look is not None
        marked = replace(look, scores={"f1": 0.125})
        with transaction() as session:
            promote(session, member, Seating(model.id, "said so", against_advice=True), now, marked)

    with reading() as session:
        one, other = (holdout_view(session, model.id).opening for model in (first, second))
        assert look_at_holdout(session, member, first.id) is None
    assert one is not None
    assert other is not None
    assert one.scores == {"f1": 0.125}
    assert looks[1] is not None
    assert 0 <= other.scores["f1"] < looks[1].scores["f1"]
    assert other.scores["f1"] != 0.125


def test_neither_folds_nor_final_fit_nor_newest_rows_touch_the_hold_out(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    snapshot, (first,) = trained(member, tmp_path, now, "logistic")

    with reading() as session:
        blocks = snapshot_blocks(session, snapshot)
        oof = oof_frame(session, settings().cache, first.id)
        fits = {result.fold: result for result in fold_results(session, [first.id])[first.id]}
        model, times = get_model(session, first.id), load_instances(session, snapshot.id).time
    assert times is not None
    held = set(np.flatnonzero(blocks == HELD_OUT))
    assert not held & set(oof["row"])
    assert fits[FINAL_FIT].n_train == snapshot.row_count - len(held)
    assert max(fit.n_train + fit.n_validate for number, fit in fits.items() if number >= 0) <= 130 - len(held)
    assert model.holdout is not None
    assert model.holdout.time_to < times[sorted(held)].min()


@pytest.mark.parametrize("scope", ["global", "segment:right"])
def test_nothing_that_a_run_works_with_holds_a_row_of_the_hold_out(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime, scope: str
) -> None:
    project = a_project(member, tmp_path, now)
    holdout = HoldoutPlan(HoldoutKind.RANDOM, 0.2)
    snapshot = a_snapshot(member, project, now, FoldKind.STRATIFIED, holdout)
    with transaction() as session:
        rule = (Condition("x", Operator.GT, -1.0),)
        create_segment(session, member, project.id, SegmentDraft("right", rule), now)
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, "logistic"),), scope=scope), now)
    works: list[Work] = []

    work_off(now, until=lambda context: works.append(load_work(context)))

    (work,) = works
    with reading() as session:
        blocks = snapshot_blocks(session, snapshot)
    assert work.newest is not None
    touched = [work.rows, work.newest, *(part for split in work.splits for part in (split.train, split.validate))]
    assert (blocks[np.concatenate(touched)] != HELD_OUT).all()
    assert (blocks == HELD_OUT).sum() == 26
    assert len(work.rows) == (104 if scope == "global" else (work.instances.features["x"][blocks >= 0] > -1).sum())


def test_an_opening_is_undone_with_its_promotion(store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    snapshot, (first,) = trained(member, tmp_path, now, "logistic")

    with pytest.raises(RuntimeError, match="the power went"), transaction() as session:
        promote(session, member, Seating(first.id, "said so"), now)
        assert len(openings(session, snapshot.id)) == 1
        raise RuntimeError("the power went")

    with reading() as session:
        assert openings(session, snapshot.id) == []
        assert promotions(session, first.project_id) == []


def test_without_a_hold_out_nothing_is_opened(sqlite_store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    project = a_project(member, tmp_path, now)
    snapshot = a_snapshot(member, project, now)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, "logistic"),)), now)
    work_off(now)
    with reading() as session:
        (model,) = best_models(session, project.id, algorithm="logistic")

    seat(member, model.id, now)

    with transaction() as session:
        assert open_holdout(session, member, model.id, None, now) is None
        assert openings(session, snapshot.id) == []
    with pytest.raises(Conflict, match="so it learned from all rows already"), transaction() as session:
        refit_model(session, member, model.id, now)


def test_a_refit_is_a_new_version_on_all_rows_with_the_folds_of_its_parent(
    store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    snapshot, (first,) = trained(member, tmp_path, now, "tree")
    with pytest.raises(Conflict, match="its hold-out is closed still"), transaction() as session:
        refit_model(session, member, first.id, now)
    seat(member, first.id, now)

    with transaction() as session:
        run_id = refit_model(session, member, first.id, now)
    with pytest.raises(Conflict, match="is not refitted: run 2 is at it already"), transaction() as session:
        refit_model(session, member, first.id, now)
    work_off(now)

    with reading() as session:
        page = run_page(session, run_id)
        refit_id = page.triples[0].model_id
        assert refit_id is not None
        parent, refit = get_model(session, first.id), get_model(session, refit_id)
        folds = fold_results(session, [first.id, refit_id])
        rows = [oof_frame(session, settings().cache, model_id) for model_id in (first.id, refit_id)]
        view, advice = holdout_view(session, refit_id), advice_for(session, refit_id)
        blobs = session.execute(
            sa.select(tables.Model.importances_blob, tables.Model.id).order_by(tables.Model.id)
        ).all()
    assert page.run.state is JobState.SUCCEEDED
    assert (refit.parent_id, refit.ranked.version) == (first.id, parent.ranked.version + 1)
    assert refit.ranked.score == parent.ranked.score
    assert refit.scores[0].mean == parent.scores[0].mean
    assert folds[refit_id][1:] == folds[first.id][1:]
    assert (folds[first.id][0].n_train, folds[refit_id][0].n_train) == (104, 130)
    assert rows[0].equals(rows[1])
    assert refit.artifact_sha != parent.artifact_sha
    assert all(blob for blob, model_id in blobs if model_id in (first.id, refit_id))
    assert (view.contained, view.opens) == (True, False)
    assert advice.verdict.promote
    assert "refitted on all rows" in advice.verdict.reason
    seat(member, refit_id, now)
    with reading() as session:
        assert len(openings(session, snapshot.id)) == 1
    with (
        pytest.raises(Conflict, match=f"its refit is there already: v{refit.ranked.version}"),
        transaction() as session,
    ):
        refit_model(session, member, first.id, now)
