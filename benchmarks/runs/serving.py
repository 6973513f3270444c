"""The product as people start it: one process on a free port."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import perf_counter, sleep

ROOT = Path(__file__).parents[2]
PATIENCE = 1_200
"""Seconds after which a benchmark gives up."""


def serving(home: str) -> AbstractContextManager[str]:
    """`python -m mms serve` on a free port; yields its address and ends it."""
    environment = {**os.environ, "MMS_HOME": home}
    environment.pop("MMS_DATABASE_URL", None)
    return _served(lambda port: ["mms", "serve"], environment)


def serving_script(path: Path) -> AbstractContextManager[str]:
    """A script of Streamlit's own, without our server."""
    return _served(lambda port: ["streamlit", "run", str(path), "--server.port", str(port)], dict(os.environ))


@contextmanager
def _served(module: Callable[[int], list[str]], environment: dict[str, str]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command, silent = [sys.executable, "-m", *module(port)], subprocess.DEVNULL
    environment |= {"PORT": str(port)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=silent, stderr=silent)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def until_answered(url: str) -> None:
    """Return with the first answer."""
    end = perf_counter() + PATIENCE
    while perf_counter() < end:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            sleep(0.05)
    raise AssertionError(f"no answer from {url}")
