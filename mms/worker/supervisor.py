"""The worker's parent process: claims, renews leases, reads stops, ticks schedules. It never runs a job itself.

So no long computation can starve the lease, and a stop can always end the child with all that it started.
"""

import logging
import multiprocessing
import os
import signal
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from socket import gethostname
from threading import Event, Thread
from time import monotonic

from db.session import transaction
from mms.domain.errors import Lost, Unavailable
from mms.domain.jobs import LEASE_SECONDS, Job
from mms.settings import ONE_THREAD
from mms.usecases.jobs import claim, fail, finish, mark_cancelled, release, renew
from mms.usecases.schedules import tick
from mms.worker.child import End, HandlerNames, Outcome, work

POLL_SECONDS = 0.2
"""How long the supervisor waits for its child before it looks at the queue again."""

BEAT_SECONDS = LEASE_SECONDS / 10
"""How often a lease is renewed and the stop is read."""

_log = logging.getLogger(__name__)


class Child:
    """A warm process for jobs: a process group of its own, tied to us by a pipe that only we hold."""

    def __init__(self, handlers: HandlerNames) -> None:
        os.environ.update(ONE_THREAD)  # before the child imports numpy
        spawn = multiprocessing.get_context("spawn")
        self.pipe: Connection[Job, Outcome]
        self.pipe, theirs = spawn.Pipe()
        listening, self._beats = spawn.Pipe(duplex=False)
        self._process = spawn.Process(target=work, args=(theirs, listening, dict(handlers)), name="mms-child")
        self._process.start()
        theirs.close()
        listening.close()
        self._over = Event()
        Thread(target=self._beat, name="beat", daemon=True).start()

    @property
    def sentinel(self) -> int:
        """Becomes ready when the process ends."""
        return self._process.sentinel

    @property
    def exit_words(self) -> str | None:
        """How the process ended, None while it lives."""
        code = self._process.exitcode
        if code is None:
            return None
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def end(self) -> None:
        """Kill the process and all that it started."""
        self._over.set()
        pid = self._process.pid
        assert pid is not None
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)  # its group bears its id once it has called setpgrp
        self._process.join()
        self.pipe.close()
        self._beats.close()

    def _beat(self) -> None:
        """Tell the child that we are not frozen, also while the store keeps us waiting."""
        while not self._over.wait(1.0):
            try:
                self._beats.send_bytes(b".")
            except (OSError, ValueError):
                return


class Supervisor:
    """One job at a time, until `stop` is set."""

    def __init__(self, handlers: HandlerNames, stop: Event) -> None:
        self._handlers, self._stop = handlers, stop
        self._name = f"{gethostname()}:{os.getpid()}"
        self._child = Child(handlers)
        self._job: Job | None = None
        self._outcome: Outcome | None = None
        self._renewed = 0.0
        self._is_away = False

    def run(self) -> None:
        """Work until asked to stop; then hand a job that is under way back to the queue."""
        try:
            while not self._stop.is_set():
                self._listen()
                try:
                    self._step()
                except Unavailable as error:
                    self._tell_away(error)
                else:
                    self._tell_away(None)
        finally:
            self._child.end()
            if self._job is not None:
                with suppress(Unavailable, Lost), transaction() as session:
                    release(session, self._job.id, self._job.attempt, "The worker was stopped.", _now())

    def _step(self) -> None:
        """One look at the queue: settle what ended, else keep the lease, else take the next job."""
        if self._job is not None and self._outcome is not None:
            self._settle(self._job, self._outcome)
        elif self._job is not None:
            self._keep(self._job)
        else:
            self._take()

    def _listen(self) -> None:
        """Wait a moment for the child's word, or its death."""
        if self._outcome is not None:
            self._stop.wait(POLL_SECONDS)
            return
        ready = wait([self._child.pipe, self._child.sentinel], POLL_SECONDS)
        if self._child.pipe in ready:
            try:
                self._outcome = self._child.pipe.recv()
                return
            except (EOFError, ConnectionError):
                self._stop.wait(POLL_SECONDS)  # it is dying: a moment later its exit code says of what
        if ready and (words := self._child.exit_words):
            _log.warning("The child ended by %s and is started again.", words)
            self._renew_child()
            if self._job is not None:
                self._outcome = Outcome(
                    End.FAILED, f"The process that did the work ended by {words}; memory may have run out."
                )

    def _settle(self, job: Job, outcome: Outcome) -> None:
        with suppress(Lost), transaction() as session:
            if outcome.end is End.SUCCEEDED:
                finish(session, job.id, job.attempt, _now())
            elif outcome.end is End.AWAY:
                release(session, job.id, job.attempt, outcome.sentence, _now())
            elif outcome.end is End.STOPPED:
                mark_cancelled(session, job.id, job.attempt, _now())
            else:
                fail(session, job.id, job.attempt, outcome.sentence, _now(), retry=outcome.end is End.FAILED)
        self._job = self._outcome = None

    def _keep(self, job: Job) -> None:
        if monotonic() - self._renewed < BEAT_SECONDS:
            return
        try:
            with transaction() as session:
                asked_to_stop = renew(session, job.id, job.attempt, _now())
                tick(session, _now())
        except Lost:
            _log.warning("Job %s was taken up by another worker.", job.id)
            self._renew_child()
            self._job = None
            return
        self._renewed = monotonic()
        if asked_to_stop:
            self._renew_child()
            self._outcome = Outcome(End.STOPPED)
            self._settle(job, self._outcome)

    def _take(self) -> None:
        with transaction() as session:
            tick(session, _now())
            job = claim(session, self._name, _now())
        if job is None:
            return
        self._job, self._renewed = job, monotonic()
        with suppress(ConnectionError, BrokenPipeError):  # it died while idle: `_listen` will see it
            self._child.pipe.send(job)

    def _renew_child(self) -> None:
        self._child.end()
        self._child = Child(self._handlers)

    def _tell_away(self, error: Unavailable | None) -> None:
        """Log once that the store went away, and once that it is back."""
        if error is not None and not self._is_away:
            _log.warning("%s The worker waits for it.", error.sentence)
        if error is None and self._is_away:
            _log.warning("The store is back.")
        self._is_away = error is not None


def _now() -> datetime:
    return datetime.now(UTC)
