"""The dashboard as a test sees it: the real main script on the test's own store, without a browser."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from db import session as sessions
from db.migrate import migrate
from db.session import transaction
from mms.domain.members import Member
from mms.settings import settings
from mms.usecases.members import ensure_local_admin
from tests.conftest import NOW
from tests.staged import Stage, a_stage

ROOT = Path(__file__).parents[2]
Open = Callable[..., AppTest]


def opened(stem: str, **query: object) -> AppTest:
    """The page with that address, drawn once."""
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=30)
    app.run()
    app.switch_page(f"{stem}.py")
    for name, value in query.items():
        app.query_params[name] = str(value)
    return app.run()


@pytest.fixture
def admin(sqlite_store: str) -> Member:
    """The local administrator, as whom every page is drawn."""
    with transaction() as session:
        return ensure_local_admin(session, NOW)


@pytest.fixture
def open_page(admin: Member) -> Open:
    """open_page("runs", run=3): the page with that address, drawn once."""
    return opened


@pytest.fixture(scope="session")
def _staged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Stage]:
    """The staged project in a home of its own, made once."""
    home = tmp_path_factory.mktemp("staged")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MMS_HOME", str(home))
        patch.delenv("MMS_DATABASE_URL", raising=False)
        migrate(settings(), NOW)
        with transaction() as session:
            member = ensure_local_admin(session, NOW)
        stage = a_stage(member, home, NOW)
        sessions.dispose()
    return home, stage


@pytest.fixture
def stage(_staged: tuple[Path, Stage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A copy of the staged project, to change as one likes."""
    home, made = _staged
    shutil.copytree(home, tmp_path / "home")
    monkeypatch.setenv("MMS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MMS_DATABASE_URL", raising=False)
    yield made
    sessions.dispose()


@pytest.fixture
def open_staged(stage: Stage) -> Open:
    """Like open_page, on the staged project."""
    return opened
