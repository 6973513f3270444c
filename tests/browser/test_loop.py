"""The whole loop on the demo project, in a real browser, as a person walks it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]

A_RUN = 600_000
"""Milliseconds that a run may take on two busy cores."""


def open_page(page: Page, path: str) -> None:
    page.goto(path)
    settle(page)


def choose_rows(page: Page, *rows: int) -> None:
    """Tick rows of the page's first table; it is a canvas, so by place."""
    grid = page.get_by_test_id("stDataFrame").first
    grid.scroll_into_view_if_needed()
    for row in rows:
        grid.click(position={"x": 16, "y": 36 + 35 * row + 17})
    settle(page)


def button(page: Page, words: str) -> Locator:
    """A button by the words on it; select boxes have nameless ones that are also called 'Open'."""
    return page.get_by_test_id("stMain").locator("button:enabled", has_text=re.compile(f"^{words}$"))


def play_a_month(page: Page) -> None:
    content = page.get_by_test_id("stMainBlockContainer")  # while a script runs, the header has a Stop of its own
    content.get_by_role("button", name="Next month").click()
    expect(content.get_by_role("button", name="Stop")).to_be_visible()
    expect(content.get_by_role("button", name="Next month")).to_be_visible(timeout=180_000)
    settle(page)


def test_a_person_walks_the_whole_loop(page: Page) -> None:
    # The project greets with its state in words, and the data page shows rows, labels and the snapshot.
    open_page(page, "/")
    expect(page.get_by_role("heading", name=re.compile("Flights"))).to_be_visible()
    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.get_by_text("joined with weather, planes, airports, airlines")).to_be_visible()
    page.get_by_role("tab", name="Snapshots").click()
    expect(page.get_by_text("19,124 rows")).to_be_visible()

    # A run is launched and watched live, to its end, through a reload.
    page.get_by_role("link", name="Train", exact=True).click()
    for label in ("Support vector machine", "Nearest neighbours", "Gradient boosting"):
        page.get_by_role("button", name=f"Remove {label}").click()
        settle(page)
    page.get_by_role("button", name="Launch 2 triples").click()
    expect(page.get_by_role("heading", name="Run 2")).to_be_visible()
    launched = int(re.findall(r"run=(\d+)", page.url)[0])
    page.reload()
    expect(page.get_by_text(re.compile("queued|running")).first).to_be_visible()
    expect(page.get_by_role("button", name="See its models")).to_be_visible(timeout=A_RUN)
    open_page(page, "/runs?run=1")
    expect(page.get_by_text("78 of 78 fits")).to_be_visible()

    # The model table is sorted and filtered; the view is in the address and survives a reload.
    open_page(page, "/models?project=1")
    expect(page.get_by_text(re.compile(r"9 models; best is"))).to_be_visible()
    search = page.get_by_role("textbox", name="Filter")
    search.fill("boosting")
    search.press("Enter")
    expect(page.get_by_text(re.compile(r"1 model; best is v\d+ boosting"))).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile(r"1 model; best is v\d+ boosting"))).to_be_visible()

    # A model is opened and its diagnostics are drawn from stored rows.
    choose_rows(page, 0)
    button(page, "Open").click()
    expect(page.get_by_role("heading", name=re.compile(r"v\d+ boosting"))).to_be_visible()
    boosting = page.url
    page.get_by_role("tab", name="Diagnostics").click()
    expect(page.locator(".js-plotly-plot").nth(1)).to_be_visible(timeout=30_000)  # the first chart fetches its library
    settle(page)

    # Two are compared, paired by fold.
    open_page(page, "/models?project=1")
    choose_rows(page, 0, 1)
    button(page, "Compare 2").click()
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()
    page.get_by_role("tab", name="Scores").click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()

    # One is promoted, with a reason.
    open_page(page, boosting)
    page.get_by_role("button", name="Promote…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("It ranks best on the newest rows.")
    dialog.get_by_role("button", name="Promote", exact=True).click()
    expect(page.get_by_text(re.compile(r"champion of Flights"))).to_be_visible()

    # It answers, and the answer is stored.
    page.get_by_role("link", name="Predict", exact=True).click()
    page.get_by_role("button", name="Ask the champion").click()
    expect(page.get_by_text("Kept as prediction")).to_be_visible()

    # Months pass: feedback arrives, the scores move, a trigger fires.
    page.get_by_role("link", name="Decay", exact=True).click()
    settle(page)
    for _ in range(3):
        play_a_month(page)
    expect(page.get_by_text(re.compile(r"\d labels are known\."))).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"launched run 3"))).to_be_visible()

    # The retrained challenger stands beside the champion.
    open_page(page, f"/runs?run={launched + 1}")
    expect(page.get_by_role("button", name="See its models")).to_be_visible(timeout=A_RUN)
    expect(page.get_by_text(re.compile("This run challenges the champion of global"))).to_be_visible()
    page.get_by_role("link", name="Challenger beside champion").click()
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()
    expect(page.get_by_text("champion").first).to_be_visible()
    settle(page)
