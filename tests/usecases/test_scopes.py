"""Scopes in training: only the scope's rows, the same blocks, and the global champion on those very rows."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from db.queries.models import best_models, get_model, oof_frame
from db.queries.promotions import advice_for
from db.queries.runs import fold_results, get_run, live_run
from db.queries.snapshots import snapshot_blocks, snapshot_frame
from db.session import reading, transaction
from mms.domain.errors import Conflict, Invalid, NotFound
from mms.domain.jobs import JobState
from mms.domain.members import Member
from mms.domain.projects import Policy, Project, ProjectChanges
from mms.domain.promotions import Seating
from mms.domain.references import reference_from_json
from mms.domain.runs import FINAL_FIT, Launch
from mms.domain.segments import SegmentDraft
from mms.domain.snapshots import Dealing, FoldKind, HoldoutKind, HoldoutPlan, Selection, Snapshot
from mms.domain.tables import Condition, FileProject, InstanceDraft, Operator
from mms.ml.metrics import score_all
from mms.settings import settings
from mms.usecases.fan_out import fan_out, planned_fan_out
from mms.usecases.fitted import predicted_of
from mms.usecases.projects import edit_project
from mms.usecases.promotions import promote
from mms.usecases.runs import launch_run
from mms.usecases.segments import create_segment
from mms.usecases.snapshots import load_instances, take_snapshot
from mms.usecases.tables import declare_instances, project_from_file
from tests.trained import points, triple_of, work_off

SIZES = {"north": 120, "south": 60, "west": 10}
"""Rows of each ward."""


@pytest.fixture
def ground(sqlite_store: str, member: Member, now: datetime, tmp_path: Path) -> tuple[Project, Snapshot]:
    return wards(member, tmp_path, now)


def wards(member: Member, folder: Path, now: datetime) -> tuple[Project, Snapshot]:
    """Points in wards; the snapshot holds a random tenth out."""
    rows = sum(SIZES.values())
    names = np.random.default_rng(0).permutation(np.repeat(list(SIZES), list(SIZES.values())))
    points(now, rows).drop(columns="at").assign(ward=names).to_csv(folder / "points.csv", index=False)
    source = FileProject("Points", folder / "points.csv", "side", ("id",), "", "", positive_class="yes")
    with transaction() as session:
        project = project_from_file(session, member, source, now)
    dealing = Dealing(FoldKind.STRATIFIED, holdout=HoldoutPlan(HoldoutKind.RANDOM, 0.1))
    return project, take_snapshot(transaction, member, project.id, Selection(), now, dealing)


def launched(member: Member, project: Project, snapshot: Snapshot, now: datetime, scope: str = "global") -> int:
    launch = Launch(snapshot.id, (triple_of(project, snapshot, "logistic"),), scope=scope)
    with transaction() as session:
        return launch_run(session, member, launch, now)


def model_of(project: Project, run_id: int) -> int:
    with reading() as session:
        return best_models(session, project.id, 1, algorithm="logistic", run_id=run_id)[0].id


@pytest.mark.slow
def test_a_run_in_a_scope_learns_from_and_is_scored_on_its_rows_only(
    ground: tuple[Project, Snapshot], member: Member, now: datetime
) -> None:
    project, snapshot = ground
    run_id = launched(member, project, snapshot, now, "group:ward=north")

    work_off(now)

    model_id = model_of(project, run_id)
    with reading() as session:
        ward = snapshot_frame(session, settings().cache, snapshot)["ward"].to_numpy()
        blocks = snapshot_blocks(session, snapshot)
        oof = oof_frame(session, settings().cache, model_id)
        fits = fold_results(session, [model_id])[model_id]
        model, run = get_model(session, model_id), get_run(session, run_id)
    own = np.flatnonzero((ward == "north") & (blocks >= 0))
    assert run.state is JobState.SUCCEEDED
    assert (run.scope, model.ranked.scope) == ("group:ward=north", "group:ward=north")
    assert oof["row"].tolist() == own.tolist()
    assert (oof["fold"].to_numpy() == blocks[own]).all()
    assert next(fit.n_train for fit in fits if fit.fold == FINAL_FIT) == len(own)


@pytest.mark.slow
def test_a_scopes_run_shows_the_global_champion_on_the_same_rows_and_folds(
    ground: tuple[Project, Snapshot], member: Member, now: datetime
) -> None:
    project, snapshot = ground
    whole = launched(member, project, snapshot, now)
    work_off(now)
    champion = model_of(project, whole)
    with transaction() as session:
        promote(session, member, Seating(champion, "said so"), now)

    run_id = launched(member, project, snapshot, now, "group:ward=north")
    work_off(now)

    model_id = model_of(project, run_id)
    with transaction() as session:
        reference = reference_from_json(live_run(session, run_id).reference)
        own, theirs = (oof_frame(session, settings().cache, id_) for id_ in (model_id, champion))
        instances = load_instances(session, snapshot.id)
        promote(session, member, Seating(champion, "for a start", "group:ward=north"), now)
        advice = advice_for(session, model_id, "group:ward=north")
    scores = []
    for _, rows in theirs[theirs["row"].isin(own["row"])].groupby("fold"):
        predicted = predicted_of(rows, instances.classes)
        truth = rows["truth"].to_numpy()
        told = score_all(instances.task, truth, predicted, instances.classes, instances.positive)
        scores += [told["f1"]] if "f1" in told else []
    assert reference is not None
    assert reference.champion_model_id == champion
    assert (reference.rows, reference.same_folds) == (len(own), True)
    assert reference.score == pytest.approx(np.mean(scores))
    assert reference.score_sd == pytest.approx(np.std(scores, ddof=1))
    assert advice.evidence is not None
    assert advice.evidence.champion == pytest.approx(reference.score)
    assert advice.evidence.source == "the same 12 folds of these rows"


@pytest.mark.slow
def test_without_a_champion_a_scopes_run_says_so(
    ground: tuple[Project, Snapshot], member: Member, now: datetime
) -> None:
    project, snapshot = ground
    run_id = launched(member, project, snapshot, now, "group:ward=south")

    work_off(now)

    with reading() as session:
        reference = reference_from_json(live_run(session, run_id).reference)
    assert reference is not None
    assert (reference.score, reference.why_not) == (None, "no champion answers for all rows yet")


@pytest.mark.slow
def test_a_segment_and_an_entity_are_scopes_too(
    ground: tuple[Project, Snapshot], member: Member, now: datetime
) -> None:
    project, snapshot = ground
    with transaction() as session:
        create_segment(session, member, project.id, SegmentDraft("right", (Condition("x", Operator.GT, 0.0),)), now)
    run_id = launched(member, project, snapshot, now, "segment:right")
    work_off(now)

    with reading() as session:
        frame = snapshot_frame(session, settings().cache, snapshot)
        oof = oof_frame(session, settings().cache, model_of(project, run_id))
    assert (frame["x"].to_numpy()[oof["row"]] > 0).all()
    with pytest.raises(NotFound, match="no segment 'left'"):
        launched(member, project, snapshot, now, "segment:left")
    with pytest.raises(Invalid, match="there is 1 row, and a run needs at least 24"):
        launched(member, project, snapshot, now, "user:p1-3")


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("group:ward=west", r"Rows with ward = west are too few in snapshot 1 .*there are \d+ rows, and a run needs"),
        ("group:ward=east", "there are 0 rows"),
        ("group:town=x", "has no column 'town'; it has"),
        ("ward=west", "is no scope"),
    ],
)
def test_a_scope_that_cannot_be_learnt_from_is_refused_before_the_launch(
    ground: tuple[Project, Snapshot], member: Member, now: datetime, scope: str, words: str
) -> None:
    project, snapshot = ground

    with pytest.raises(Invalid, match=words):
        launched(member, project, snapshot, now, scope)


def test_a_fold_without_rows_or_with_one_class_of_the_scope_is_named(
    sqlite_store: str, member: Member, now: datetime, tmp_path: Path
) -> None:
    frame = points(now, 240).assign(half=["early"] * 120 + ["late"] * 120)
    frame.to_csv(tmp_path / "points.csv", index=False)
    source = FileProject("Points", tmp_path / "points.csv", "side", ("id",), "at", "", positive_class="yes")
    with transaction() as session:
        project = project_from_file(session, member, source, now)
    snapshot = take_snapshot(transaction, member, project.id, Selection(), now)

    with pytest.raises(Invalid, match="there are 0 rows for fold 1 to learn from|there is no row for fold"):
        launched(member, project, snapshot, now, "group:half=late")


def test_a_fan_out_launches_one_run_for_every_group_with_rows_enough(
    ground: tuple[Project, Snapshot], member: Member, now: datetime
) -> None:
    project, snapshot = ground
    launch = Launch(snapshot.id, (triple_of(project, snapshot, "logistic"),))
    with reading() as session:
        planned = planned_fan_out(session, launch, "ward", 30)

    with transaction() as session:
        ids = fan_out(session, member, launch, "ward", 30, now)

    with reading() as session:
        scopes = [get_run(session, run_id).scope for run_id in ids]
    assert [group.scope for group in planned.groups] == [f"group:ward={ward}" for ward in ("north", "south", "west")]
    assert scopes == [group.scope for group in planned.launched] == ["group:ward=north", "group:ward=south"]
    assert planned.groups[2].why_not is not None
    assert "fewer than 30" in planned.groups[2].why_not
    assert planned.words.endswith("2 runs × 26 fits = 52 fits; 1 group is left out")
    with pytest.raises(Invalid, match="No group of 'ward' can have a run of its own"), transaction() as session:
        fan_out(session, member, launch, "ward", 500, now)


def test_whole_groups_are_dealt_by_a_column_that_is_no_feature(
    sqlite_store: str, member: Member, now: datetime, tmp_path: Path
) -> None:
    frame = points(now).assign(person=[f"n{i % 26}" for i in range(130)])
    frame.to_csv(tmp_path / "points.csv", index=False)
    source = FileProject("Points", tmp_path / "points.csv", "side", ("id",), "at", "", positive_class="yes")
    with transaction() as session:
        project = project_from_file(session, member, source, now)
        draft = InstanceDraft("points", "side", ("id",), "at", features=("x", "y"))
        declare_instances(session, member, project.id, draft, now)
        policy = Policy(folds=FoldKind.BY_GROUP, fold_group="person")
        edit_project(session, member, project.id, ProjectChanges(policy=policy))

    taken = take_snapshot(transaction, member, project.id, Selection(), now)

    with reading() as session:
        stored, blocks = snapshot_frame(session, settings().cache, taken), snapshot_blocks(session, taken)
    assert [column.name for column in taken.schema] == ["x", "y"]
    assert taken.fold_plan.words == "12 folds by group of person, seed 0"
    assert stored["person"].nunique() == 26
    assert (pd.Series(blocks).groupby(stored["person"].to_numpy()).nunique() == 1).all()
    with pytest.raises(Conflict, match="holds these very rows with 12 folds by group of person, seed 0, and nothing"):
        holdout = HoldoutPlan(HoldoutKind.RANDOM)
        take_snapshot(transaction, member, project.id, Selection(), now, Dealing(FoldKind.BY_GROUP, "person", holdout))
    with pytest.raises(Invalid, match="'side' is the target"):
        take_snapshot(transaction, member, project.id, Selection(), now, Dealing(FoldKind.BY_GROUP, "side"))
