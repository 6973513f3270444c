"""The worker beside a server: a child process that is started with it, started again when it dies, ended with it.

The child reads its standard input: when the pipe closes, for whatever reason this process ended, it ends too.
"""

import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from threading import Event, Lock, Thread, Timer
from time import monotonic
from typing import Self

from mms.settings import settings

COMMAND = (sys.executable, "-m", "mms", "worker", "--parent-pipe")
ROOT = Path(__file__).resolve().parents[2]

HEAD_START_SECONDS = 3.0
"""How long a server's preparation leaves the processor to the first page that somebody waits for."""

_log = logging.getLogger(__name__)


class EmbeddedWorker:
    """Keeps one worker process alive while the context is open.

    first_pause, longest_pause: seconds before a dead worker is started again; the pause doubles until one lives for
    longer than `longest_pause`. grace: seconds it has to end by itself.
    """

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        first_pause: float = 1.0,
        longest_pause: float = 30.0,
        grace: float = 1.5,
    ) -> None:
        self._command = tuple(command)
        self._first_pause, self._longest_pause, self._grace = first_pause, longest_pause, grace
        self._stopping = Event()
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._supervise, name="embedded worker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        with self._lock:
            process = self._process
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(self._grace)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join()

    @property
    def pid(self) -> int | None:
        """The process's id while there is one."""
        with self._lock:
            return self._process.pid if self._process is not None else None

    def _supervise(self) -> None:
        pause = self._first_pause
        while True:
            with self._lock:
                if self._stopping.is_set():
                    return
                self._process = process = self._started()
            began = monotonic()
            code = process.wait()
            if self._stopping.is_set():
                return
            if process.stdin is not None:
                process.stdin.close()
            _log.warning("The worker ended with code %s and is started again in %.0f s.", code, pause)
            if self._stopping.wait(pause):
                return
            lived = monotonic() - began
            pause = self._first_pause if lived > self._longest_pause else min(2 * pause, self._longest_pause)

    def _started(self) -> subprocess.Popen[bytes]:
        """In a session of its own: Ctrl-C reaches the server only, which then closes the pipe."""
        log_file = settings().log_file
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with log_file.open("ab") as log:
            return subprocess.Popen(
                self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
            )


def serving(prepare: Callable[[], object]) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """The lifespan of a server: a worker beside it, and `prepare` in the background after the first page."""

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        with EmbeddedWorker():
            preparation = Timer(HEAD_START_SECONDS, prepare)
            preparation.daemon = True
            preparation.start()
            yield
            preparation.cancel()

    return lifespan
