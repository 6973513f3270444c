"""The worker beside a server: started again when it dies, ended with the server."""

import sys
import time
from pathlib import Path

import psutil
import pytest

from mms.worker.embedded import EmbeddedWorker

OBEDIENT = (sys.executable, "-c", "import sys; sys.stdin.buffer.read()")
DEAF = (sys.executable, "-c", "import time; time.sleep(60)")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the child's output goes."""
    monkeypatch.setenv("MMS_HOME", str(tmp_path))
    return tmp_path


def pid_other_than(worker: EmbeddedWorker, before: int | None) -> int:
    """The process's id, once there is another one."""
    end = time.monotonic() + 10
    while worker.pid in (None, before):
        assert time.monotonic() < end, "no worker was started"
        time.sleep(0.01)
    assert worker.pid is not None
    return worker.pid


def test_a_worker_that_dies_is_started_again() -> None:
    with EmbeddedWorker(OBEDIENT, first_pause=0.01) as worker:
        first = pid_other_than(worker, None)
        psutil.Process(first).kill()

        second = pid_other_than(worker, first)

        assert psutil.pid_exists(second)


def test_it_ends_with_the_context_by_the_end_of_its_input() -> None:
    with EmbeddedWorker(OBEDIENT, grace=10) as worker:
        pid = pid_other_than(worker, None)
    assert not psutil.pid_exists(pid)


def test_one_that_does_not_listen_is_killed() -> None:
    with EmbeddedWorker(DEAF, grace=0.1) as worker:
        pid = pid_other_than(worker, None)
    assert not psutil.pid_exists(pid)


def test_what_it_says_goes_to_the_log(home: Path) -> None:
    loud = (sys.executable, "-c", "import sys; print('a word', flush=True); sys.stdin.buffer.read()")
    with EmbeddedWorker(loud, grace=10) as worker:
        pid_other_than(worker, None)
        end = time.monotonic() + 10
        while "a word" not in (home / "mms.log").read_text():
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.mark.slow
def test_the_pause_before_a_new_start_grows(home: Path) -> None:
    failing = (sys.executable, "-S", "-c", "import os; os.write(1, b'x')")
    with EmbeddedWorker(failing, first_pause=0.2, longest_pause=30) as worker:
        pid_other_than(worker, None)
        time.sleep(1.5)  # starts after 0, 0.2, 0.6 and 1.4 s and what starting takes
    assert 2 <= (home / "mms.log").read_bytes().count(b"x") <= 4
