"""Large bytes in the store: chunked, content-addressed, streamed both ways; never a whole one twice in memory."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from db.session import Transaction

CHUNK = 1 << 20
"""Bytes a chunk."""


def put_file(transaction: Transaction, path: Path, now: datetime) -> str:
    """Stream a file into the store in short transactions; return its SHA-256. The same content is stored once."""
    raise NotImplementedError


def put_bytes(session: Session, data: bytes, now: datetime) -> str:
    """Store a few MB in the caller's own transaction; return their SHA-256."""
    raise NotImplementedError


def chunks(session: Session, sha256: str) -> Iterator[bytes]:
    """The bytes, chunk by chunk; NotFound when there is no complete blob of this hash."""
    raise NotImplementedError


def read_bytes(session: Session, sha256: str) -> bytes:
    """A small blob as a whole."""
    raise NotImplementedError


def cached_file(session: Session, cache: Path, sha256: str) -> Path:
    """A local file with these bytes, made from the store when it is missing or wrong; verified by hash."""
    raise NotImplementedError
