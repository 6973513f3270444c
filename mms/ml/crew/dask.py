"""The crew of an existing Dask cluster: values stay with its workers, and are made anew when a worker dies.

Only futures are used, neither scattered data (it dies with its holders) nor joblib's Dask backend (it takes the whole
cluster, and nested estimators with it). When this process ends, however it ends, the scheduler forgets its work.
"""

import pickle
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from typing import Any
from uuid import uuid4

from mms.domain.errors import Invalid
from mms.ml.crew import Kept

PATIENCE = 10.0
"""Seconds that the scheduler, and a first worker of it, may take to answer."""


class Dask:
    """address: of the cluster's scheduler, such as tcp://10.0.0.7:8786. Raises Invalid where it cannot be used."""

    def __init__(self, address: str) -> None:
        self._client = _connected(address)
        self._prefix, self._numbers = f"mms-{uuid4().hex}", count()
        self.workers = max(1, sum(self._client.nthreads().values()))

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Wherever the scheduler sees fit."""
        return self._answered(self._called(function, args), lambda result: result)

    def keep(self, function: Callable[..., Any], *args: Any) -> "Future[Kept]":
        """Wherever the scheduler sees fit; the answer stays there, only its size comes here."""
        called = self._called(function, args)
        return self._answered(self._called(_size, (called,)), lambda size: Kept(called, size))

    def share(self, value: Any) -> Kept:
        """As a task that unpacks it, so that a lost copy is made again; each worker holds it once."""
        data = pickle.dumps(value, protocol=5)
        return Kept(self._called(pickle.loads, (data,)), len(data))

    def fetch(self, kept: Kept) -> Any:
        """A copy, here."""
        return kept.where.result()

    def drop(self, kept: Kept) -> None:
        """The workers forget it, unless a call still waits for it."""
        kept.where.release()

    def close(self) -> None:
        """The scheduler drops what is queued; a fit that runs ends by itself, and nobody takes its answer."""
        with suppress(TimeoutError, OSError):
            self._client.close(timeout=2)

    def _called(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        given = [arg.where if isinstance(arg, Kept) else arg for arg in args]
        key = f"{self._prefix}-{next(self._numbers)}"
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph")  # the snapshot travels once
            return self._client.submit(function, *given, key=key, pure=False)

    def _answered(self, called: Any, turned: Callable[[Any], Any]) -> Future[Any]:
        answered: Future[Any] = Future()

        def settle(ended: Any) -> None:
            try:
                answered.set_result(turned(ended.result()))
            except Exception as error:
                answered.set_exception(_told(error))

        called.add_done_callback(settle)
        return answered


def _connected(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise Invalid("MMS_DASK_SCHEDULER is set, but Dask is missing: make setup-extras, or unset it.") from error
    try:
        client: Any = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise Invalid(
            f"The Dask scheduler at {address} did not answer with a worker within {PATIENCE:g} s: start both, "
            "or unset MMS_DASK_SCHEDULER."
        ) from error
    return client


def _told(error: Exception) -> Exception:
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    if isinstance(error, KilledWorker):
        return Invalid("The workers that fitted it died one after the other; memory may have run out.")
    if isinstance(error, ModuleNotFoundError):
        return Invalid(f"The Dask workers lack a module ({error.name}): start them where this program is installed.")
    if isinstance(error, FutureCancelledError):
        return Invalid("The Dask cluster dropped the work: run it again when the cluster is back.")
    return error


def _size(value: Any) -> int:
    return int(getattr(value, "nbytes", 0))
