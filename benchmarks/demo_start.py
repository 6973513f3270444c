"""How soon a fresh installation shows the demo, how long its first run takes, and how soon a later start is painted.

The painted page needs a Chromium on the path; without one that bar is left out, and said so.
"""

import json
import sys
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.report import Bar, bar, report
from benchmarks.runs.browsing import a_browser, chromium
from benchmarks.runs.serving import serving, until_answered

USABLE_SECONDS, RUN_SECONDS, PAINTED_SECONDS = 90.0, 180.0, 5.0
STARTS = 3
_FLIGHTS = "[...document.querySelectorAll('h1, h2, h3')].some((one) => one.textContent.includes('Flights'))"


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options = parser.parse_args()
    with TemporaryDirectory() as home:
        bars = [*first_start(home), *later_starts(home)]
    return report(bars, as_json=options.json)


def first_start(home: str) -> Iterator[Bar]:
    """A fresh home: the demo is loaded, then its first run is fitted."""
    begun = perf_counter()
    with serving(home) as url:
        until_answered(f"{url}/healthz")
        yield bar("installed to usable, with the demo loaded", perf_counter() - begun, USABLE_SECONDS, "s")
        while (run := answer(f"{url}/api/v1/projects/Flights/runs")["runs"][0])["state"] in ("queued", "running"):
            sleep(0.5)
        if run["state"] != "succeeded":
            raise AssertionError(f"the demo's first run {run['state']}: {run['error']}")
        yield bar("the demo's first run, from the start", perf_counter() - begun, RUN_SECONDS, "s")


def later_starts(home: str) -> Iterator[Bar]:
    """A home that is there: from the command to the first painted page in a fresh browser window; the slowest."""
    path = chromium()
    if path is None:
        print("No Chromium on the path: the first painted page is not measured.", file=sys.stderr)
        return
    times = []
    with a_browser(path) as window:
        for _ in range(STARTS):
            page = window()
            begun = perf_counter()
            with serving(home) as url:
                until_answered(f"{url}/healthz")
                page.go(url)
                page.wait(_FLIGHTS)
                times.append(perf_counter() - begun)
    yield bar(f"a later start to the first painted page, slowest of {STARTS}", max(times), PAINTED_SECONDS, "s")


def answer(url: str) -> Any:
    """The JSON that a GET gives."""
    with urllib.request.urlopen(url, timeout=30) as response:
        return json.load(response)


if __name__ == "__main__":
    sys.exit(main())
