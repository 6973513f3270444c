"""Decay and triggers by their buttons, in a real browser: a rule of two conditions, a back-test, a schedule."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, settle
from tests.browser.test_every_page import trained
from tests.browser.usable import problems, tabs

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def champion_with_answers(page: Page, server: Server) -> None:
    """Seat a model of the demo where none sits, and let it answer a month."""
    trained(page)
    page.goto("/decay?project=1")
    settle(page)
    if page.get_by_text("Nobody answers yet").count():
        asked = json.dumps({"reason": "quick to ask"}).encode()
        where = f"{server.url}/api/v1/models/2/promotions"
        request = urllib.request.Request(where, asked, {"content-type": "application/json"})
        urllib.request.urlopen(request, timeout=30).close()
        page.reload()
        settle(page)
    content = page.get_by_test_id("stMainBlockContainer")
    if "labels are known" not in content.inner_text():
        content.get_by_role("button", name="Next month").click()
        expect(content.get_by_text(re.compile(r"\d labels are known"))).to_be_visible(timeout=180_000)
        settle(page)


def test_the_buttons_of_decay_and_triggers_do_what_they_say(page: Page, server: Server) -> None:
    champion_with_answers(page, server)
    found: list[str] = []
    for name in ["Decay", *tabs(page)]:
        page.get_by_role("tab", name=name, exact=True).click()
        settle(page)
        found += [f"decay, {name}: {problem}" for problem in problems(page)]
    assert not found, "\n".join(found)

    # A rule of two conditions says itself, tells when it would have fired, and is added and deleted.
    page.goto("/triggers?project=1")
    settle(page)
    page.get_by_text("Add a trigger").click()
    page.get_by_role("combobox", name="Watch", exact=True).click()
    page.get_by_role("option", name="Drift", exact=True).click()
    page.keyboard.press("Escape")
    settle(page)
    page.get_by_text("all of them hold").click()
    settle(page)
    page.get_by_role("textbox", name="Name", exact=True).last.fill("both")
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("button", name="When would it have fired?").click()
    settle(page)
    expect(page.get_by_text(re.compile("^Now: "))).to_be_visible()
    page.get_by_role("button", name="Add trigger").click()
    expect(page.get_by_text("Both", exact=True)).to_be_visible()
    settle(page)

    # A schedule is added and switched off.
    page.get_by_role("tab", name="Schedules").click()
    page.get_by_role("button", name="Add schedule").click()
    expect(page.get_by_text(re.compile("1 schedule; the next snapshot"))).to_be_visible()
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("No snapshot is taken by itself")).to_be_visible()

    # What a back-test takes stands beside its button.
    page.get_by_role("tab", name="Back-test").click()
    expect(page.get_by_text(re.compile(r"It takes \d+ fits"))).to_be_visible()
    expect(page.get_by_role("button", name="Fit the past")).to_be_enabled()
    settle(page)
    assert not problems(page)
