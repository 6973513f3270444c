"""A real server with a worker, and a real Chromium. Skipped where there is no Chromium, unless it is required."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
HOW = "No Chromium found: `apt-get install chromium`, or `.venv/bin/playwright install chromium`."


def chromium() -> str | None:
    """A Chromium on the path, or Playwright's own ('' lets Playwright choose)."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        return "" if Path(playwright.chromium.executable_path).exists() else None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all browser tests."""
    path = chromium()
    if path is None:
        if os.environ.get("MMS_REQUIRE_BROWSER"):
            pytest.fail(HOW)
        pytest.skip(HOW)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=path or None, args=arguments)
        yield browser
        browser.close()


expect.set_options(timeout=30_000)  # the first page that imports scikit-learn takes its time on a busy machine


@dataclass(frozen=True)
class Server:
    """A running installation with the demo project."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Return when the server answers; fail when it ends or stays silent."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended while starting"
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=2).close()
            return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"no answer from {url} within {seconds} s")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`python -m mms serve` on a fresh home: it migrates, loads the demo and runs a worker, as `make run` does."""
    home = tmp_path_factory.mktemp("home")
    port = free_port()
    environment = {**os.environ, "MMS_HOME": str(home), "PORT": str(port)}
    environment.pop("MMS_DATABASE_URL", None)
    with (home / "stdout").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "mms", "serve"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(url, process)
        yield Server(url, home, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A fresh browser window, wide and light."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light", base_url=server.url)
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def settle(page: Page) -> None:
    """Wait until the script has run to its end, without an exception on the screen."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    assert page.get_by_test_id("stException").count() == 0
