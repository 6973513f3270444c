"""The worker as a real process: what it survives, how quickly it stops, what it leaves behind."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from db import models as tables
from db.locks import held_alone
from db.queries.runs import run_page
from db.session import dispose, engine, reading, transaction
from mms.domain.jobs import JobDraft, JobKind, JobState
from mms.domain.members import Member
from mms.domain.runs import Launch
from mms.usecases.jobs import cancel_job, enqueue
from mms.usecases.runs import cancel_run, launch_run
from tests.trained import a_project, a_snapshot, triple_of

ROOT = Path(__file__).resolve().parents[2]
SLOW_WORK = "tests.worker.slow_work"
PATIENCE = 180.0
"""Seconds after which a test gives up waiting: only a hang takes that long, also on a busy machine."""


@contextmanager
def a_worker(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The worker on the test's store, with handlers that take their time; killed at the end if it still lives."""
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", SLOW_WORK], cwd=ROOT, stdin=subprocess.PIPE, stdout=file, stderr=file
        )
    try:
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> float:
    """Seconds waited."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"waited {seconds} s in vain until {what}"
        time.sleep(0.05)
    return time.monotonic() - began


def launched(member: Member, folder: Path) -> int:
    now = datetime.now(UTC)
    project = a_project(member, folder, now)
    snapshot = a_snapshot(member, project, now)
    with transaction() as session:
        return launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, "logistic"),)), now)


def folds() -> int:
    with reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(tables.FoldResult)) or 0


def fits() -> dict[tuple[int, int], float]:
    """How long each stored fit took: no two take equally long."""
    with reading() as session:
        return {(row.run_triple_id, row.fold): row.fit_seconds for row in session.scalars(sa.select(tables.FoldResult))}


def state_of(run_id: int) -> JobState:
    with reading() as session:
        return run_page(session, run_id).run.state


def offspring(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The child and all it started, without multiprocessing's own resource tracker."""
    children = psutil.Process(process.pid).children(recursive=True)
    return [child for child in children if "resource_tracker" not in " ".join(child.cmdline())]


def gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


@pytest.mark.slow
def test_a_killed_worker_loses_no_finished_fold_and_the_next_goes_on(
    store: str, member: Member, tmp_path: Path
) -> None:
    run_id = launched(member, tmp_path)
    with a_worker(tmp_path / "one.log") as first:
        until(lambda: folds() >= 5, "five folds are stored")
        children = offspring(first)
        first.send_signal(signal.SIGKILL)
        until(lambda: gone(children), "the child has ended with its supervisor", 5)
        kept = fits()

    with a_worker(tmp_path / "two.log"):
        until(lambda: state_of(run_id) is JobState.SUCCEEDED, "the run has succeeded")

    assert kept.items() <= fits().items()
    assert folds() == 26


@pytest.mark.slow
def test_a_run_stops_within_two_seconds(store: str, member: Member, tmp_path: Path) -> None:
    run_id = launched(member, tmp_path)
    with a_worker(tmp_path / "log"):
        until(lambda: folds() >= 2, "two folds are stored")
        with transaction() as session:
            cancel_run(session, member, run_id, datetime.now(UTC))

        waited = until(lambda: state_of(run_id) is JobState.CANCELLED, "the run has stopped")

    assert waited <= 2


@pytest.mark.slow
def test_a_job_that_never_looks_up_is_killed_with_all_it_started(store: str, member: Member, tmp_path: Path) -> None:
    with transaction() as session:
        job_id = enqueue(session, JobDraft(JobKind.PICTURES, {"endless": True}), datetime.now(UTC))
    assert job_id is not None
    with a_worker(tmp_path / "log") as worker:
        until(lambda: len(offspring(worker)) == 2, "the job has started a process of its own")
        started = offspring(worker)
        with transaction() as session:
            cancel_job(session, member, job_id, datetime.now(UTC))

        waited = until(lambda: jobs_in(JobState.CANCELLED) == 1 and gone(started), "the job has stopped")

    assert waited <= 2


@pytest.mark.slow
def test_a_child_that_dies_is_replaced_and_its_job_tried_again(store: str, tmp_path: Path) -> None:
    with transaction() as session:
        enqueue(session, JobDraft(JobKind.PICTURES, {"die": True}), datetime.now(UTC))

    with a_worker(tmp_path / "log"):
        until(lambda: jobs_in(JobState.SUCCEEDED) == 1, "the second attempt has succeeded")

    with reading() as session:
        job = session.scalars(sa.select(tables.Job)).one()
    assert (job.attempt, job.failures) == (2, 1)


def jobs_in(state: JobState) -> int:
    with reading() as session:
        stmt = sa.select(sa.func.count()).select_from(tables.Job).where(tables.Job.state == state.value)
        return session.scalar(stmt) or 0


@pytest.mark.slow
def test_a_run_waits_for_a_database_that_went_away_and_goes_on_when_it_is_back(
    store: str, member: Member, tmp_path: Path
) -> None:
    run_id = launched(member, tmp_path)
    log = tmp_path / "log"
    with a_worker(log):
        until(lambda: folds() >= 3, "three folds are stored")

        with database_away(tmp_path):
            until(lambda: b"The store cannot be reached" in log.read_bytes(), "the worker says so")

        until(lambda: state_of(run_id) is JobState.SUCCEEDED, "the run has succeeded")

    with reading() as session:
        job = session.scalars(sa.select(tables.Job).where(tables.Job.kind == JobKind.RUN.value)).one()
    assert job.failures == 0
    assert folds() == 26
    assert b"Traceback" not in log.read_bytes()


@contextmanager
def database_away(folder: Path) -> Iterator[None]:
    """PostgreSQL refuses and ends every connection; the SQLite file is held by somebody who does not let go."""
    url = engine().url
    if url.get_backend_name() == "sqlite":
        dispose()
        blocker = sa.create_engine(url, poolclass=sa.NullPool)
        with blocker.connect() as connection:
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
            yield
            connection.exec_driver_sql("ROLLBACK")
        return
    dispose()
    admin = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS false")
        connection.exec_driver_sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'"
        )
        try:
            yield
        finally:
            connection.exec_driver_sql(f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS true")


@pytest.mark.slow
def test_a_worker_ends_with_its_parents_pipe_and_hands_its_job_back(store: str, member: Member, tmp_path: Path) -> None:
    run_id = launched(member, tmp_path)
    with a_worker(tmp_path / "log") as worker:
        until(lambda: folds() >= 2, "two folds are stored")
        children = offspring(worker)
        assert worker.stdin is not None

        worker.stdin.close()

        assert worker.wait(3) == 0
    assert gone(children)
    assert state_of(run_id) is JobState.QUEUED


@pytest.mark.slow
def test_a_second_worker_of_a_host_is_refused(store: str, tmp_path: Path) -> None:
    log = tmp_path / "two.log"
    with held_alone("worker") as alone, a_worker(log) as second:
        assert alone
        assert second.wait(PATIENCE) == 1

    assert b"already serves this store" in log.read_bytes()


def test_a_lock_is_free_again_when_its_holder_lets_go(store: str) -> None:
    with held_alone("worker") as first, held_alone("worker") as second:
        assert (first, second) == (True, False)

    with held_alone("worker") as third:
        assert third
