"""The health page of a project that decays: what is wrong in words, and the button for it."""

from datetime import UTC, datetime

import pytest

from db.queries.runs import runs
from db.session import reading, transaction
from mms.domain.buckets import Sums
from mms.domain.runs import RunKind
from tests.answered import answered
from tests.pages.conftest import Open
from tests.staged import Stage


@pytest.mark.slow
def test_a_decaying_project_is_retrained_from_the_health_page(open_staged: Open, stage: Stage) -> None:
    wrong = Sums(5_000, 5_000, {("yes", "no"): 2_500, ("no", "yes"): 2_500})
    with transaction() as session:
        hours = [datetime(2026, month, 10, tzinfo=UTC) for month in (1, 2)]
        for hour in hours:
            answered(session, stage.project.id, stage.models[0].id, hour, wrong)

    page = open_staged("health")
    assert any("fell" in words.value for words in page.markdown)

    page.button(key=f"retrain_{stage.project.id}").click().run()

    assert not page.exception
    with reading() as session:
        newest = runs(session, stage.project.id)[0]
    assert newest.kind is RunKind.RETRAINING


@pytest.mark.slow
def test_a_decaying_project_is_snoozed_and_woken(open_staged: Open, stage: Stage) -> None:
    wrong = Sums(5_000, 5_000, {("yes", "no"): 2_500, ("no", "yes"): 2_500})
    with transaction() as session:
        hours = [datetime(2026, month, 10, tzinfo=UTC) for month in (1, 2)]
        for hour in hours:
            answered(session, stage.project.id, stage.models[0].id, hour, wrong)
    key = f"snooze_{stage.project.id}"

    page = open_staged("health")
    page.button(key=f"{key}_now").click().run()
    assert page.error[0].value.startswith("A snooze needs a reason")
    page.text_input(key=f"{key}_reason").set_value("the new feed comes on Monday")
    page.button(key=f"{key}_now").click().run()

    assert not page.exception
    assert page.markdown[0].value == f"{stage.project.name} is snoozed."
    assert any("the new feed comes on Monday" in words.value for words in page.markdown)
    page.button(key=f"wake_{stage.project.id}").click().run()
    assert page.markdown[0].value == f"**{stage.project.name}** needs you."
