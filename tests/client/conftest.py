"""The client against the real application, on a port of its own, in this process."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn

from db.session import transaction
from mms.api.mount import Rest, create_site
from mms.client import Client, connect
from mms.domain.members import Member
from mms.usecases.members import ensure_local_admin

ROOT = Path(__file__).parents[2]


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


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `python -m mms serve` on a fresh home: REST and a worker in processes of their own."""
    environment = {**os.environ, "MMS_HOME": str(tmp_path_factory.mktemp("home")), "PORT": str(free_port())}
    environment.pop("MMS_DATABASE_URL", None)
    command = [sys.executable, "-m", "mms", "serve", "--no-demo", "--api-only", "--json"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["address"]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
