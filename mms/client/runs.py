"""A run on the server: awaited with a progress bar, then read."""

import json
import sys
import time
from typing import Any, TextIO

import pandas as pd

from mms.client.server import Server
from mms.domain.errors import Conflict, Unavailable

_POLL_SECONDS = 0.5
_CELLS = 30
_UNFINISHED = frozenset({"queued", "running"})


class Run:
    """One launch. notes: what its triples have otherwise than the objects it was launched from."""

    def __init__(self, server: Server, run_id: int, notes: tuple[str, ...] = ()) -> None:
        self._server = server
        self.id = run_id
        self.notes = notes

    def __repr__(self) -> str:
        page = self.details()
        return f"<Run {self.id}: {page['run']['state']}, {len(page['triples'])} triples>"

    def details(self) -> dict[str, Any]:
        """The run, its triples (best first) and the seconds left, as JSON."""
        page: dict[str, Any] = self._server.get(f"runs/{self.id}")["run"]
        return page

    def wait(self, seconds: float | None = None, *, bar: bool = True) -> "Run":
        """Return when it is finished. Unavailable after `seconds`; Conflict where it failed or was cancelled."""
        end = None if seconds is None else time.monotonic() + seconds
        shown = _Bar(sys.stdout if bar else None)
        try:
            while (page := self.details())["run"]["state"] in _UNFINISHED:
                shown.show(page)
                if end is not None and time.monotonic() > end:
                    raise Unavailable(
                        f"Run {self.id} is {page['run']['state']} after {seconds:g} s: wait again, or see that a "
                        "worker is alive."
                    )
                time.sleep(_POLL_SECONDS)
            shown.show(page)
        finally:
            shown.end()
        if page["run"]["state"] != "succeeded":
            raise Conflict(page["run"]["error"] or f"Run {self.id} was {page['run']['state']}: launch it again.")
        return self

    def leaderboard(self) -> pd.DataFrame:
        """The run's models, best first, as `Project.models` gives them."""
        run = self.details()["run"]
        return model_table(self._server, run["project_id"], where=f"run = {run['number']}")

    def failures(self) -> dict[str, str]:
        """The triples that failed: algorithm and recipe -> why."""
        return {
            f"{one['triple']['algorithm']}, {one['triple']['recipe']['name']} (triple {one['position']})": one["error"]
            for one in self.details()["triples"]
            if one["error"]
        }

    def cancel(self) -> None:
        """Stop it; finished models stay."""
        self._server.post(f"runs/{self.id}/cancel", {})


def model_table(server: Server, project: int | str, **asked: Any) -> pd.DataFrame:
    """The rows of a model table; hyperparameters as dicts, the model's id as row label."""
    frame = server.table(f"projects/{project}/models.arrow", **asked)
    frame["hyperparameters"] = frame["hyperparameters"].map(json.loads).astype(object)
    return frame.set_index("id")


class _Bar:
    """One line that is written over: in a terminal, and in a notebook's output."""

    def __init__(self, out: TextIO | None) -> None:
        self._out = out
        self._length = 0

    def show(self, page: dict[str, Any]) -> None:
        """Write the line anew."""
        if self._out is None:
            return
        line = bar_line(page)
        self._out.write("\r" + line.ljust(self._length))
        self._out.flush()
        self._length = len(line)

    def end(self) -> None:
        """Leave the line."""
        if self._out is not None and self._length:
            self._out.write("\n")
            self._out.flush()


def bar_line(page: dict[str, Any]) -> str:
    """A run's page as one line: its bar, what is done of what, and the seconds left where they are known."""
    run, left = page["run"], page["seconds_left"]
    progress = run["progress"]
    done, total = progress["done"], progress["total"]
    if run["state"] == "succeeded":
        done = total = total or 1
    cells = round(_CELLS * min(1.0, done / total)) if total else 0
    words = f"{done} of {total} {run['state']}" if total > 1 else run["state"]
    still = f", {left:.0f} s left" if left is not None and run["state"] == "running" else ""
    return f"run {run['number']}  {'█' * cells}{'░' * (_CELLS - cells)}  {words}{still}"
