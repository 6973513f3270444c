"""Who computes: this process, processes beside it, or a cluster. The scores are the same everywhere."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that stays with the crew, passed on as an argument. where: as the crew finds it; size: its bytes."""

    where: Any
    size: int


class Crew(Protocol):
    """Whoever calls pure functions of ours for us. A `Kept` argument arrives as its value, which is never changed.

    A call whose process died raises BrokenExecutor, as every other call that was under way; new ones are welcome.
    """

    workers: int
    """How many calls run at once."""

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Call a function; its answer comes here."""

    def keep(self, function: Callable[..., Any], *args: Any) -> "Future[Kept]":
        """Call a function; its answer stays there."""

    def share(self, value: Any) -> Kept:
        """Hand a value to the crew once, for many calls."""

    def fetch(self, kept: Kept) -> Any:
        """A kept value, here."""

    def drop(self, kept: Kept) -> None:
        """A kept value is of no more use."""

    def close(self) -> None:
        """End everything that runs, and forget everything that was kept."""
