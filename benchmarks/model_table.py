"""How long the store takes to answer the model table's first page, among 10,000 and 100,000 models of ten a run.

With `make bench-setup`, the same 100,000 models are put into MLflow's own tables on SQLite, and its search_runs answers
the same questions beside ours: the same 50 models, or the comparison says nothing.
"""

import json
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

from benchmarks.peers import PYTHON, answer_of
from benchmarks.report import Bar, bar, report
from db.migrate import migrate
from db.queries.model_search import search
from db.queries.projects import get_project
from db.session import dispose, reading, transaction
from mms.domain.filter_text import parsed
from mms.domain.filters import ModelQuery
from mms.domain.members import PRODUCT
from mms.domain.model_fields import field_named
from mms.domain.models import ModelPage
from mms.settings import settings
from tests import rows

LIMIT_MS = 20.0
SEARCH_LIMIT_MS = 50.0
"""Of the 300 ms in which a browser shows the rows of another filter."""
SHARE = 1 / 20
"""Of MLflow's time, that ours may take."""
A_RUN = 10
REPEATS = 31
PEER_REPEATS = 5
PEER_SIZE = 100_000
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCREENS: Mapping[str, tuple[str, str]] = {
    "sorted by score": ("", "f1"),
    "one algorithm and a least score": ("algorithm = 'boosting' AND f1 >= 0.55", "f1"),
    "three algorithms and a least score": ("algorithm IN ('boosting', 'svm', 'mlp') AND f1 >= 0.55", "f1"),
    "challengers": ("state = 'challenger'", "f1"),
    "newest": ("", "created"),
    "quickest to build": ("", "build_seconds"),
}
"""What is looked at most."""

SEARCHES: Mapping[str, tuple[str, str]] = {
    "one algorithm and a least score": ("f1 > 0.55 AND algorithm = 'boosting'", "f1"),
    "another metric, a hyperparameter": ("recall > 0.6 AND param.max_depth = 8", "recall"),
    "a number or a tag": ("f1 > 0.5 AND (algorithm = 'svm' OR tag IN ('prod')) AND param.max_depth >= 5", "f1"),
    "a tag": ("tag = 'review'", "recall"),
    "least loss first": ("log_loss < 0.45 AND NOT algorithm = 'tree'", "log_loss"),
    "greatest hyperparameter first": ("precision > 0.5", "param.learning_rate"),
}
BESIDE: Mapping[str, tuple[str, str]] = {
    "one algorithm and a least score": ("metrics.f1 > 0.55 and params.algorithm = 'boosting'", "metrics.f1 DESC"),
    "another metric, a hyperparameter": ("metrics.recall > 0.6 and params.max_depth = '8'", "metrics.recall DESC"),
}
"""The same questions in MLflow's words, where it has words for them."""


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="how many models")
    options = parser.parse_args()
    bars = [bar for size in options.sizes for bar in measured(size)]
    return report(bars, as_json=options.json)


def measured(size: int) -> Iterator[Bar]:
    """One bar a screen, one a search, and one a question to both."""
    with a_store() as project_id_of:
        project_id = project_id_of(size)
        for what, questions, limit in (("first page", SCREENS, LIMIT_MS), ("search", SEARCHES, SEARCH_LIMIT_MS)):
            for name, (where, sort) in questions.items():
                value = milliseconds(lambda w=where, s=sort: found(project_id, w, s))  # type: ignore[misc]
                yield bar(f"{what} of {size:,} models: {name}", value, limit, "ms")
        if size == PEER_SIZE:
            yield from beside(project_id)


def beside(project_id: int) -> Iterator[Bar]:
    """Our time as a share of MLflow's, question by question, on the same models one after the other."""
    if not PYTHON.exists():
        print("MLflow is not beside us: `make bench-setup` installs it.", file=sys.stderr)
        return
    with TemporaryDirectory() as folder:
        store = Path(settings().database_url.removeprefix("sqlite:///"))
        questions = json.dumps(list(BESIDE.values()))
        answers = answer_of("mlflow_search", str(store), folder, str(PEER_REPEATS), questions)
    for name, (theirs, names) in zip(BESIDE, answers, strict=True):
        where, sort = SEARCHES[name]
        if [f"v{model.version}" for model in found(project_id, where, sort).models] != names:
            raise AssertionError(f"MLflow found other models: {name}")
        ours = milliseconds(lambda w=where, s=sort: found(project_id, w, s))  # type: ignore[misc]
        print(f"{name}: MLflow {theirs:.0f} ms, ours {ours:.1f} ms, {theirs / ours:.0f} times faster", file=sys.stderr)
        yield bar(
            f"top 50 of {PEER_SIZE:,} by a metric with a filter, of MLflow's time: {name}", ours / theirs, SHARE, ""
        )


def found(project_id: int, where: str, sort: str) -> ModelPage:
    """What the screen asks for, from the filter's text to the capped count, on a session of its own."""
    with reading() as session:
        project = get_project(session, PRODUCT, project_id)
        query = ModelQuery(parsed(where, project.task), field_named(sort, project.task))
        return search(session, project, query, NOW)


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
        rows.models(session, project_id, NOW, size, A_RUN)
    return project_id


if __name__ == "__main__":
    sys.exit(main())
