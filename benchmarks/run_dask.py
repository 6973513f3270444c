"""The same run on this machine and on a local Dask cluster of two workers, one of which is killed midway.

Both are launched and worked off by a real worker; the cluster is found by MMS_DASK_SCHEDULER, as in operation.
"""

import os
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from time import perf_counter, sleep

sys.path.insert(0, str(Path(__file__).parents[1]))

from distributed import LocalCluster

from benchmarks.report import bar, report
from benchmarks.runs import Ground, greatest_gap, ground_of, until_done, worker
from benchmarks.runs.digits import ALGORITHMS, digits, stored, triples
from mms.domain.snapshots import FOLDS

LIMIT = 1e-9
HALF = len(ALGORITHMS) * (FOLDS + 1) // 2


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options = parser.parse_args()
    with ground_of(digits()) as ground:
        here, seconds = on_this_machine(ground)
        there, cluster_seconds = on_a_cluster(ground)
        folds, wanted = stored(there), stored(here)
        gap = greatest_gap(ground.scores(there), ground.scores(here))
    print(f"{cluster_seconds:.1f} s on the cluster, {seconds:.1f} s on this machine", file=sys.stderr)
    bars = [
        bar("fits missing or too many", len(folds.keys() ^ wanted.keys()), 0, ""),
        bar("greatest difference of a mean score", gap, LIMIT, ""),
    ]
    return report(bars, as_json=options.json)


def on_this_machine(ground: Ground) -> tuple[int, float]:
    """The id of the run, and its seconds."""
    with worker():
        started = perf_counter()
        run_id = ground.launch(triples())
        until_done(run_id)
        return run_id, perf_counter() - started


def on_a_cluster(ground: Ground) -> tuple[int, float]:
    """The same; half of the fits are stored when a worker dies."""
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        os.environ["MMS_DASK_SCHEDULER"] = cluster.scheduler_address
        try:
            with worker():
                started = perf_counter()
                run_id = ground.launch(triples())
                while len(stored(run_id)) < HALF:
                    sleep(0.05)
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
                until_done(run_id)
                return run_id, perf_counter() - started
        finally:
            del os.environ["MMS_DASK_SCHEDULER"]


if __name__ == "__main__":
    sys.exit(main())
