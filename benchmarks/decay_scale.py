"""Ten million predictions over two years, with their truths: how fast they are counted, how soon a chart is drawn.

Rows are made in chunks in the store itself, counted, told their truths, counted again, and dropped by the rule that
keeps rows for some days, as a project's policy does: buckets stay. Only the counting and the charts are timed.
The browser's part needs a Chromium on the path; without one it is left out, and said so.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.report import Bar, bar, report
from benchmarks.runs.browsing import DONE, SETTLED, Window, a_browser, acted, chromium, named
from benchmarks.runs.serving import serving, until_answered
from db import models as tables
from db.migrate import migrate
from db.queries.decay import DecayView, decay_page
from db.queries.projects import project_of
from db.session import dispose, reading, transaction
from mms.domain.decay import Grain
from mms.domain.projects import Policy, ProjectChanges, Task
from mms.domain.promotions import Seating
from mms.domain.scores import METRICS
from mms.monitoring.metrics import WATCHED
from mms.settings import settings
from mms.usecases.buckets import fold_buckets, hold_mark
from mms.usecases.members import ensure_local_admin
from mms.usecases.projects import edit_project
from mms.usecases.promotions import promote
from mms.usecases.retention import drop_old_rows
from tests.wards import a_model, a_snapshot, a_world

PREDICTIONS, FEW, DAYS, AT_ONCE, REPEATS = 10_000_000, 100_000, 730, 250_000, 9
CHART_MS, BROWSER_MS, PER_SECOND, RATIO = 50.0, 300.0, 50_000.0, 1.5
UNTIL = datetime(2026, 3, 1, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=DAYS)


@dataclass(frozen=True, slots=True)
class Filled:
    """A project with its answers counted. seconds: that took."""

    project_id: int
    seconds: float


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--predictions", type=int, default=PREDICTIONS, help="how many are in the store")
    options = parser.parse_args()
    with TemporaryDirectory() as few, TemporaryDirectory() as many:
        filled(few, FEW)
        at_few = charts(few)
        dispose()
        full = filled(many, options.predictions)
        at_many = charts(many)
        dispose()
        count, ratio = options.predictions, sum(at_many.values()) / sum(at_few.values())
        worst = max(at_many, key=at_many.__getitem__)
        bars = [
            bar("counted, with their truths", count / full.seconds, PER_SECOND, "a second", at_least=True),
            bar(f"{worst} by day over {count:,} predictions, in the store", at_many[worst], CHART_MS, "ms"),
            bar(f"charts of all metrics, against {FEW:,} predictions", ratio, RATIO, "times"),
            *in_browser(many, full.project_id),
        ]
    return report(bars, as_json=options.json)


def filled(home: str, predictions: int) -> Filled:
    """A store of one project whose model answered so often."""
    os.environ["MMS_HOME"] = home
    os.environ.pop("MMS_DATABASE_URL", None)
    migrate(settings(), UNTIL)
    with transaction() as session:
        member = ensure_local_admin(session, UNTIL)
    project_id = a_world(Path(home), member, SINCE)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, SINCE), 1, SINCE)
        promote(session, member, Seating(model_id, "the first one"), SINCE)
        edit_project(session, member, project_id, ProjectChanges(policy=Policy(keep_rows_days=1)))
    seconds = 0.0
    for first in range(0, predictions, AT_ONCE):
        last = min(first + AT_ONCE, predictions)
        asked(project_id, model_id, (first, last), predictions)
        seconds += counted(project_id)
        told(project_id)
        seconds += counted(project_id)
        drop_old_rows(transaction, project_id, _at(last, predictions))
        print(f"{last:,} of {predictions:,}", file=sys.stderr)
    return Filled(project_id, seconds)


def asked(project_id: int, model_id: int, span: tuple[int, int], predictions: int) -> None:
    """Answers, evenly over the time; the score is the chance of yes."""
    values: dict[str, float] = {"project": project_id, "model": model_id, "first": span[0], "last": span[1]}
    values |= {"begin": SINCE.timestamp(), "pause": DAYS * 86_400 / predictions}
    with transaction() as session:
        hold_mark(session, project_id)
        session.execute(sa.text(_ASK), values)


def told(project_id: int) -> None:
    """The truth about every answer that lacks one, up to ten days later."""
    with transaction() as session:
        hold_mark(session, project_id)
        session.execute(sa.text(_KNOW))
        session.execute(sa.text(_TELL), {"project": project_id})


def counted(project_id: int) -> float:
    """Seconds in which what is behind the mark is counted."""
    begun, looked_at = perf_counter(), 1
    while looked_at:
        with transaction() as session:
            looked_at = fold_buckets(session, project_id, UNTIL)
    seconds = perf_counter() - begun
    with transaction() as session:  # what features say is not measured here, and must not keep the rows
        mark = hold_mark(session, project_id)
        mark.drift_id = mark.prediction_id
    return seconds


def charts(home: str) -> dict[str, float]:
    """Milliseconds of all that the page reads for its chart of days, by metric; the median of some."""
    os.environ["MMS_HOME"] = home
    with reading() as session:
        project = project_of(session.scalars(sa.select(tables.Project)).one())
    found = {}
    for metric in WATCHED[Task.BINARY]:
        times = []
        for _ in range(REPEATS):
            begun = perf_counter()
            with reading() as session:
                page = decay_page(session, project, DecayView(metric, Grain.DAY), UNTIL)
            times.append(1000 * (perf_counter() - begun))
            assert len(page.points) == DAYS
        found[metric] = median(times)
    return found


def in_browser(home: str, project_id: int) -> Iterator[Bar]:
    """From the choice of another metric on the decay page to the chart of it, by day."""
    path = chromium()
    if path is None:
        print("No Chromium on the path: the browser is not measured.", file=sys.stderr)
        return
    with serving(home) as url, a_browser(path) as window:
        until_answered(f"{url}/healthz")
        sleep(SETTLED)
        page = window()
        page.go(f"{url}/decay?project={project_id}&grain=Day")
        page.wait("document.querySelector('.js-plotly-plot .scatterlayer')")
        chosen(page, "recall")
        times = [1000 * chosen(page, metric) for _ in range(3) for metric in ("roc_auc", "f1", "recall")]
    yield bar("to the painted chart of another metric, by day, in the browser", median(times), BROWSER_MS, "ms")


def chosen(page: Window, metric: str) -> float:
    """Seconds from the choice of a metric to its painted chart."""
    page.wait(DONE)
    page.click(named("input", "Metric"))
    option = named("[role=option]", METRICS[metric].label)
    page.wait(option)
    return acted(page, lambda: page.click(option), _LINES)


def _at(number: int, predictions: int) -> datetime:
    return SINCE + timedelta(days=DAYS) * (number / predictions)


_ASK = """
INSERT INTO prediction (project_id, model_id, scope, entity, features, label, score, probabilities, predicted_at,
                        created_at, source)
WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :last),
               drawn(i, p) AS MATERIALIZED (SELECT i, (random() & 1048575) / 1048576.0 FROM n)
SELECT :project, :model, 'global', i, '{"ward": "north", "age": 50}', CASE WHEN p >= 0.5 THEN 'yes' ELSE 'no' END, p,
       json_object('no', 1 - p, 'yes', p), strftime('%Y-%m-%d %H:%M:%S.000000', :begin + i * :pause, 'unixepoch'),
       strftime('%Y-%m-%d %H:%M:%S.000000', :begin + i * :pause, 'unixepoch'), 'rest'
FROM drawn
"""

_KNOW = """
UPDATE prediction SET truth = CASE WHEN (random() & 1048575) / 1048576.0 < score THEN 'yes' ELSE 'no' END,
    truth_at = strftime('%Y-%m-%d %H:%M:%S.000000', predicted_at, '+' || (random() & 255) || ' hours')
WHERE truth IS NULL
"""

_TELL = """
INSERT INTO feedback (project_id, prediction_id, truth, known_at, recorded_at, recorded_by, counts)
SELECT project_id, id, truth, truth_at, truth_at, 'Ada', 1 FROM prediction
WHERE project_id = :project AND id > (SELECT coalesce(max(prediction_id), 0) FROM feedback) ORDER BY id
"""

_LINES = """() => {
    const lines = [...document.querySelectorAll(".js-plotly-plot .scatterlayer path.js-line")];
    return lines.map((line) => line.getAttribute("d")).join();
}"""
"""The strokes of all lines of the chart."""


if __name__ == "__main__":
    sys.exit(main())
