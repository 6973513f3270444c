"""The engine and the two ways to use it: `reading()` for queries, `transaction()` for use cases.

One engine a process, made at first use. SQLite: WAL, foreign keys, writers serialised up front by BEGIN IMMEDIATE, so
that a reader never blocks and a writer never fails half way. PostgreSQL: its defaults.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mms.domain.errors import Unavailable
from mms.settings import settings

Transaction = Callable[[], AbstractContextManager[Session]]
"""What long work takes instead of a session: a factory of short transactions."""

_BUSY_SECONDS = 30
_lock = Lock()
_engines: dict[str, sa.Engine] = {}


def engine(url: str | None = None) -> sa.Engine:
    """The process's engine for a URL (default: the settings'), made at first use."""
    url = url or settings().database_url
    with _lock:
        if url not in _engines:
            _engines[url] = _made(url)
        return _engines[url]


def dispose() -> None:
    """Close every connection of this process; the next use connects anew."""
    with _lock:
        for made in _engines.values():
            made.dispose()
        _engines.clear()


@contextmanager
def reading() -> Iterator[Session]:
    """A session for queries: deferred, never commits."""
    with translated(), Session(engine().execution_options(mms_read=True)) as session:
        yield session


@contextmanager
def transaction() -> Iterator[Session]:
    """A session for use cases: leaving it commits, an exception rolls back. Survives a crash of the process."""
    with translated(), Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def acknowledged() -> Iterator[Session]:
    """A transaction whose commit survives a power cut too: for what is acknowledged to a caller."""
    made = engine().execution_options(mms_durable=True)
    with translated(), Session(made, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def translated() -> Iterator[None]:
    """A store that cannot be reached is a refusal with a sentence, not a stack trace."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
        if getattr(getattr(error, "orig", None), "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
            raise  # SQLite's word for a statement that is wrong: a bug of ours
        raise Unavailable(
            "The store cannot be reached or is busy: nothing was changed. Check that the database runs, then try again."
        ) from error


def _made(url: str) -> sa.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
    database = sa.make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    made = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS}, pool_size=10, max_overflow=20)
    sa.event.listen(made, "connect", _set_up_sqlite)
    sa.event.listen(made, "begin", _begin_sqlite)
    return made


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if options.get("mms_read"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options.get('mms_durable') else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
