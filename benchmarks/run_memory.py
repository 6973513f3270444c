"""12 triples on a table of 100,000 x 30: the peak memory of the whole worker, against GridSearchCV on two processes.

Memory is PSS (pages that processes share are counted once) of the worker's tree, supervisor included, and of the tree
of a script that loads the same rows and runs GridSearchCV. Linux only.
"""

import json
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from threading import Event, Thread
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import pandas as pd

from benchmarks.report import bar, report
from benchmarks.runs import ROOT, Ground, Question, ground_of, until_done, worker
from benchmarks.runs.tree import descendants, proportional_bytes
from mms.domain.projects import Task
from mms.domain.triples import Branch, Recipe, Step, Triple
from mms.ml.algorithms import algorithm_named
from mms.ml.recipes import checked_recipe

LIMIT = 1.2
MEGABYTE = 1 << 20
RECIPE = Recipe("scaled", (Branch("numeric", (Step("impute", {"indicator": False}), Step("scale", {}))),))
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "logistic": [{"C": c} for c in (0.1, 1.0, 10.0)],
    "naive_bayes": [{"var_smoothing": v} for v in (1e-9, 1e-6, 1e-3)],
    "tree": [{"max_depth": d} for d in (4, 6, 8)],
    "boosting": [{"max_iter": n} for n in (10, 20, 30)],
}


def main() -> int:
    """Print the table, or one JSON object; 1 when the bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--peer", action="store_true", help="run the peer only, on the rows in the folder of MMS_HOME")
    options = parser.parse_args()
    question = question_of(options.rows)
    if options.peer:
        peer(question)
        return 0
    if not Path("/proc/self/smaps_rollup").exists():
        print("This system does not tell PSS: there is nothing to measure.", file=sys.stderr)
        return 0
    with ground_of(question) as ground:
        with worker() as process, Watch(process.pid) as ours:
            until_done(ground.launch(triples_of(question)))
        command = [sys.executable, __file__, "--peer", "--rows", str(options.rows)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as script, Watch(script.pid) as theirs:
            if script.wait():
                raise AssertionError("the peer failed")
    print(f"peak: {ours.peak / MEGABYTE:.0f} MB, GridSearchCV {theirs.peak / MEGABYTE:.0f} MB", file=sys.stderr)
    value = ours.peak / theirs.peak
    return report([bar("peak PSS of the worker's tree / of GridSearchCV's", value, LIMIT, "")], as_json=options.json)


def peer(question: Question) -> None:
    """GridSearchCV as a script would run it: the rows, the splits, the pipelines."""
    from benchmarks.runs.peer import searched

    rows = Ground(question).rows()
    X = rows.instances.features.to_numpy(dtype=float)
    found = searched(rows, X, triples_of(question), plain)
    sys.stdout.write(json.dumps({"seconds": found.seconds}) + "\n")


class Watch:
    """The greatest sum of PSS of a process and all it started, looked at ten times a second."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._pid, self._over = pid, Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            self.peak = max(self.peak, proportional_bytes([self._pid, *descendants(self._pid)]))


def question_of(rows: int) -> Question:
    """Noise and a rule in it."""
    chance = np.random.default_rng(3)
    values = chance.normal(size=(rows, 30))
    rule = values[:, 0] + values[:, 1] * values[:, 2] + chance.normal(size=rows) > 0
    frame = pd.DataFrame(values, columns=[f"x{i}" for i in range(30)])
    return Question("memory", frame.assign(target=np.where(rule, "yes", "no")), "target", "yes", {})


def triples_of(question: Question) -> list[Triple]:
    """12 of them."""
    recipe = checked_recipe(RECIPE, question.columns)
    return [
        Triple(recipe, name, algorithm_named(name, Task.BINARY).checked(setting))
        for name, settings in SETTINGS.items()
        for setting in settings
    ]


def plain(_: Triple) -> Any:
    """The recipe in scikit-learn."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())


if __name__ == "__main__":
    sys.exit(main())
