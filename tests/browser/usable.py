"""Whether a page can be used by everybody: contrast, names, headings, and words for every chart."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

BAD = ("serious", "critical")

NOT_OURS = (
    "[data-testid=stDataFrame]",  # a canvas with a table behind it, which axe cannot look into
    "[data-testid=stCode]",  # whose highlighted words have colours of their own
    "[data-testid=stToolbar]",
    "[data-testid=stStatusWidget]",
)
"""Streamlit's own parts, on whose markup a page has no say."""


def tabs(page: Page) -> list[str]:
    """Names of the page's tabs but the open one."""
    return [
        tab.inner_text()
        for tab in page.get_by_test_id("stMain").get_by_role("tab").all()
        if tab.get_attribute("aria-selected") != "true"
    ]


def problems(page: Page) -> list[str]:
    """What axe-core finds serious in our part of the page; headings that skip a level."""
    context = {"include": [["[data-testid=stMain]"]], "exclude": [[part] for part in NOT_OURS]}
    result = Axe().run(page, context=context, options={"resultTypes": ["violations"]})
    found = [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in result.response["violations"]
        if violation["impact"] in BAD
        for node in violation["nodes"][:3]
    ]
    levels = [int(re.sub(r"\D", "", tag)) for tag in page.eval_on_selector_all(
        "[data-testid=stMain] :is(h1,h2,h3,h4,h5,h6)", "all => all.map(one => one.tagName)")]  # fmt: skip
    return found + [
        f"heading {after} after {before}"
        for before, after in zip(levels, levels[1:], strict=False)
        if after > before + 1
    ]
