"""Openings of hold-outs: a model's one look at rows that no fold and no final fit saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Opening:
    """One look. scores: stored units, by metric. promotion_id: the seating it was opened for."""

    id: int
    snapshot_id: int
    model_id: int
    model_version: int
    promotion_id: int | None
    rows: int
    scores: Mapping[str, float]
    opened_by: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class HoldoutView:
    """The hold-out of a model's snapshot, as this model stands to it.

    rows: held out in the snapshot, 0 without a hold-out. openings: all of them, newest first; opening: its own.
    contained: the model was fitted on these rows too, so they say nothing of it.
    """

    rows: int
    openings: tuple[Opening, ...] = ()
    opening: Opening | None = None
    contained: bool = False

    @property
    def opens(self) -> bool:
        """Whether a promotion of this model opens it."""
        return self.rows > 0 and self.opening is None and not self.contained


def looks(openings: int) -> str:
    """How often a hold-out was opened, and what that means."""
    if not openings:
        return "This hold-out was never opened."
    times = "once" if openings == 1 else "twice" if openings == 2 else f"{openings:,} times"
    return f"This hold-out was opened {times}; each look makes it a little less of a secret."
