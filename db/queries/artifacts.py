"""Artifacts: the persisted models, streamed."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from db import blobs


def artifact_chunks(session: Session, sha256: str) -> Iterator[bytes]:
    """The bytes of an artifact, chunk by chunk; NotFound when the store lacks them."""
    return blobs.chunks(session, sha256)
