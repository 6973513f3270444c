"""SIGKILL at 20 random moments of one run: every fold once in the store, and the scores of an undisturbed run.

What is killed changes by chance: the worker, its child that does the work, or a process that fits. Between two kills
the run stores at least one fit: a job whose process dies three times and gets no further is given up by design.
"""

import os
import random
import signal
import sys
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from time import perf_counter, sleep

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.report import bar, report
from benchmarks.runs import Ground, ground_of, started_worker, stopped, until_done, until_warm
from benchmarks.runs.digits import ALGORITHMS, digits, stored, triples
from benchmarks.runs.tree import descendants
from db import models as tables
from db.session import reading
from mms.domain.jobs import JobState
from mms.domain.snapshots import FOLDS

KILLS = 20
SEED = 20


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options = parser.parse_args()
    with ground_of(digits()) as ground:
        calm, calm_seconds = undisturbed(ground)
        kills, seconds = disturbed(ground)
        calm_folds, folds = stored(calm), stored(kills.run_id)
        calm_scores, scores = ground.scores(calm), ground.scores(kills.run_id)
    print(f"{kills.words}; {seconds:.0f} s, undisturbed {calm_seconds:.0f} s", file=sys.stderr)
    wanted = (len(ALGORITHMS) + 1) * (FOLDS + 1)
    bars = [
        bar("kills short of 20", max(0, KILLS - kills.count), 0, ""),
        bar(
            "folds and final fits missing or too many", abs(len(folds) - wanted) + len(folds.keys() ^ calm_folds), 0, ""
        ),
        bar("fold scores that differ from the undisturbed run's", sum(folds[k] != calm_folds[k] for k in folds), 0, ""),
        bar("mean scores that differ", sum(scores[key] != calm_scores[key] for key in calm_scores), 0, ""),
    ]
    return report(bars, as_json=options.json)


def undisturbed(ground: Ground) -> tuple[int, float]:
    """The id of a run that nobody disturbs, and its seconds."""
    worker = started_worker()
    try:
        until_warm(worker)
        started = perf_counter()
        run_id = ground.launch(triples())
        until_done(run_id)
        return run_id, perf_counter() - started
    finally:
        stopped(worker)


class Kills:
    """One run, killed at random until it was often enough."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self.count = 0
        self._chance = random.Random(SEED)
        self._hit = {"worker": 0, "child": 0, "fitting process": 0}
        self._worker = started_worker()

    @property
    def words(self) -> str:
        """How often what was killed."""
        return ", ".join(f"{name} {count} times" for name, count in self._hit.items())

    def until_done(self) -> None:
        """Kill while there is something to kill, then let it end."""
        before = 0
        try:
            while self.count < KILLS and not self._is_over():
                if self._is_at_work() and len(stored(self.run_id)) > before:
                    sleep(self._chance.uniform(0.0, 5.0))
                    before = len(stored(self.run_id))
                    self._kill()
                sleep(0.05)
            until_done(self.run_id)
        finally:
            stopped(self._worker)

    def _kill(self) -> None:
        """The worker, one of its children, or one of theirs, as chance has it."""
        children = descendants(self._worker.pid, depth=1)
        fitting = [pid for child in children for pid in descendants(child)]
        names = ["worker", *(["child"] if children else []), *(["fitting process"] if fitting else [])]
        name = self._chance.choice(names)
        victim = {"worker": [self._worker.pid], "child": children, "fitting process": fitting}[name]
        with suppress(ProcessLookupError):
            os.kill(self._chance.choice(victim), signal.SIGKILL)
        self.count += 1
        self._hit[name] += 1
        if name == "worker":
            self._worker.wait()
            self._worker = started_worker()

    def _is_at_work(self) -> bool:
        """Whether the worker that lives now has taken the run up."""
        with reading() as session:
            run = session.get_one(tables.Run, self.run_id)
            job = session.get_one(tables.Job, run.job_id)
            return job.state == JobState.RUNNING.value and str(job.worker).endswith(f":{self._worker.pid}")

    def _is_over(self) -> bool:
        with reading() as session:
            return JobState(session.get_one(tables.Run, self.run_id).state).is_final


def disturbed(ground: Ground) -> tuple[Kills, float]:
    """The same triples again."""
    kills = Kills(ground.launch(triples()))
    started = perf_counter()
    kills.until_done()
    return kills, perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
