"""How soon a real browser shows the model table of 100,000 models, the rows of another filter, and 20 models compared.

Needs a Chromium on the path; without one nothing is measured, and said so.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import sleep

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.report import Bar, bar, report
from benchmarks.runs.browsing import DONE, SETTLED, Window, a_browser, acted, chromium, named, opened
from benchmarks.runs.serving import serving, serving_script, until_answered
from db.migrate import migrate
from db.queries.models import best_models
from db.session import dispose, reading, transaction
from mms.domain.members import Member
from mms.domain.runs import Launch
from mms.settings import settings
from mms.usecases.members import ensure_local_admin
from mms.usecases.runs import launch_run
from tests import rows
from tests.trained import a_project, a_snapshot, triple_of, work_off

PAINT_SECONDS, FILTER_MS, COMPARE_SECONDS = 1.5, 300.0, 1.0
MODELS, COMPARED, REPEATS = 100_000, 20, 9
BARE = Path(__file__).with_name("peers") / "bare_page.py"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILTERS = (
    ("algorithm = 'tree'", "f1 > 0.55 AND algorithm = 'svm'"),
    ("algorithm = 'mlp'", "param.max_depth >= 6 AND algorithm = 'boosting' AND NOT state = 'champion'"),
)
"""Pairs of filters that take turns, no model in both; the second of a pair is timed."""


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--models", type=int, default=MODELS, help="how many models are in the store")
    options = parser.parse_args()
    path = chromium()
    if path is None:
        print("No Chromium on the path: nothing is measured.", file=sys.stderr)
        return 0
    with TemporaryDirectory() as home:
        many, ids = filled(Path(home), options.models)
        with serving(home) as url, serving_script(BARE) as bare, a_browser(path) as window:
            until_answered(f"{url}/healthz")
            until_answered(f"{bare}/_stcore/health")
            sleep(SETTLED)
            bars = [*table(window, (url, bare), many, options.models), *compared(window, url, ids)]
    return report(bars, as_json=options.json)


def filled(home: Path, count: int) -> tuple[int, list[int]]:
    """The id of a project with so many models, and the ids of the models of a small one, which have folds and rows."""
    os.environ["MMS_HOME"] = str(home)
    os.environ.pop("MMS_DATABASE_URL", None)
    migrate(settings(), NOW)
    try:
        with transaction() as session:
            member = ensure_local_admin(session, NOW)
            many = rows.a_project(session, NOW)
            rows.models(session, many, NOW, count)
        return many, trained(member, home)
    finally:
        dispose()


def trained(member: Member, home: Path) -> list[int]:
    """20 models of one run."""
    project = a_project(member, home, NOW)
    snapshot = a_snapshot(member, project, NOW)
    triples = [triple_of(project, snapshot, "logistic", C=2.0**power) for power in range(-10, COMPARED - 10)]
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, tuple(triples)), NOW)
    work_off(NOW)
    with reading() as session:
        return [m.id for m in best_models(session, project.id, algorithm="logistic")]


def table(window: Callable[[], Window], urls: tuple[str, str], project_id: int, count: int) -> Iterator[Bar]:
    """First paint in fresh windows, in turns with a bare page; then filters in a window that is open.

    What the bare page takes is told beside, not judged: it is what machine and framework take by themselves.
    """
    address = f"{urls[0]}/models?project={project_id}"
    times: list[tuple[float, float]] = []
    for _ in range(REPEATS + 1):  # the first session imports what the page needs
        bare, ours = (opened(window(), one, _FIRST_ROW) for one in (urls[1], address))
        times.append((ours, bare))
    paint, least = (median(each) for each in zip(*times[1:], strict=True))
    print(f"A page with nothing but a table was painted after {least:.2f} s, in turns with ours.", file=sys.stderr)
    yield bar(f"first paint of the table of {count:,} models, in a fresh window", paint, PAINT_SECONDS, "s")
    page = window()
    opened(page, address, _FIRST_ROW)
    for before, after in FILTERS:
        filters = []
        for _ in range(REPEATS):
            filtered(page, before)
            filters.append(1000 * filtered(page, after))
        yield bar(f"to the new rows of the filter: {after}", median(filters), FILTER_MS, "ms")


def filtered(page: Window, text: str) -> float:
    """Seconds from Enter to other rows."""
    page.fill(named("input", "Filter"), text)
    return acted(page, page.enter, _FIRST_ROW)


def compared(window: Callable[[], Window], url: str, ids: list[int]) -> Iterator[Bar]:
    """A window that knows the product: from the address to verdict and painted table, then from a click to the curves.

    The curves are clicked for after another chart: the first one of a window waits for the chart library as well.
    """
    address = f"{url}/compare?ids={','.join(map(str, ids))}"
    times, drawn = [], []
    for _ in range(REPEATS + 1):
        page = window()
        page.go(url)
        page.wait(f"document.querySelector('h1') && {DONE}")
        times.append(opened(page, address, f"() => {DONE} && ({_FIRST_ROW})()"))
        clicked(page, "Scores")
        drawn.append(clicked(page, "Curves"))
    yield bar(f"{len(ids)} models compared", median(times[1:]), COMPARE_SECONDS, "s")
    yield bar(f"the curves of {len(ids)} models, from the click", median(drawn[1:]), COMPARE_SECONDS, "s")


def clicked(page: Window, name: str) -> float:
    """Seconds from the click on a tab to the lines of the last of its charts."""
    tab = named("[role=tab]", name)
    return acted(page, lambda: page.click(tab), _LINES % (DONE, tab))


_FIRST_ROW = """() => {
    const canvas = document.querySelector("[data-testid=stDataFrame] canvas");
    if (!canvas || canvas.width < 200) { return 0; }
    const scale = window.devicePixelRatio;
    const row = canvas.getContext("2d").getImageData(40 * scale, 38 * scale, 500 * scale, 30 * scale).data;
    let sum = 0, darkest = 255;
    for (let i = 0; i < row.length; i += 4) {
        darkest = Math.min(darkest, row[i + 3] ? row[i] : 255);
        sum = (sum * 31 + row[i]) % 1000003;
    }
    return darkest < 160 ? sum + 1 : 0;
}"""
"""A number made of the first row's pixels, 0 before words are painted there: the table is a canvas, and what it tells
screen readers follows a moment later."""

_LINES = """() => {
    if (!%s) { return 0; }
    const charts = document.getElementById(%s.getAttribute("aria-controls"))?.querySelectorAll(".js-plotly-plot");
    return charts?.length && charts[charts.length - 1].querySelector(".scatterlayer .trace") ? 1 : 0;
}"""
"""1 once the script is at its end and the last chart of the tab has its lines."""


if __name__ == "__main__":
    sys.exit(main())
