"""The crew that is this process: for work that is done before another process has started."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from mms.ml.crew import Kept


class Serial:
    """Calls at once, one after the other; what is kept is the value itself."""

    workers = 1

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Call it now."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*(self.fetch(a) if isinstance(a, Kept) else a for a in args)))
        except Exception as error:
            future.set_exception(error)
        return future

    def keep(self, function: Callable[..., Any], *args: Any) -> "Future[Kept]":
        """Call it now, and hold what comes."""
        called, future = self.submit(function, *args), Future[Kept]()
        error = called.exception()
        if error is None:
            future.set_result(self.share(called.result()))
        else:
            future.set_exception(error)
        return future

    def share(self, value: Any) -> Kept:
        """Hold it."""
        return Kept(value, getattr(value, "nbytes", 0))

    def fetch(self, kept: Kept) -> Any:
        """The value itself."""
        return kept.where

    def drop(self, kept: Kept) -> None:
        """Whoever holds the record holds the value; there is nothing to do."""

    def close(self) -> None:
        """Nothing runs."""
