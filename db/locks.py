"""A lock that one process of a host holds: beside the SQLite file, or in PostgreSQL under the host's name."""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import gethostname

import sqlalchemy as sa

from db.session import engine, translated
from mms.settings import settings

_FAMILY = 0x6D6D
"""First half of the key of our advisory locks; the second is a hash of host and purpose."""


@contextmanager
def held_alone(purpose: str) -> Iterator[bool]:
    """Whether this process got the lock; it goes with the process, however that ends."""
    chosen = settings()
    with _file_lock(_beside(chosen.database_url, purpose)) if chosen.is_embedded else _advisory_lock(purpose) as got:
        yield got


def _beside(url: str, purpose: str) -> Path:
    return Path(f"{sa.make_url(url).database}.{purpose}.lock")


@contextmanager
def _file_lock(path: Path) -> Iterator[bool]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _advisory_lock(purpose: str) -> Iterator[bool]:
    """Held by a connection of its own. A server that restarts forgets it; leases still keep every job single."""
    key = zlib.crc32(f"{gethostname()} {purpose}".encode()) - 2**31
    with translated():
        connection = engine().connect().execution_options(isolation_level="AUTOCOMMIT")
        got = connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_FAMILY, key)))
    try:
        yield bool(got)
    finally:
        with suppress(sa.exc.SQLAlchemyError):
            connection.invalidate()  # closes it for good: a pooled one would keep the lock
            connection.close()
