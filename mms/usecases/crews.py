"""The crew of a run: this process while the work is small, processes beside it when it is not."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import rmtree

import sqlalchemy as sa

from db import models as tables
from db.session import reading
from mms.domain.jobs import Job, JobState
from mms.ml.crew import Crew
from mms.ml.crew.dask import Dask
from mms.ml.crew.loky import Loky, preload
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


def stand_by() -> None:
    """Prepare for crews to come, in a process that will need them: the first then begins at once."""
    if not is_alone() and settings().dask_scheduler is None:
        preload()


@contextmanager
def crew_of(job: Job, *, is_small: bool) -> Iterator[Crew]:
    """The crew of a job. Leaving it ends every call that still runs."""
    crew: Crew = Serial() if is_small else _many(job)
    try:
        yield crew
    finally:
        crew.close()


def _many(job: Job) -> Crew:
    site = settings()
    if site.dask_scheduler:
        return Dask(site.dask_scheduler)
    return Loky(workers(), site.spool / _folder(job.id, job.attempt))


def _folder(job_id: int, attempt: int) -> str:
    """Of one attempt: whoever held the job before may write on for a while, and must not write into our files."""
    return f"{job_id}-{attempt}"


def sweep_spool() -> None:
    """Delete what killed jobs, and earlier attempts at those that run, left behind."""
    folders = list(settings().spool.glob("*"))
    if not folders:
        return
    with reading() as session:
        job = tables.Job
        running = session.execute(sa.select(job.id, job.attempt).where(job.state == JobState.RUNNING.value))
        names = {_folder(id_, attempt) for id_, attempt in running}
    for folder in folders:
        if folder.name not in names:
            rmtree(folder, ignore_errors=True)
