"""An update goes on where its parent stopped: partial_fit on the rows that are new, and on nothing else."""

from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from db.queries.models import best_models, get_model, oof_frame
from db.queries.promotions import advice_for
from db.queries.runs import get_run, run_page
from db.queries.snapshots import get_snapshot, snapshot_blocks, snapshot_frame
from db.queries.tables import get_table_named
from db.session import reading, transaction
from mms.domain.errors import Conflict, Forbidden, Invalid
from mms.domain.jobs import JobState
from mms.domain.members import Member, Role
from mms.domain.models import RankedModel
from mms.domain.predictions import Feedback, Request
from mms.domain.projects import Project
from mms.domain.promotions import Seating
from mms.domain.runs import Launch, RunKind
from mms.domain.snapshots import Snapshot
from mms.settings import settings
from mms.usecases.feedback import record_feedback
from mms.usecases.models import load_model
from mms.usecases.predictions import predict
from mms.usecases.promotions import promote
from mms.usecases.refits import new_rows, update_model
from mms.usecases.runs import launch_run
from mms.usecases.snapshots import load_instances
from mms.usecases.tables import append_rows
from tests.trained import ROWS, a_project, a_snapshot, more_points, points, triple_of, work_off

pytestmark = pytest.mark.slow


def trained(member: Member, folder: Path, now: datetime, algorithm: str) -> tuple[Project, Snapshot, RankedModel]:
    project = a_project(member, folder, now)
    snapshot = a_snapshot(member, project, now)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, algorithm),)), now)
    work_off(now)
    with transaction() as session:
        (model,) = best_models(session, project.id, algorithm=algorithm)
        promote(session, member, Seating(model.id, "the first one"), now)
    return project, snapshot, model


def test_an_update_equals_partial_fit_by_hand_and_is_judged_against_its_parent(
    store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    project, before, parent = trained(member, tmp_path, now, "sgd")
    later = now + timedelta(hours=ROWS)
    more_points(member, project, later)

    with transaction() as session:
        run_id = update_model(session, member, parent.id, later)
    with pytest.raises(Conflict, match="is not updated: run 2 is at it already"), transaction() as session:
        update_model(session, member, parent.id, later)
    work_off(later)

    with reading() as session:
        run = get_run(session, run_id)
        assert run.snapshot_id is not None
        model_id = run_page(session, run_id).triples[0].model_id
        assert model_id is not None
        snapshot = get_snapshot(session, run.snapshot_id)
        frame, blocks = snapshot_frame(session, settings().cache, snapshot), snapshot_blocks(session, snapshot)
        instances, model = load_instances(session, snapshot.id), get_model(session, model_id)
        old, new = load_model(session, parent.id)[1], load_model(session, model_id)[1]
        oof, advice = oof_frame(session, settings().cache, model_id), advice_for(session, model_id)

    def continued(rows: np.ndarray) -> np.ndarray:
        pipeline = deepcopy(old)
        features = pipeline[:-1].transform(instances.features.iloc[rows])
        pipeline[-1].partial_fit(features, instances.target.to_numpy(dtype=np.str_)[rows])
        return np.asarray(pipeline[-1].coef_)

    assert (run.kind, run.state) == (RunKind.UPDATE, JobState.SUCCEEDED)
    assert (model.parent_id, model.ranked.version) == (parent.id, parent.version + 1)
    assert snapshot.row_count == ROWS
    assert frame["at"].min() > before.time_to
    assert new[-1].coef_ == pytest.approx(continued(np.arange(ROWS)))
    assert oof["row"].tolist() == np.flatnonzero(blocks > 0).tolist()
    assert advice.champion is not None
    assert advice.evidence is not None
    assert advice.evidence.rows == 30


def test_a_model_that_cannot_go_on_or_has_nothing_new_says_why(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    project, snapshot, tree = trained(member, tmp_path, now, "tree")
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, "sgd"),)), now)
    work_off(now)
    with reading() as session:
        (sgd,) = best_models(session, project.id, algorithm="sgd")
        found = new_rows(session, get_model(session, sgd.id), now)
    assert found.rows == 0

    for model_id, words in ((tree.id, "tree learns all rows at once"), (sgd.id, "0 labelled rows are newer than snap")):
        with pytest.raises(Conflict, match=words), transaction() as session:
            update_model(session, member, model_id, now)
    with pytest.raises(Forbidden), transaction() as session:
        update_model(session, Member(9, "v", "Vera", frozenset({Role.VIEWER})), sgd.id, now)


def test_new_rows_with_other_classes_stop_an_update_in_a_sentence(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    project, _, parent = trained(member, tmp_path, now, "sgd")
    later = now + timedelta(hours=ROWS)
    renamed = points(later, seed=2).replace({"side": {"no": "never"}})
    with transaction() as session:
        table = get_table_named(session, project.id, "points")
        append_rows(session, member, table.id, renamed.to_dict("records"), later)
        update_model(session, member, parent.id, later)

    with pytest.raises(Invalid, match="cannot learn on: it knows the classes no, yes, and the new rows hold never, ye"):
        work_off(later)


def test_feedback_is_what_an_update_learns(sqlite_store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    project, _, model = trained(member, tmp_path, now, "sgd")
    later = now + timedelta(hours=ROWS)
    rows = points(later, seed=2).to_dict("records")
    asked = [Request({"id": r["id"]}, {"x": r["x"], "y": r["y"]}, datetime.fromisoformat(r["at"])) for r in rows]
    with transaction() as session:
        answers = predict(session, member, project.id, asked, later)
        assert new_rows(session, get_model(session, model.id), later).rows == 0, "what was only asked teaches nothing"
        truths = [Feedback(a.id, r["side"], later) for a, r in zip(answers, rows, strict=True)]
        record_feedback(session, member, project.id, truths, later)
        assert new_rows(session, get_model(session, model.id), later).rows == ROWS
        run_id = update_model(session, member, model.id, later)
    work_off(later)

    with reading() as session:
        run = get_run(session, run_id)
        assert run.snapshot_id is not None
        taken = snapshot_frame(session, settings().cache, get_snapshot(session, run.snapshot_id))
        made = run_page(session, run_id).triples[0].model_id
        assert made is not None
        assert get_model(session, made).parent_id == model.id
    assert taken.set_index("id")["side"].to_dict() == {r["id"]: r["side"] for r in rows}
