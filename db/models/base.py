"""What all tables share: naming convention, UTC times, JSON, and the mark of a deleted row."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

Json = sa.JSON().with_variant(JSONB(), "postgresql")
"""JSON text on SQLite, JSONB on PostgreSQL."""

LIVE = sa.text("deleted_at IS NULL")
"""Uniqueness counts only live rows: the condition of every partial unique index."""


IDS_ONCE = {"sqlite_autoincrement": True}
"""Rows go, but who knows the id of one must never reach another by it: SQLite too gives each id once."""


class UtcTime(TypeDecorator[datetime]):
    """A UTC-aware time. SQLite keeps it as sortable text without zone, PostgreSQL as timestamptz."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse times without zone; hand UTC to the driver."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the time {value} has no zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Always UTC-aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The registry of all tables."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcTime(),
        dict[str, Any]: Json,
        list[Any]: Json,
        int: sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
    }


def live_unique(name: str, *columns: str) -> sa.Index:
    """A unique index over live rows only, so that a deleted name may be taken again."""
    return sa.Index(name, *columns, unique=True, sqlite_where=LIVE, postgresql_where=LIVE)


class Deletable:
    """A row that can be put in the bin."""

    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
