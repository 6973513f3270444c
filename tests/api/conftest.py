"""The real application behind its gate, on a real store with a project that answers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from db.session import transaction
from mms.api.mount import Rest, create_site
from mms.domain.members import Member
from mms.domain.promotions import Seating
from mms.usecases.members import ensure_local_admin
from mms.usecases.promotions import promote
from tests.http import TestClient
from tests.wards import MARCH, a_model, a_snapshot, a_world

SITE = "http://127.0.0.1:8501"


@pytest.fixture
def local(sqlite_store: str) -> Member:
    """Who everybody is behind the gate."""
    with transaction() as session:
        return ensure_local_admin(session, MARCH)


@pytest.fixture
def client(local: Member) -> Iterator[TestClient]:
    """Speaks to the application; what breaks in it is an answer, as it is for a caller."""
    with TestClient(create_site(Rest()), base_url=SITE, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def champion(local: Member, tmp_path: Path) -> int:
    """The champion of the project 'Wards'; a challenger, model 2, stands beside it. Returns the champion's id."""
    project_id = a_world(tmp_path, local, MARCH)
    with transaction() as session:
        snapshot_id = a_snapshot(session, project_id, 1, MARCH)
        model_id = a_model(session, project_id, snapshot_id, 1, MARCH)
        a_model(session, project_id, snapshot_id, 2, MARCH - timedelta(days=1), score=0.4)
        promote(session, local, Seating(model_id, "the first one"), MARCH)
    return model_id
