"""Papers as a browser lays them out."""

import pytest
from playwright.sync_api import Browser

from mms.reports.html import to_html
from mms.reports.paper import Paper, Table
from tests.conftest import NOW

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEADER = ("Project", "State", "Champion", "Score at promotion", "Score now", "Labels", "Next trigger", "Owner")
ROW = (
    "Flights", "needs you", "v2 naive_bayes, since 1 March 2013 (for 245 days)", "0.422 (0.400 to 0.444)",
    "0.266 (0.233 to 0.300) in September 2013", "99 % known", "size, on 31 December 2013, and 2 others", "root",
)  # fmt: skip

LINES = (
    "e => { const range = document.createRange(); range.selectNodeContents(e); return range.getClientRects().length }"
)


def laid_out(browser: Browser, width: int) -> tuple[int, int]:
    """On how many lines the last heading of a wide table stands, and how many pixels the paper leaves the screen."""
    page = browser.new_page(viewport={"width": width, "height": 600})
    page.set_content(to_html(Paper("Week", (Table(HEADER, (ROW,), "Every project"),), NOW)))
    lines: int = page.locator("th", has_text="Owner").evaluate(LINES)
    overflow: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.close()
    return lines, overflow


@pytest.mark.parametrize("width", [1280, 400])
def test_a_wide_table_breaks_no_word_of_its_headings_and_never_leaves_the_screen(browser: Browser, width: int) -> None:
    lines, overflow = laid_out(browser, width)

    assert lines == 1
    assert overflow <= 0
