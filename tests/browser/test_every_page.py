"""Every page in light and dark, in a real browser: usable by everybody, and no request leaves the machine."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, settle
from tests.browser.usable import problems, tabs

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THEMES = ("light", "dark")

UNSHOWN = (
    "/model?id=2",
    "/compare?ids=1,2",
    "/ensemble?ids=1,2",
    "/recipe",
    "/gallery?model=2",
    "/what_if?model=2",
    "/slices?project=1",
    "/find?q=boosting",
    *(f"/compare?ids=1,2,3&tab=Curves&curves={kind}" for kind in ("Gains and lift", "Calibration", "Thresholds")),
    "/compare?ids=1,2,3&tab=Curves&curves=Class errors",
    "/models?project=1&where=f1 >> 1",
    "/model?id=999999",
    "/compare?ids=1,999999",
)
"""Pages that others lead to, their choices, and addresses of what is not there."""


@pytest.fixture(params=THEMES)
def themed(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Page]:
    """A fresh window of one theme, which remembers to whom it spoke."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=request.param, base_url=server.url
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


def menu(page: Page) -> list[str]:
    """The addresses in the sidebar, read at once: a run that goes on draws it anew every second."""
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Admin", exact=True).wait_for()
    found: list[str] = sidebar.get_by_role("link").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return list(dict.fromkeys(found))


def trained(page: Page) -> None:
    """Wait until the demo's first run has made its models."""
    page.goto("/runs?run=1")
    expect(page.get_by_text("78 of 78 fits")).to_be_visible(timeout=600_000)


def test_every_page_keeps_nobody_out_and_speaks_to_nobody_else(themed: Page, server: Server) -> None:
    hosts: set[str] = set()
    themed.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
    missing: list[str] = []
    themed.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    trained(themed)
    shown = menu(themed)
    assert len(shown) > 12, shown
    addresses = [*shown, *UNSHOWN]
    found: list[str] = []

    for address in addresses:
        themed.goto(address)
        settle(themed)
        found += [f"{address}: {problem}" for problem in problems(themed)]
        for name in tabs(themed):
            themed.get_by_role("tab", name=name, exact=True).click()
            settle(themed)
            found += [f"{address}, {name}: {problem}" for problem in problems(themed)]

    assert not found, "\n".join(found)
    assert not missing
    assert hosts <= {"127.0.0.1", ""}  # what a page holds itself (data:, blob:) has no host
