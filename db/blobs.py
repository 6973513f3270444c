"""Large bytes in the store: chunked, content-addressed, streamed both ways; never a whole one twice in memory.

A chunk is written only if its own hash is the one seen when the whole was hashed, and the same content has the same
chunks: writers of the same bytes help each other, and what a killed one left is replaced by the next.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import Base, Blob, BlobChunk
from db.session import Transaction
from mms.domain.errors import Conflict, NotFound, Unavailable

CHUNK = 1 << 20
"""Bytes a chunk."""


def put_file(transaction: Transaction, path: Path, now: datetime) -> str:
    """Stream a file into the store in short transactions; return its SHA-256. The same content is stored once.

    Raises Conflict when the file changes meanwhile; what was written of it is never read.
    """
    whole, size, parts = hashlib.sha256(), 0, []
    for data in _pieces(path):
        whole.update(data)
        size += len(data)
        parts.append(hashlib.sha256(data).digest())
    sha256 = whole.hexdigest()
    with transaction() as session:
        if _begun(session, sha256, size, now):
            return sha256
    written = 0
    for position, data in enumerate(_pieces(path)):
        if position >= len(parts) or hashlib.sha256(data).digest() != parts[position]:
            raise Conflict(f"The file {path.name} changed while it was being stored: store it again.")
        with transaction() as session:
            _write(session, sha256, position, data)
        written += 1
    if written != len(parts):
        raise Conflict(f"The file {path.name} became shorter while it was being stored: store it again.")
    with transaction() as session:
        _complete(session, sha256, written)
    return sha256


def put_bytes(session: Session, data: bytes, now: datetime) -> str:
    """Store a few MB in the caller's own transaction; return their SHA-256."""
    sha256 = hashlib.sha256(data).hexdigest()
    row = {"sha256": sha256, "size": len(data), "complete": True, "created_at": now}  # nobody sees it before its bytes
    is_new = session.scalar(_insert(session, Blob).on_conflict_do_nothing().returning(Blob.size), row) is not None
    if not is_new and _begun(session, sha256, len(data), now):
        return sha256
    starts = range(0, len(data), CHUNK)
    for position, start in enumerate(starts):
        _write(session, sha256, position, data[start : start + CHUNK])
    if not is_new:
        _complete(session, sha256, len(starts))
    return sha256


def sweep(session: Session, hashes: Iterable[str]) -> int:
    """Delete those of the blobs to which no row refers any more; return how many.

    Only for what `put_bytes` stored: that comes in one transaction with the row that refers to it, so whoever stores
    the same bytes meanwhile waits for us, or we see their row.
    """
    locked = sa.select(Blob.sha256).where(Blob.sha256.in_(sorted(set(hashes)))).order_by(Blob.sha256).with_for_update()
    candidates = session.scalars(locked).all()
    free = [~sa.exists().where(column == Blob.sha256) for column in _references()]
    gone = sa.delete(Blob).where(Blob.sha256.in_(candidates), *free).returning(Blob.sha256)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def chunks(session: Session, sha256: str) -> Iterator[bytes]:
    """The bytes, chunk by chunk; NotFound when there is no complete blob of this hash.

    After the last chunk, Unavailable when the bytes are not those that were stored.
    """
    if not session.scalar(sa.select(Blob.complete).where(Blob.sha256 == sha256)):
        raise NotFound(f"The store holds no bytes of hash {sha256[:12]}: they were deleted, or never stored whole.")
    return _checked(_stored(session, sha256), sha256)


def read_bytes(session: Session, sha256: str) -> bytes:
    """A small blob as a whole."""
    return b"".join(chunks(session, sha256))


def cached_file(session: Session, cache: Path, sha256: str) -> Path:
    """A local file with these bytes, made from the store when it is missing or wrong; verified by hash."""
    path = cache / sha256
    if path.is_file() and _hash_of(path) == sha256:
        return path
    content = chunks(session, sha256)
    cache.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{sha256[:12]}.", dir=cache)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(content)
        os.replace(name, path)  # whoever reads sees the old file or the new one, never half of it
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def _references() -> list[sa.Column[str]]:
    """Every column that refers to a blob, but for the blob's own chunks."""
    keys = (key for table in Base.metadata.sorted_tables for key in table.foreign_keys)
    return [
        key.parent for key in keys if key.column.table is Blob.__table__ and key.parent.table is not BlobChunk.__table__
    ]


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            yield data


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stored(session: Session, sha256: str) -> Iterator[bytes]:
    """One statement a chunk: a driver that fetches a whole result at once would hold them all."""
    for position in count():
        data = session.scalar(
            sa.select(BlobChunk.data).where(BlobChunk.sha256 == sha256, BlobChunk.position == position)
        )
        if data is None:
            return
        yield data


def _checked(content: Iterable[bytes], sha256: str) -> Iterator[bytes]:
    whole = hashlib.sha256()
    for data in content:
        whole.update(data)
        yield data
    if whole.hexdigest() != sha256:
        raise Unavailable(f"The stored bytes of hash {sha256[:12]} are damaged: restore the store from a backup.")


def _begun(session: Session, sha256: str, size: int, now: datetime) -> bool:
    """Make the blob's row and hold it; True when a complete blob is there already."""
    row = {"sha256": sha256, "size": size, "complete": False, "created_at": now}
    held = sa.select(Blob.complete).where(Blob.sha256 == sha256).with_for_update(read=True, key_share=True)
    while True:
        session.execute(_insert(session, Blob).on_conflict_do_nothing(), row)
        complete = session.scalar(held)
        if complete is not None:  # else it was swept between the two statements
            return complete


def _write(session: Session, sha256: str, position: int, data: bytes) -> None:
    insert = _insert(session, BlobChunk)
    replace = insert.on_conflict_do_update(
        index_elements=[BlobChunk.sha256, BlobChunk.position], set_={"data": insert.excluded.data}
    )
    session.execute(replace, {"sha256": sha256, "position": position, "data": data})


def _complete(session: Session, sha256: str, length: int) -> None:
    session.execute(sa.delete(BlobChunk).where(BlobChunk.sha256 == sha256, BlobChunk.position >= length))
    session.execute(sa.update(Blob).where(Blob.sha256 == sha256).values(complete=True))


def _insert(session: Session, table: type[Blob] | type[BlobChunk]) -> sqlite.Insert | postgresql.Insert:
    """INSERT with ON CONFLICT, which each database spells through its own dialect."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
