"""The two ways to use the store behave the same on SQLite and on PostgreSQL."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from db import session as sessions
from db.models import Member as MemberRow
from mms.domain.errors import Unavailable
from mms.domain.members import Member
from mms.settings import settings


def names() -> list[str]:
    with sessions.reading() as session:
        return list(session.scalars(sa.select(MemberRow.name)))


def grace(now: datetime) -> MemberRow:
    return MemberRow(name="grace", display_name="Grace Hopper", roles=[], created_at=now)


def test_a_transaction_commits_when_it_is_left(store: str, member: Member) -> None:
    assert names() == ["ada"]


def test_an_exception_rolls_a_transaction_back(store: str, now: datetime) -> None:
    with pytest.raises(RuntimeError), sessions.transaction() as session:
        session.add(grace(now))
        session.flush()
        raise RuntimeError

    assert names() == []


def test_reading_never_commits(store: str, now: datetime) -> None:
    with sessions.reading() as session:
        session.add(grace(now))
        session.flush()

    assert names() == []


def test_a_reader_sees_the_last_committed_state_while_a_writer_works(store: str, member: Member, now: datetime) -> None:
    with sessions.transaction() as session:
        session.add(grace(now))
        session.flush()

        assert names() == ["ada"]

    assert names() == ["ada", "grace"]


def test_an_acknowledged_write_is_durable_and_the_next_one_is_not_slowed(sqlite_store: str, now: datetime) -> None:
    with sessions.acknowledged() as session:
        durable = session.scalar(sa.text("PRAGMA synchronous"))
    with sessions.transaction() as session:
        normal = session.scalar(sa.text("PRAGMA synchronous"))

    assert (durable, normal) == (2, 1)


def test_times_come_back_with_their_zone(store: str, member: Member, now: datetime) -> None:
    with sessions.reading() as session:
        stored = session.scalar(sa.select(MemberRow.created_at))

    assert stored == now
    assert stored.tzinfo is UTC


def test_a_store_that_cannot_be_reached_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(Unavailable, match="Check that the database runs"), sessions.reading() as session:
        session.execute(sa.select(1))

    sessions.dispose()


def test_a_store_whose_connections_are_all_taken_is_busy(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = sa.create_engine(store, pool_size=1, max_overflow=0, pool_timeout=0.01)
    monkeypatch.setitem(sessions._engines, settings().database_url, pool)

    with pool.connect(), pytest.raises(Unavailable, match="busy"), sessions.reading() as session:
        session.execute(sa.select(1))

    pool.dispose()


def test_a_wrong_statement_is_a_bug_and_not_a_store_that_is_away(store: str) -> None:
    with pytest.raises((sa.exc.OperationalError, sa.exc.ProgrammingError)), sessions.reading() as session:
        session.execute(sa.text("SELECT nothing FROM nowhere"))
