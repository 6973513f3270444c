"""The worker's child: does one job after the other, and dies with its supervisor."""

import logging
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib import import_module
from multiprocessing.connection import Connection
from threading import Thread

from db.session import transaction
from mms.domain.errors import Cancelled, Lost, MmsError, Unavailable
from mms.domain.jobs import LEASE_SECONDS, Job, JobKind
from mms.usecases.jobs import Handler, JobContext

HandlerNames = Mapping[JobKind, str]
"""The registry of work: kind -> "module:function". Names, because the child is another process."""

SILENCE = 2 * LEASE_SECONDS
"""Seconds without a beat after which the supervisor is taken for frozen, and the job for somebody else's."""

_log = logging.getLogger(__name__)


class End(StrEnum):
    """How a job's code ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    AWAY = "away"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the child says of a job. failed: may be tried again; refused: not; away: the store could not be reached."""

    end: End
    sentence: str = ""


def resolved(name: str) -> Handler:
    """The handler of a "module:function" name."""
    module, _, function = name.partition(":")
    handler: Handler = getattr(import_module(module), function)
    return handler


def work(jobs: "Connection[Outcome, Job]", beats: "Connection[None, bytes]", handlers: HandlerNames) -> None:
    """The child's whole life: answer every job that comes through the pipe with its outcome."""
    os.setpgrp()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides
    Thread(target=_end_with_supervisor, args=(beats,), name="guard", daemon=True).start()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _warm_up(handlers)
    while True:
        try:
            jobs.send(done(jobs.recv(), handlers))
        except (EOFError, ConnectionError):
            return


def done(job: Job, handlers: HandlerNames) -> Outcome:
    """Do one job and say how it ended; nothing it raises gets further."""
    try:
        resolved(handlers[job.kind])(JobContext(job, transaction, lambda: datetime.now(UTC)))
    except (Lost, Cancelled) as error:
        return Outcome(End.STOPPED, error.sentence)
    except Unavailable as error:
        return Outcome(End.AWAY, error.sentence)
    except MmsError as error:
        return Outcome(End.REFUSED, error.sentence)
    except Exception as error:
        _log.exception("Job %s (%s) raised", job.id, job.kind.value)
        return Outcome(End.FAILED, f"{type(error).__name__}: {error}")
    return Outcome(End.SUCCEEDED)


def _end_with_supervisor(beats: "Connection[None, bytes]") -> None:
    """The pipe closes when the supervisor ends, even by SIGKILL; then all that this process started ends too."""
    try:
        while beats.poll(SILENCE):
            beats.recv_bytes()
    except (EOFError, OSError):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _warm_up(handlers: HandlerNames) -> None:
    """Import what the work needs before it comes: scikit-learn alone takes seconds."""
    for kind, name in handlers.items():
        try:
            resolved(name)
        except Exception:
            _log.exception("The handler of '%s' cannot be imported", kind.value)
    if JobKind.RUN in handlers:
        from mms.usecases.crews import stand_by  # not before the guard stands: it imports scikit-learn

        stand_by()
