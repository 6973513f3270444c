"""The hold-out on screen: said before the click, opened by it, shown after it, and what comes next."""

from datetime import timedelta
from pathlib import Path

import pytest

from db.queries.models import best_models
from db.queries.openings import openings
from db.queries.projects import get_project
from db.queries.runs import runs
from db.session import reading, transaction
from mms.domain.members import Member
from mms.domain.models import RankedModel
from mms.domain.projects import PromotionPolicy
from mms.domain.promotions import Seating
from mms.domain.runs import Launch, RunKind
from mms.domain.snapshots import FoldKind, HoldoutKind, HoldoutPlan, Snapshot
from mms.usecases.promotions import promote
from mms.usecases.runs import launch_run
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.trained import ROWS, a_project, a_snapshot, more_points, triple_of, work_off

WARNING = "**Promoting it opens the hold-out**, once: 26 rows that no fold and no final fit saw."


def held_out(admin: Member, folder: Path) -> tuple[Snapshot, RankedModel]:
    """A snapshot with its newest fifth held out, and a model of it that learns by partial_fit."""
    project = a_project(admin, folder, NOW)
    snapshot = a_snapshot(admin, project, NOW, holdout=HoldoutPlan(HoldoutKind.NEWEST, 0.2))
    with transaction() as session:
        launch_run(session, admin, Launch(snapshot.id, (triple_of(project, snapshot, "naive_bayes"),)), NOW)
    work_off(NOW)
    with reading() as session:
        return snapshot, best_models(session, project.id, algorithm="naive_bayes")[0]


@pytest.mark.slow
def test_a_promotion_says_that_it_opens_the_hold_out_and_shows_what_it_saw(
    open_page: Open, admin: Member, tmp_path: Path
) -> None:
    snapshot, model = held_out(admin, tmp_path)
    page = open_page("model", id=model.id)
    refit = page.button(key="refit")
    assert any(said.value.startswith(WARNING) for said in page.markdown)
    assert refit.disabled
    assert refit.help.startswith("Its hold-out is closed still")

    page.button(key="promote").click().run()
    assert any(said.value.startswith(WARNING) for said in page.info)
    page.text_area(key="promote_reason").set_value("the first one")
    page.button(key="promote_now").click().run()

    with reading() as session:
        (look,) = openings(session, snapshot.id)
    score = f"{look.scores['f1']:.3f}"
    said = f"**F1 {score}**. This hold-out was opened once; each look makes it a little less of a secret."
    assert look.model_id == model.id
    for stem, query in (("model", {"id": model.id}), ("champions", {"project": model.project_id})):
        page = open_page(stem, **query)
        assert not page.exception
        assert any(said in told.value for told in page.markdown)
    assert page.dataframe[0].value["F1 on the hold-out"].tolist() == [score]
    page = open_page("data", project=model.project_id, tab="Snapshots")
    assert any("26 rows held out. This hold-out was opened once" in told.value for told in page.markdown)


@pytest.mark.slow
def test_a_promoted_model_is_refitted_and_updated_by_a_click(open_page: Open, admin: Member, tmp_path: Path) -> None:
    _, model = held_out(admin, tmp_path)
    with transaction() as session:
        promote(session, admin, Seating(model.id, "said so"), NOW)
    page = open_page("model", id=model.id)
    assert page.button(key="update").disabled
    assert page.button(key="update").help.startswith("0 labelled rows are newer than")

    page.button(key="refit").click().run()
    with reading() as session:
        assert runs(session, model.project_id)[0].kind is RunKind.REFIT
        project = get_project(session, admin, model.project_id)
    more_points(admin, project, NOW + timedelta(hours=ROWS))
    page = open_page("model", id=model.id)
    assert page.button(key="update").label == "Update with 130 new rows"
    page.button(key="update").click().run()

    assert not page.exception
    with reading() as session:
        assert runs(session, model.project_id)[0].kind is RunKind.UPDATE


@pytest.mark.slow
def test_the_projects_settings_say_how_snapshots_are_dealt(open_page: Open, admin: Member, tmp_path: Path) -> None:
    project = a_project(admin, tmp_path, NOW)
    page = open_page("projects")

    page.number_input(key=f"rope_{project.id}").set_value(0.02)
    page.selectbox(key=f"folds_policy_{project.id}").set_value(FoldKind.BY_GROUP).run()
    page.text_input(key=f"group_policy_{project.id}").set_value("id")
    page.selectbox(key=f"holdout_policy_{project.id}").set_value(HoldoutKind.NEWEST).run()
    page.number_input(key=f"holdout_share_policy_{project.id}").set_value(20.0)
    page.button(key=f"save_{project.id}").click().run()

    assert not page.exception
    with reading() as session:
        policy = get_project(session, admin, project.id).policy
    assert (policy.rope, policy.folds, policy.fold_group) == (0.02, FoldKind.BY_GROUP, "id")
    assert policy.holdout == HoldoutPlan(HoldoutKind.NEWEST, 0.2)
    assert policy.promotion is PromotionPolicy.ASK


@pytest.mark.slow
def test_a_snapshot_is_taken_with_its_own_folds_and_hold_out(open_page: Open, admin: Member, tmp_path: Path) -> None:
    project = a_project(admin, tmp_path, NOW)
    page = open_page("data", project=project.id, tab="Snapshots")

    page.selectbox(key="folds_snapshot").set_value(FoldKind.BY_GROUP).run()
    page.selectbox(key="group_snapshot").set_value("id").run()
    page.selectbox(key="holdout_snapshot").set_value(HoldoutKind.RANDOM).run()
    page.button(key="take_snapshot").click().run()

    assert not page.exception
    assert any("12 folds by group of id, seed 0, 15 % random rows held out" in told.value for told in page.caption)
