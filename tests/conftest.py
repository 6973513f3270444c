"""Fixtures every test may use: a store of its own, a member, a moment.

A test that asks for `store` runs twice: on a SQLite file and on a real PostgreSQL. A test for which the database cannot
matter (a page, a verb of the command line) asks for `sqlite_store` and runs once; what else it uses then does too.
Of the second runs, `make test-fast` takes those that are about the store or its queue; the others count as slow.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from db import session as sessions
from db.migrate import migrate
from db.models import Member as MemberRow
from mms.domain.members import Member, Role
from mms.settings import Settings
from tests import postgres

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

ABOUT_THE_STORE = ("tests.db.", "tests.usecases.test_jobs", "tests.usecases.test_promotions", "tests.worker.")
"""Modules whose rules hang on what the database does."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test with a store runs on both databases, but for those that say that it cannot matter."""
    if "store" in metafunc.fixturenames:
        once = "sqlite_store" in metafunc.fixturenames
        is_about_it = metafunc.module.__name__.startswith(ABOUT_THE_STORE)
        second = pytest.param("postgresql", marks=() if is_about_it else pytest.mark.slow)
        metafunc.parametrize("store", ["sqlite"] if once else ["sqlite", second], indirect=True)


@pytest.fixture
def now() -> datetime:
    """The moment the tests live in."""
    return NOW


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty, migrated store; returns its URL. Everything that reads the settings uses it."""
    monkeypatch.setenv("MMS_HOME", str(tmp_path))
    monkeypatch.setenv("MMS_WORKERS", "1")  # a busy machine would start other processes for toys
    url = request.getfixturevalue(f"{request.param}_url")
    if request.param == "sqlite":
        monkeypatch.delenv("MMS_DATABASE_URL", raising=False)
    else:
        monkeypatch.setenv("MMS_DATABASE_URL", url)
    yield url
    sessions.dispose()


@pytest.fixture
def sqlite_store(store: str) -> str:
    """A store on SQLite only: for tests whose subject never sees the database."""
    return store


@pytest.fixture
def member(store: str) -> Member:
    """An administrator, stored."""
    with sessions.transaction() as session:
        row = MemberRow(name="ada", display_name="Ada Lovelace", roles=[Role.ADMIN.value], created_at=NOW)
        session.add(row)
        session.flush()
        return Member(row.id, row.name, row.display_name, frozenset({Role.ADMIN}))


@pytest.fixture
def sqlite_url(tmp_path: Path, _sqlite_template: Path) -> str:
    """A fresh copy of the migrated SQLite file."""
    shutil.copyfile(_sqlite_template, tmp_path / "mms.db")
    return f"sqlite:///{tmp_path / 'mms.db'}"


@pytest.fixture
def postgresql_url(_postgresql_template: sa.URL) -> Iterator[str]:
    """A fresh copy of the migrated PostgreSQL database."""
    with postgres.database(_postgresql_template, template=_postgresql_template.database) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture
def empty_postgresql_url(_postgresql_server: sa.URL) -> Iterator[str]:
    """A PostgreSQL database in which nothing was ever started."""
    with postgres.database(_postgresql_server) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "mms.db"
    _migrated(path.parent, f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _postgresql_server() -> Iterator[sa.URL]:
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def _postgresql_template(_postgresql_server: sa.URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.URL]:
    with postgres.database(_postgresql_server) as url:
        _migrated(tmp_path_factory.mktemp("home"), url.render_as_string(hide_password=False))
        yield url


def _migrated(home: Path, url: str) -> None:
    migrate(Settings(home, url), NOW)
    sessions.dispose()
