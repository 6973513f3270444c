"""A recipe composed by clicks, saved, and a small run launched on it that drops the weak early, in a real browser."""

import json
import re
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, settle
from tests.browser.test_loop import A_RUN

pytestmark = [pytest.mark.browser, pytest.mark.slow]


PARCELS = "parcel,country,weight,late\n" + "".join(
    f"{i},{'NL' if i % 2 else 'DE'},{(i * 37) % 120},{'yes' if (i * 37) % 120 + (i * 53) % 60 > 100 else 'no'}\n"
    for i in range(240)
)


def asked(server: Server, path: str, body: bytes | None = None) -> Any:
    """What REST answers; a body is sent by POST."""
    kind = {"content-type": "application/json"} if body and body.startswith(b"{") else {}
    request = urllib.request.Request(f"{server.url}/api/v1{path}", body, kind)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def test_a_recipe_is_composed_saved_and_raced_by_clicks(page: Page, server: Server) -> None:
    made = asked(server, "/projects/from-file?name=Parcels&key=parcel&target=late", PARCELS.encode())
    project = made["project"]["id"]
    asked(server, f"/projects/{project}/snapshots", b"{}")
    page.goto(f"/train?project={project}")
    settle(page)

    # The composer begins with a proposal; a step is moved away, another added, and the rows are seen transformed.
    expect(page.get_by_role("button", name="Launch 5 triples")).to_be_enabled()
    page.get_by_role("link", name="New recipe").click()
    expect(page.get_by_text(re.compile(r"become 240 × \d+ features"))).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("lean")
    page.get_by_role("textbox", name="Name").press("Enter")
    settle(page)
    page.get_by_test_id("stMain").get_by_role("button", name="close icon").nth(1).click()
    expect(page.get_by_text("numeric columns: impute", exact=True)).to_be_visible()
    page.get_by_role("combobox", name="Add a step").first.click()
    page.get_by_role("option", name=re.compile("^scale: ")).click()
    expect(page.get_by_text("numeric columns: impute → scale", exact=True)).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("lean")

    # Saved, it is chosen on the training page; a race over the folds is launched and watched to its end.
    page.get_by_role("button", name="Save recipe").click()
    expect(page.get_by_label("Remove lean v1")).to_be_visible()
    page.get_by_text("Drop the weak early").click()
    settle(page)
    expect(page.get_by_text(re.compile("by successive halving")).first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Launch")).click()
    expect(page.get_by_role("heading", name="Run 1")).to_be_visible()
    expect(page.get_by_role("button", name="See its models")).to_be_visible(timeout=A_RUN)

    run = asked(server, f"/runs/{asked(server, f'/projects/{project}/runs')['runs'][0]['id']}")["run"]
    assert {t["triple"]["recipe"]["name"] for t in run["triples"]} == {"lean"}
    assert run["run"]["search"]["kind"] == "halving"
    assert sum(t["model_id"] is not None for t in run["triples"]) < len(run["triples"])
