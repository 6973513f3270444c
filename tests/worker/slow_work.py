"""The worker of the tests: the real one, whose folds take their time, and jobs that misbehave."""

import os
import signal
import subprocess
import sys
import time
from typing import Any

from mms.cli import worker
from mms.domain.errors import MmsError
from mms.domain.jobs import JobKind
from mms.ml.sharing import plan
from mms.usecases.fitting import fit_run
from mms.usecases.jobs import JobContext

PAUSE = 0.15
"""Seconds before each fold, so that a test can step in between."""


def fit_slowly(context: JobContext) -> None:
    """The real work of a run, a little slower."""
    quick = plan.fit_of

    def slow(*arguments: Any) -> Any:
        time.sleep(PAUSE)
        return quick(*arguments)

    plan.fit_of = slow
    try:
        fit_run(context)
    finally:
        plan.fit_of = quick


def misbehave(context: JobContext) -> None:
    """Die as a process does that takes too much memory (once), or never come to an end."""
    asked = context.job.arguments
    if asked.get("die") and context.job.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if asked.get("endless"):
        subprocess.run(["sleep", "1000"], check=True)


if __name__ == "__main__":
    worker.HANDLERS = {
        JobKind.RUN: "tests.worker.slow_work:fit_slowly",
        JobKind.PICTURES: "tests.worker.slow_work:misbehave",
    }
    worker.SCHEDULES = ()
    try:
        sys.exit(worker.main(parent_pipe=True))
    except MmsError as error:
        print(error.sentence, file=sys.stderr)  # noqa: T201
        sys.exit(1)
