"""How long the store takes to answer the model table's first page, among 10,000 and 100,000 models."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.report import Bar, bar, report
from db.migrate import migrate
from db.queries.models import models_page
from db.session import dispose, reading, transaction
from mms.domain.models import ModelFilter, ModelPage, ModelSort, ModelState
from mms.settings import settings
from tests import rows

LIMIT_MS = 20.0
REPEATS = 31
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILTERED = ModelFilter(algorithms=("boosting",), min_score=0.55)
SCREENS: Mapping[str, tuple[ModelFilter, ModelSort]] = {
    "sorted by score": (ModelFilter(), ModelSort.SCORE),
    "one algorithm and a least score": (FILTERED, ModelSort.SCORE),
    "three algorithms and a least score": (
        ModelFilter(algorithms=("boosting", "svm", "mlp"), min_score=0.55),
        ModelSort.SCORE,
    ),
    "challengers": (ModelFilter(states=(ModelState.CHALLENGER,)), ModelSort.SCORE),
    "newest": (ModelFilter(), ModelSort.NEWEST),
    "quickest to build": (ModelFilter(), ModelSort.BUILD_TIME),
}


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="how many models")
    options = parser.parse_args()
    bars = [bar for size in options.sizes for bar in measured(size)]
    return report(bars, as_json=options.json)


def measured(size: int) -> Iterator[Bar]:
    """One bar a screen."""
    with a_store() as project_id_of:
        project_id = project_id_of(size)
        for name, (where, sort) in SCREENS.items():
            value = milliseconds(lambda w=where, s=sort: first_page(project_id, w, s))  # type: ignore[misc]
            yield bar(f"first page of {size:,} models: {name}", value, LIMIT_MS, "ms")


def first_page(project_id: int, where: ModelFilter, sort: ModelSort) -> ModelPage:
    """What the screen asks for, capped count included, on a session of its own."""
    with reading() as session:
        return models_page(session, project_id, where, sort)


def milliseconds(work: Callable[[], ModelPage]) -> float:
    """The median of many, after one to warm up."""
    if len(work().models) != 50:
        raise AssertionError("the page is not full: the measurement says nothing")
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        work()
        times.append(1000 * (perf_counter() - start))
    return median(times)


@contextmanager
def a_store() -> Iterator[Callable[[int], int]]:
    """A fresh embedded store; yields what fills it with a project of so many models and returns its id."""
    with TemporaryDirectory() as home:
        os.environ["MMS_HOME"] = home
        os.environ.pop("MMS_DATABASE_URL", None)
        migrate(settings(), NOW)
        try:
            yield filled
        finally:
            dispose()


def filled(size: int) -> int:
    """The project's id."""
    with transaction() as session:
        project_id = rows.a_project(session, NOW)
        rows.models(session, project_id, NOW, size)
    return project_id


if __name__ == "__main__":
    sys.exit(main())
