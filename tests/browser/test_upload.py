"""Five clicks from an upload to the first leaderboard, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ORDERS = "order,country,amount,returned\n" + "".join(
    f"{1000 + i},{'NL' if i % 2 else 'DE'},{(i * 37) % 120},{'yes' if (i * 37) % 120 > 70 else 'no'}\n"
    for i in range(240)
)


def test_five_clicks_lead_from_a_file_to_a_leaderboard(page: Page) -> None:
    page.goto("/data?new=file")
    settle(page)

    upload = {"name": "orders.csv", "mimeType": "text/csv", "buffer": ORDERS.encode()}
    page.locator("input[type=file]").set_input_files([upload])  # 1: the file
    page.get_by_role("combobox", name=re.compile("What to predict")).click()
    page.get_by_role("option", name="returned").click()  # 2: the target
    page.get_by_role("button", name="Create project").click()  # 3
    page.get_by_role("button", name="Take snapshot & train…").click()  # 4
    page.get_by_role("button", name=re.compile("^Launch")).click()  # 5

    expect(page.get_by_role("heading", name="Run 1")).to_be_visible()
    expect(page.get_by_role("button", name="See its models")).to_be_visible(timeout=600_000)
    expect(page.get_by_text(re.compile(r"6 models"))).to_be_visible()
