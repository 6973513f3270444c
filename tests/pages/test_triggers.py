"""The triggers page: rules made by widgets, their past, their firings, and snapshots on a schedule."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.queries.projects import get_project
from db.queries.snapshot_schedules import snapshot_schedules
from db.queries.triggers import triggers
from db.session import reading, transaction
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.promotions import Seating
from mms.domain.rules import Budget, Needs, Space, TriggerKind, Window, WindowKind
from mms.usecases.promotions import promote
from tests.pages.conftest import Open
from tests.wards import a_model, a_snapshot, a_world

SEATED = datetime.now(UTC) - timedelta(days=100)


@pytest.fixture
def project(admin: Member, tmp_path: Path) -> Project:
    """Wards with a champion of 100 days."""
    project_id = a_world(tmp_path, admin, SEATED)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, SEATED), 1, SEATED)
        promote(session, admin, Seating(model_id, "the first one"), SEATED)
        return get_project(session, admin, project_id)


@pytest.mark.slow
def test_a_rule_is_made_by_widgets_and_says_itself(project: Project, open_page: Open) -> None:
    page = open_page("triggers")
    page.multiselect(key="new_watch").set_value(["time", "size"]).run()
    page.number_input(key="new_time").set_value(30.0)
    page.radio(key="new_needs").set_value("any")
    page.selectbox(key="new_space").set_value(Space.CHAMPION)
    page.selectbox(key="new_window").set_value("last days")
    page.toggle(key="new_budget").set_value(True).run()

    assert any("learns from the last 28 days" in block.value for block in page.markdown)
    page.button(key="preview_trigger").click().run()
    assert "It would have fired on" in page.info[0].value
    page.button(key="add_trigger").click().run()

    assert not page.exception
    with reading() as session:
        (row,) = triggers(session, project, datetime.now(UTC))
    rule = row.trigger.rule
    assert {condition.kind for condition in rule.conditions} == {TriggerKind.TIME, TriggerKind.SIZE}
    assert (rule.needs, rule.space) == (Needs.ANY, Space.CHAMPION)
    assert (rule.window, rule.budget) == (Window(WindowKind.LAST_DAYS, 28), Budget(2, 30))
    assert "▲ would fire now" in "".join(block.value for block in page.markdown)


@pytest.mark.slow
def test_a_clock_that_never_comes_is_refused_in_one_sentence(project: Project, open_page: Open) -> None:
    page = open_page("triggers")
    page.multiselect(key="new_watch").set_value(["clock"]).run()
    page.text_input(key="new_cron").set_value("0 0 31 2 *").run()
    page.button(key="add_trigger").click().run()

    assert "never comes" in page.error[0].value
    assert len(page.error) == 1


@pytest.mark.slow
def test_snapshots_are_taken_by_a_schedule_that_is_switched_off_and_deleted(project: Project, open_page: Open) -> None:
    page = open_page("triggers", tab="Schedules")
    page.selectbox(key="schedule_day").set_value("every Monday").run()
    page.button(key="add_schedule").click().run()
    with reading() as session:
        (made,) = snapshot_schedules(session, project.id)
    page.button(key=f"switch_schedule_{made.id}").click().run()
    with reading() as session:
        (off,) = snapshot_schedules(session, project.id)
    page.button(key=f"delete_schedule_{made.id}").click().run()

    assert (made.cron, made.zone, made.enabled, off.enabled) == ("0 2 * * 1", "UTC", True, False)
    assert not page.exception
    with reading() as session:
        assert snapshot_schedules(session, project.id) == []
