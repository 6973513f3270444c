"""The client against the real application, on a port of its own, in this process."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import uvicorn

from db.session import transaction
from mms.api.mount import Rest, create_site
from mms.client import Client, connect
from mms.domain.members import Member
from mms.usecases.members import ensure_local_admin


@pytest.fixture
def local(sqlite_store: str) -> Member:
    """Who everybody is behind the gate."""
    with transaction() as session:
        return ensure_local_admin(session, datetime.now(UTC))


@pytest.fixture
def url(local: Member) -> Iterator[str]:
    """The address of a running server."""
    server = uvicorn.Server(uvicorn.Config(create_site(Rest()), port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    """Connected, with a token that nobody asks for."""
    with connect(url, token="none-is-asked-for") as client:
        yield client
