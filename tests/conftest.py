"""Fixtures every test may use: a store of its own, a member, a moment."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db import session as sessions
from db.models import Base
from db.models import Member as MemberRow
from mms.domain.members import Member, Role

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """The moment the tests live in."""
    return NOW


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty, migrated store; returns its URL. Everything that reads the settings uses it."""
    monkeypatch.setenv("MMS_HOME", str(tmp_path))
    monkeypatch.delenv("MMS_DATABASE_URL", raising=False)
    url = f"sqlite:///{tmp_path / 'mms.db'}"
    Base.metadata.create_all(sessions.engine(url))
    yield url
    sessions.dispose()


@pytest.fixture
def member(store: str) -> Member:
    """An administrator, stored."""
    with sessions.transaction() as session:
        row = MemberRow(name="ada", display_name="Ada Lovelace", roles=[Role.ADMIN.value], created_at=NOW)
        session.add(row)
        session.flush()
        return Member(row.id, row.name, row.display_name, frozenset({Role.ADMIN}))
