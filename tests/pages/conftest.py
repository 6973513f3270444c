"""The dashboard as a test sees it: the real main script on the test's own store, without a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from db.session import transaction
from mms.domain.members import Member
from mms.usecases.members import ensure_local_admin
from tests.conftest import NOW

ROOT = Path(__file__).parents[2]
Open = Callable[..., AppTest]


@pytest.fixture
def admin(sqlite_store: str) -> Member:
    """The local administrator, as whom every page is drawn."""
    with transaction() as session:
        return ensure_local_admin(session, NOW)


@pytest.fixture
def open_page(admin: Member) -> Open:
    """open_page("runs", run=3): the page with that address, drawn once."""

    def opened(stem: str, **query: object) -> AppTest:
        app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=30)
        app.run()
        app.switch_page(f"{stem}.py")
        for name, value in query.items():
            app.query_params[name] = str(value)
        return app.run()

    return opened
