"""A real browser, and the time in it: from the first press of a key or of the mouse, or from the address, to the paint.

The page's own clock tells the time. The browser is driven by as little of its DevTools protocol as that takes: a driver
for tests has it report every request and every message, which on two cores made a first paint half as long again.
What is looked for is what a function in the page tells: a number or a text, none while it is not there yet.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from websockets.sync.client import ClientConnection, connect

SETTLED: float = 15.0
"""Seconds in which a started server's worker has imported what it needs; it is the browser that is to be fresh."""

DONE = "document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')"
"""A page whose script has come to its end, as an expression."""

_PATIENCE, _POLL = 60.0, 0.05
_OPENING = 1.0
"""Seconds in which a window is there and the one before is gone: it is the page that is timed."""

_QUIET = ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "disable-background-networking")


def chromium() -> str | None:
    """Where the browser is, if there is one."""
    return shutil.which("chromium") or shutil.which("google-chrome")


class Window:
    """A window with a cache of its own. Expressions are JavaScript."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection, self._session, self._asked = connection, "", 0
        self._context = self._call("Target.createBrowserContext")["browserContextId"]
        size = {"width": 1280, "height": 900}
        target = self._call("Target.createTarget", url="about:blank", browserContextId=self._context, **size)
        attached = self._call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        self._call("Page.enable")
        self._call("Page.addScriptToEvaluateOnNewDocument", source=_CLOCK)

    def go(self, address: str, look: str = "") -> None:
        """Go to an address; with `look`, the clock watches for its paint from the beginning."""
        source = f"clock.watch(0, {look})" if look else ""
        script = self._call("Page.addScriptToEvaluateOnNewDocument", source=source)
        self._call("Page.navigate", url=address)
        self._call("Page.removeScriptToEvaluateOnNewDocument", **script)

    def tell(self, expression: str) -> Any:
        """The value of an expression in the page."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        """Return once it is true."""
        end = perf_counter() + _PATIENCE
        while not self.tell(f"!!({expression})"):
            assert perf_counter() < end, f"never came: {expression}"
            sleep(_POLL)

    def click(self, element: str) -> None:
        """Press and release the mouse in the middle of an element, once it is there."""
        self.wait(element)
        place = self.tell(f"""(() => {{
            const element = {element};
            element.scrollIntoView({{block: "nearest"}});
            const box = element.getBoundingClientRect();
            return {{x: box.x + box.width / 2, y: box.y + box.height / 2}};
        }})()""")
        for event in ("mouseMoved", "mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=event, button="left", clickCount=1, **place)

    def fill(self, field: str, text: str) -> None:
        """Write a text in place of a field's."""
        self.wait(field)
        self.tell(f"{field}.focus(), {field}.select()")
        self._call("Input.insertText", text=text)

    def enter(self) -> None:
        """Press the key Enter."""
        for event in ("keyDown", "keyUp"):
            key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
            self._call("Input.dispatchKeyEvent", type=event, **key)

    def close(self) -> None:
        """What an older window still does would be measured with the next one."""
        self._session = ""
        self._call("Target.disposeBrowserContext", browserContextId=self._context)

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._asked += 1
        asked = {"id": self._asked, "method": method, "params": parameters}
        self._connection.send(json.dumps(asked | ({"sessionId": self._session} if self._session else {})))
        while True:  # events of the page come between
            answer = json.loads(self._connection.recv(timeout=_PATIENCE))
            if answer.get("id") == self._asked:
                assert "error" not in answer, (method, answer["error"])
                result: dict[str, Any] = answer["result"]
                return result


@contextmanager
def a_browser(path: str) -> Iterator[Callable[[], Window]]:
    """Yields what opens a fresh window, which has nothing in its cache; the one before is closed."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as home:
        flags = [f"--{flag}" for flag in (*_QUIET, "remote-debugging-port=0", f"user-data-dir={home}")]
        silent = subprocess.DEVNULL
        process = subprocess.Popen([path, *flags, "about:blank"], stdout=silent, stderr=silent)
        try:
            with connect(_address(Path(home, "DevToolsActivePort")), max_size=None) as connection:
                windows: list[Window] = []

                def fresh() -> Window:
                    while windows:
                        windows.pop().close()
                    windows.append(Window(connection))
                    sleep(_OPENING)
                    return windows[0]

                yield fresh
        finally:
            process.terminate()
            process.wait(timeout=30)


def _address(file: Path) -> str:
    """Where the browser listens: it writes the port and the path there."""
    end = perf_counter() + _PATIENCE
    while perf_counter() < end:
        if file.exists() and len(lines := file.read_text().split()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        sleep(_POLL)
    raise AssertionError("the browser did not start")


def opened(page: Window, address: str, look: str) -> float:
    """Seconds from the address to the paint of what `look`, the text of a function, finds in the page."""
    page.go(address, look)
    return _seconds(page)


def acted(page: Window, act: Callable[[], None], look: str) -> float:
    """Seconds from the first press in `act` to the paint of something else than `look` finds now."""
    page.wait(DONE)
    page.tell(f"clock.watch(null, {look})")
    act()
    return _seconds(page)


def named(kind: str, name: str) -> str:
    """The element of a kind, a selector, that is called so by its label or its words, as an expression."""
    calls = f"(one.getAttribute('aria-label') ?? one.textContent).trim() === {json.dumps(name)}"
    return f"[...document.querySelectorAll('{kind}')].find((one) => {calls})"


def _seconds(page: Window) -> float:
    page.wait("clock.painted !== null")
    milliseconds: float = page.tell("clock.painted - clock.begun")
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
            const now = document.body && look();
            if (!now || now === first) { return requestAnimationFrame(frame); }
            const {port1, port2} = new MessageChannel();  // its task follows the paint of this frame
            port1.onmessage = () => { clock.painted = performance.now(); };
            port2.postMessage(null);
        };
        requestAnimationFrame(frame);
    };
})();"""
