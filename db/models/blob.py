"""Blobs: large bytes in chunks, addressed by the SHA-256 of the whole."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Blob(Base):
    """Large bytes. Nobody reads them before `complete` turns true; the next writer replaces what a killed one left."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    size: Mapped[int]
    complete: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class BlobChunk(Base):
    """One chunk of a blob, in order."""

    __tablename__ = "blob_chunk"

    sha256: Mapped[str] = mapped_column(sa.ForeignKey("blob.sha256", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)
