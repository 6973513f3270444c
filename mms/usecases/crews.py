"""The crew of a run: this process while the work is small, processes beside it when it is not."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import rmtree

import sqlalchemy as sa

from db import models as tables
from db.session import Transaction
from mms.domain.jobs import JobState
from mms.ml.crew import Crew
from mms.ml.crew.dask import Dask
from mms.ml.crew.loky import Loky
from mms.ml.crew.serial import Serial
from mms.settings import settings

MANY_ROWS = 1_000_000
"""Rows times fits from which processes are started without a try: the try alone would take long."""

TRIAL_SECONDS = 1.0
"""How long this process fits before it foretells how long the rest would take it."""

WORTH_SECONDS = 6.0
"""The least foretold rest for which other processes are started: that costs a few seconds by itself."""

_MEGABYTE = 1 << 20
_MOST_SHARED = 4096


def workers() -> int:
    """How many processes may fit at once: as the site says, else one for each core this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return settings().workers or cores or 1


def is_alone() -> bool:
    """Whether nobody but this process may fit."""
    return workers() == 1 and settings().dask_scheduler is None


def shared_bytes() -> int:
    """Memory for work that triples share: as the site says, else a quarter of the machine's, at most 4 GB."""
    megabytes = settings().shared_mb
    if megabytes is None:
        try:
            machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        except (AttributeError, OSError, ValueError):  # not on every platform
            return 1024 * _MEGABYTE
        return min(machine // 4, _MOST_SHARED * _MEGABYTE)
    return megabytes * _MEGABYTE


@contextmanager
def crew_of(job_id: int, *, is_small: bool) -> Iterator[Crew]:
    """The crew of a job. Leaving it ends every call that still runs."""
    crew: Crew = Serial() if is_small else _many(job_id)
    try:
        yield crew
    finally:
        crew.close()


def _many(job_id: int) -> Crew:
    site = settings()
    return Dask(site.dask_scheduler) if site.dask_scheduler else Loky(workers(), site.spool / str(job_id))


def sweep_spool(transaction: Transaction) -> None:
    """Delete what killed jobs left behind."""
    folders = list(settings().spool.glob("*"))
    if not folders:
        return
    with transaction() as session:
        running = sa.select(tables.Job.id).where(tables.Job.state == JobState.RUNNING.value)
        names = {str(id_) for id_ in session.scalars(running)}
    for folder in folders:
        if folder.name not in names:
            rmtree(folder, ignore_errors=True)
