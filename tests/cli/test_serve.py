"""`python -m mms serve`, really started: it answers, and leaves nothing behind however it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from mms.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A started server."""

    def __init__(self, home: Path, port: int, *more: str) -> None:
        environment = {**os.environ, "MMS_HOME": str(home), "PORT": str(port)}
        environment.pop("MMS_DATABASE_URL", None)
        command = [sys.executable, "-m", "mms", "serve", "--no-demo", "--json", *more]
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        self.told = json.loads(self.process.stdout.readline())

    def family(self) -> list[psutil.Process]:
        """The worker and what it started, once the worker is there."""
        end = time.monotonic() + 20
        while not (found := psutil.Process(self.process.pid).children(recursive=True)):
            assert time.monotonic() < end, "no worker was started"
            time.sleep(0.05)
        return found


@pytest.fixture(params=[(), ("--api-only",)], ids=["dashboard", "api only"])
def server(request: pytest.FixtureRequest, tmp_path: Path, port: int) -> Iterator[Server]:
    made = Server(tmp_path, port, *request.param)
    yield made
    made.process.kill()
    made.process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_answers_and_leaves_no_process_behind(server: Server, how: signal.Signals, tmp_path: Path) -> None:
    assert server.told["address"] == server.url
    assert server.told["log"] == str(tmp_path / "mms.log")
    assert httpx.get(f"{server.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{server.url}/api/v1/projects", timeout=30).json() == {"projects": []}
    assert httpx.get(f"{server.url}/healthz", headers={"host": "evil.example"}).status_code == 400
    assert httpx.get(f"{server.url}/_stcore/metrics").status_code == 404
    family = server.family()

    server.process.send_signal(how)
    server.process.wait(10)

    _, alive = psutil.wait_procs(family, 10)
    assert alive == []


def test_a_taken_port_gets_one_sentence(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MMS_HOME", str(tmp_path / "home"))
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()

        code = main(["serve", "--port", str(port)])

    assert code == 1
    assert capsys.readouterr().err == f"Port {port} is taken: stop what runs there, or choose another with --port.\n"
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(("argv", "variable"), [(["--port", "0"], "8501"), (["--port", "70000"], "8501"), ([], "many")])
def test_a_port_that_is_none_is_refused(argv: list[str], variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", variable)

    assert main(["serve", *argv]) == 1
