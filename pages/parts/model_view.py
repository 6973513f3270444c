"""What the model table shows, as the address says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from mms.domain.models import ModelFilter, ModelSort

TRAIL = "~"
"""Between the cursors of the pages before this one."""


@dataclass(frozen=True, slots=True)
class ModelView:
    """What the model table shows: filter, sort, and the cursors that led to this page (none: the first)."""

    where: ModelFilter
    sort: ModelSort
    trail: tuple[str, ...]

    @property
    def after(self) -> str | None:
        """The cursor of the page before, None on the first page."""
        return self.trail[-1] if self.trail else None

    @property
    def csv_query(self) -> str:
        """The filter as the query of the REST route that gives every row."""
        w = self.where
        pairs = [("algorithm", a) for a in w.algorithms] + [("state", s.value) for s in w.states]
        pairs += [
            (name, str(value))
            for name, value in (("min_score", w.min_score), ("snapshot", w.snapshot_id), ("run", w.run_id))
            if value is not None
        ]
        pairs += [("text", w.text)] * bool(w.text) + [("archived", "true")] * w.archived
        return urlencode([*pairs, ("sort", self.sort.value)])


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be filtered by: algorithms in use, and names of snapshots and runs by id."""

    algorithms: Sequence[str]
    snapshots: Mapping[int, str]
    runs: Mapping[int, str]
