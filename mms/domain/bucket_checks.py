"""Whether buckets equal the rows they count: what a check found, in words."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WrongBucket:
    """A bucket that differs from its rows. stored, counted: its predictions as they are kept, and as the rows say."""

    model_id: int
    scope: str
    segment: str
    grain: str
    start: datetime
    stored: int
    counted: int


@dataclass(frozen=True, slots=True)
class BucketCheck:
    """What a check found. buckets: how many were compared; rows_from: older ones have no rows left to compare with."""

    buckets: int
    wrong: tuple[WrongBucket, ...]
    rows_from: datetime | None

    @property
    def sentence(self) -> str:
        """'All 48 buckets equal their rows.' or which differ, and what to do."""
        older = (
            "" if self.rows_from is None else f" Rows before {self.rows_from:%Y-%m-%d} were dropped; their sums stay."
        )
        if not self.wrong:
            return f"All {self.buckets:,} buckets equal their rows.{older}"
        first = min(self.wrong, key=lambda one: one.start)
        differ = "differs from its" if len(self.wrong) == 1 else "differ from their"
        return (
            f"{len(self.wrong):,} of {self.buckets:,} buckets {differ} rows, the first in the {first.grain} of "
            f"{first.start:%Y-%m-%d %H:%M}: count them again with 'buckets rebuild'.{older}"
        )
