"""Large bytes go in and come out whole, once, in little memory, and damaged ones are never handed out."""

import hashlib
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import blobs
from db.models import Artifact, Blob, BlobChunk
from db.session import reading, transaction
from mms.domain.errors import Conflict, NotFound, Unavailable


def some_bytes(size: int, seed: int = 1) -> bytes:
    return Random(seed).randbytes(size)


def some_file(folder: Path, size: int) -> Path:
    path = folder / "some.bin"
    path.write_bytes(some_bytes(size))
    return path


def read(sha256: str) -> bytes:
    with reading() as session:
        return blobs.read_bytes(session, sha256)


def counted(table: type[Blob] | type[BlobChunk]) -> int:
    with reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


@pytest.mark.parametrize("size", [0, 1, blobs.CHUNK, 2 * blobs.CHUNK + 7])
def test_a_file_comes_back_as_it_was(store: str, now: datetime, tmp_path: Path, size: int) -> None:
    path = some_file(tmp_path, size)

    sha256 = blobs.put_file(transaction, path, now)

    assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read(sha256) == path.read_bytes()


@pytest.mark.parametrize("size", [0, 1, blobs.CHUNK, 2 * blobs.CHUNK + 7])
def test_bytes_come_back_as_they_were(store: str, now: datetime, size: int) -> None:
    with transaction() as session:
        sha256 = blobs.put_bytes(session, some_bytes(size), now)

    assert read(sha256) == some_bytes(size)


def test_the_same_content_is_stored_once(store: str, now: datetime, tmp_path: Path) -> None:
    path = some_file(tmp_path, blobs.CHUNK + 1)

    first = blobs.put_file(transaction, path, now)
    second = blobs.put_file(transaction, path, now)
    with transaction() as session:
        third = blobs.put_bytes(session, path.read_bytes(), now)

    assert first == second == third
    assert (counted(Blob), counted(BlobChunk)) == (1, 2)


def test_bytes_of_a_transaction_that_fails_are_not_stored(store: str, now: datetime) -> None:
    with pytest.raises(RuntimeError), transaction() as session:
        blobs.put_bytes(session, b"never", now)
        raise RuntimeError

    assert counted(Blob) == 0


def test_many_writers_of_the_same_bytes_store_them_once(store: str, now: datetime, tmp_path: Path) -> None:
    path = some_file(tmp_path, 3 * blobs.CHUNK)

    with ThreadPoolExecutor(4) as pool:
        hashes = set(pool.map(lambda _: blobs.put_file(transaction, path, now), range(4)))

    assert read(hashes.pop()) == path.read_bytes()
    assert not hashes
    assert counted(BlobChunk) == 3


class Killed(Exception):
    """The writer's process ends here."""


def killed_after(transactions: int) -> object:
    """A factory of transactions that stops working, as a killed process does."""
    left = transactions

    @contextmanager
    def limited() -> Iterator[Session]:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        with transaction() as session:
            yield session

    return limited


def test_what_a_killed_writer_left_is_not_readable_and_the_next_one_replaces_it(
    store: str, now: datetime, tmp_path: Path
) -> None:
    path = some_file(tmp_path, 3 * blobs.CHUNK)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()

    with pytest.raises(Killed):
        blobs.put_file(killed_after(2), path, now)  # type: ignore[arg-type]
    with transaction() as session:
        session.execute(sa.update(BlobChunk).values(data=b"torn"))
        session.add(BlobChunk(sha256=sha256, position=9, data=b"of other chunks"))

    with pytest.raises(NotFound, match="never stored whole"):
        read(sha256)
    assert blobs.put_file(transaction, path, now) == sha256
    assert read(sha256) == path.read_bytes()
    assert counted(BlobChunk) == 3


@pytest.mark.parametrize("change", [b"", b"longer" * blobs.CHUNK, b"x"])
def test_a_file_that_changes_meanwhile_is_refused(store: str, now: datetime, tmp_path: Path, change: bytes) -> None:
    path = some_file(tmp_path, 2 * blobs.CHUNK)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()

    @contextmanager
    def meddling() -> Iterator[Session]:
        with transaction() as session:
            yield session
        path.write_bytes(change)

    with pytest.raises(Conflict, match="store it again"):
        blobs.put_file(meddling, path, now)

    with pytest.raises(NotFound):
        read(sha256)


def test_unknown_bytes_are_not_found_before_the_first_chunk_is_asked_for(store: str) -> None:
    with reading() as session, pytest.raises(NotFound):
        blobs.chunks(session, "0" * 64)


def test_damaged_bytes_are_never_handed_out_as_whole(store: str, now: datetime, tmp_path: Path) -> None:
    with transaction() as session:
        sha256 = blobs.put_bytes(session, b"truth", now)
        session.execute(sa.update(BlobChunk).values(data=b"error"))

    with pytest.raises(Unavailable, match="restore the store from a backup"):
        read(sha256)
    with reading() as session, pytest.raises(Unavailable):
        blobs.cached_file(session, tmp_path / "cache", sha256)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cached_file_is_made_once_and_made_again_when_it_is_wrong(store: str, now: datetime, tmp_path: Path) -> None:
    cache, content = tmp_path / "cache", some_bytes(blobs.CHUNK + 1)
    with transaction() as session:
        sha256 = blobs.put_bytes(session, content, now)

    with reading() as session:
        path = blobs.cached_file(session, cache, sha256)
        made = path.stat().st_mtime_ns
        again = blobs.cached_file(session, cache, sha256).stat().st_mtime_ns
        path.write_bytes(b"meddled with")
        mended = blobs.cached_file(session, cache, sha256)

    assert again == made
    assert mended.read_bytes() == content
    assert [file.name for file in cache.iterdir()] == [sha256]


@pytest.mark.slow
def test_64_mb_go_in_and_out_in_8_mb_of_memory(sqlite_store: str, now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        for seed in range(64):
            file.write(some_bytes(1 << 20, seed))

    tracemalloc.start()
    try:
        sha256 = blobs.put_file(transaction, path, now)
        with reading() as session:
            copy = blobs.cached_file(session, tmp_path / "cache", sha256)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert copy.stat().st_size == 64 << 20
    assert peak < 8 << 20


def test_only_what_no_row_refers_to_is_swept(store: str, now: datetime) -> None:
    with transaction() as session:
        free, held = (blobs.put_bytes(session, some_bytes(9, seed), now) for seed in (1, 2))
        other = blobs.put_bytes(session, some_bytes(9, 3), now)
        session.add(an_artifact(held, now))

    with transaction() as session:
        assert blobs.sweep(session, [free, held, held, "unknown"]) == 1
        assert blobs.sweep(session, []) == 0

    assert (read(held), read(other)) == (some_bytes(9, 2), some_bytes(9, 3))
    assert counted(BlobChunk) == 2
    with pytest.raises(NotFound):
        read(free)


def test_bytes_that_are_stored_and_swept_at_once_are_whole_where_a_row_refers_to_them(
    store: str, now: datetime
) -> None:
    def store_and_refer(_: int) -> None:
        with transaction() as session:
            sha256 = blobs.put_bytes(session, some_bytes(9), now)
            row = an_artifact(sha256, now)
            session.add(row)
            session.flush()
        assert read(sha256) == some_bytes(9)
        with transaction() as session:
            session.execute(sa.delete(Artifact).where(Artifact.id == row.id))
            blobs.sweep(session, [sha256])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store_and_refer, range(40)))

    assert (counted(Blob), counted(BlobChunk)) == (0, 0)


def an_artifact(sha256: str, now: datetime) -> Artifact:
    """A row that refers to a blob."""
    return Artifact(sha256=sha256, size=9, hmac="0" * 64, signature={}, environment={}, created_at=now)
