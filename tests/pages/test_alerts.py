"""Alerts on screen: the bell, the cards, the channels."""

from datetime import UTC, datetime, timedelta

import pytest

from db import models as tables
from db.queries.alerts import alerts, channels
from db.session import reading, transaction
from mms.domain.members import Member
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.rows import a_project


@pytest.fixture
def project(admin: Member) -> int:
    """With one open alert."""
    with transaction() as session:
        project_id = a_project(session, NOW, "flights *1*")
        content = {"what": "v1 *tree* decays.", "sure": "Sure.", "do": "Retrain.", "page": "decay"}
        session.add(
            tables.Alert(
                project_id=project_id, key="decay:global", kind="decay", content=content, since=NOW, raised_at=NOW
            )
        )
    return project_id


@pytest.mark.slow
def test_an_alert_is_told_acknowledged_by_name_and_snoozed(project: int, admin: Member, open_page: Open) -> None:
    page = open_page("alerts", project=project)
    assert not page.exception
    assert page.markdown[0].value == r"1 alert of **flights \*1\*** asks for somebody."
    assert any(r"v1 \*tree\* decays." in one.value for one in page.markdown)

    page.text_input(key="note_1").set_value("retraining it")
    page.button(key="acknowledge_1").click().run()
    assert not page.error
    assert page.markdown[0].value.startswith("Nothing asks for somebody")
    page.date_input(key="until_1").set_value(datetime.now(UTC).date() + timedelta(days=500))
    page.button(key="snooze_alert_1").click().run()

    assert page.error[0].value.startswith("An alert is snoozed until a day to come")
    with reading() as session:
        (found,) = alerts(session, admin, NOW, project)
    assert (found.acknowledged_by, found.note) == (admin.display_name, "retraining it")


@pytest.mark.slow
def test_a_webhook_s_secret_is_shown_once(project: int, admin: Member, open_page: Open) -> None:
    page = open_page("alerts", project=project)
    page.selectbox(key="channel_kind").select_index(1)
    page.text_input(key="channel_address").set_value("https://example.org/hook")
    page.button(key="add_channel").click().run()

    assert not page.error
    assert len(page.code) == 1
    page.run()
    assert len(page.code) == 0
    page.button(key="switch_channel_1").click().run()
    with reading() as session:
        (channel,) = channels(session, project)
    assert not channel.enabled
    page.button(key="delete_channel_1").click().run()
    with reading() as session:
        assert channels(session, project) == []


def test_an_address_that_is_none_gets_one_sentence(project: int, open_page: Open) -> None:
    page = open_page("alerts", project=project)
    page.text_input(key="channel_address").set_value("ada")
    page.button(key="add_channel").click().run()

    assert page.error[0].value.startswith("'ada' is no e-mail address")
    assert page.title[0].value == "Alerts"


def test_without_alerts_the_page_teaches(open_page: Open, admin: Member) -> None:
    with transaction() as session:
        project_id = a_project(session, NOW)

    page = open_page("alerts", project=project_id)

    assert page.markdown[0].value == "Nothing asks for somebody in **flights**."
    assert page.info[0].value.startswith("An alert is raised when a champion decays")
