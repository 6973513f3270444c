"""Snapshots on a schedule: when a project's data are frozen again, and which rows."""

from dataclasses import dataclass
from datetime import datetime

from mms.domain.crons import cron_words
from mms.domain.snapshots import Extent, Selection


@dataclass(frozen=True, slots=True)
class ScheduleDraft:
    """A schedule to make: cron (five fields) on the clock of a time zone."""

    cron: str
    zone: str = "UTC"
    selection: Selection = Selection()


@dataclass(frozen=True, slots=True)
class ScheduleChanges:
    """What to change of a schedule; None keeps."""

    cron: str | None = None
    zone: str | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class SnapshotSchedule:
    """When a project's snapshot is taken. next_at: the next time; outcome: what the last time gave, in words."""

    id: int
    project_id: int
    cron: str
    zone: str
    selection: Selection
    enabled: bool
    created_by: str
    created_at: datetime
    next_at: datetime
    last_snapshot_id: int | None
    outcome: str | None

    @property
    def words(self) -> str:
        """'all rows, every night at 02:00 (Europe/Berlin)'."""
        selection = self.selection
        rows = "all rows"
        if selection.extent is not Extent.ALL:
            unit = "day" if selection.extent is Extent.LAST_DAYS else "row"
            rows = f"the last {unit}" if selection.amount == 1 else f"the last {selection.amount:,} {unit}s"
        return f"{rows}, {cron_words(self.cron, self.zone)}"
