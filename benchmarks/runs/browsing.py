"""A real browser, and the time in it: from the first press of a key or of the mouse, or from the address, to the paint.

The page's own clock tells the time, so what drives the browser (finding a button, waiting until it stands still) does
not count. What is looked for is what a function in the page tells: a number or a text, none while it is not there yet.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

SETTLED: float = 15.0
"""Seconds in which a started server's worker has imported what it needs; it is the browser that is to be fresh."""

DONE = "[data-testid=stApp][data-test-script-state=notRunning]"
"""A page whose script has come to its end."""


def chromium() -> str | None:
    """Where the browser is, if there is one."""
    return shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def a_browser(path: str) -> Iterator[Callable[[], Any]]:
    """Yields what opens a fresh window, which has nothing in its cache; the one before is closed."""
    from playwright.sync_api import sync_playwright  # what measures no browser needs none

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield lambda: _fresh(browser)
        browser.close()


def _fresh(browser: Any) -> Any:
    for context in browser.contexts:
        context.close()  # what an older window still does would be measured with this one
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(_CLOCK)
    return page


def opened(page: Any, address: str, look: str) -> float:
    """Seconds from the address to the paint of what `look`, the text of a function, finds in the page."""
    page.goto(address)
    page.evaluate(f"clock.watch(0, {look})")
    return _seconds(page)


def acted(page: Any, act: Callable[[], None], look: str) -> float:
    """Seconds from the first press in `act` to the paint of something else than `look` finds now."""
    page.locator(DONE).wait_for()
    page.evaluate(f"clock.watch(null, {look})")
    act()
    return _seconds(page)


def _seconds(page: Any) -> float:
    page.wait_for_function("clock.painted !== null", polling=50)
    milliseconds: float = page.evaluate("clock.painted - clock.begun")
    return milliseconds / 1000


_CLOCK = """(() => {
    const clock = window.clock = {begun: null, painted: null};
    for (const press of ["pointerdown", "keydown"]) {
        addEventListener(press, (event) => { clock.begun ??= event.timeStamp; }, true);
    }
    clock.watch = (begun, look) => {
        const first = begun === null ? look() : 0;
        Object.assign(clock, {begun, painted: null});
        const frame = () => {
            const now = look();
            if (!now || now === first) { return requestAnimationFrame(frame); }
            const {port1, port2} = new MessageChannel();  // its task follows the paint of this frame
            port1.onmessage = () => { clock.painted = performance.now(); };
            port2.postMessage(null);
        };
        requestAnimationFrame(frame);
    };
})();"""
