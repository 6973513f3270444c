"""Jobs: queued work with a lease and a heartbeat; steps are its checkpoints, schedules queue it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

LEASE_SECONDS = 5.0
"""How long a claim holds without a heartbeat; a worker renews it ten times as often."""

MAX_FAILURES = 3
"""A job that failed this often, and stored nothing in between, is failed for good; losing its worker does not count."""


class JobState(StrEnum):
    """States of jobs and of runs."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing happens to it any more."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class JobKind(StrEnum):
    """The registry of work a worker does; arguments are JSON."""

    RUN = "run"
    PICTURES = "pictures"
    CHECK_TRIGGERS = "check triggers"
    SNAPSHOTS = "scheduled snapshots"
    PUBLISH = "publish promotions"
    DEMO_REPLAY = "demo replay"
    CLUSTERING = "clustering"
    DIAGNOSTICS = "diagnostics"
    ANSWERS = "count answers"
    SEGMENT = "count a segment"
    RETENTION = "drop old rows"
    FEATURES = "count features"
    BACKTEST = "back-test"
    ESTIMATES = "learn estimates"
    AGEING = "age models"
    ALERTS = "watch and alert"

    @property
    def is_upkeep(self) -> bool:
        """Whether the product queues it by itself, over and over."""
        return self in _UPKEEP


_UPKEEP = (
    JobKind.CHECK_TRIGGERS, JobKind.SNAPSHOTS, JobKind.PUBLISH, JobKind.ANSWERS, JobKind.RETENTION,
    JobKind.FEATURES, JobKind.ESTIMATES, JobKind.AGEING, JobKind.ALERTS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: done of total, what it is doing now, and when it was said."""

    done: int = 0
    total: int = 0
    doing: str = ""

    @property
    def share(self) -> float:
        """Done as a share of the total, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


@dataclass(frozen=True, slots=True)
class JobDraft:
    """Work to queue. dedupe_key: the same key is queued once for ever; total: for the first progress bar."""

    kind: JobKind
    arguments: Mapping[str, Any]
    project_id: int | None = None
    priority: int = 0
    dedupe_key: str | None = None
    total: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the queue. `attempt` is the fence: it grows at each claim, and only its holder may write."""

    id: int
    kind: JobKind
    arguments: Mapping[str, Any]
    project_id: int | None
    state: JobState
    priority: int
    attempt: int
    failures: int
    cancel_requested: bool
    progress: Progress
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line a job logged."""

    at: datetime
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job is queued again: cron (five fields) in a time zone. Missed ticks coalesce into one."""

    name: str
    kind: JobKind
    arguments: Mapping[str, Any]
    cron: str
    zone: str = "UTC"


def seconds_left(progress: Progress, elapsed: float) -> float | None:
    """Time left in seconds at the pace so far, or None before the first piece of work is done."""
    if not progress.done or not progress.total:
        return None
    return elapsed / progress.done * max(0, progress.total - progress.done)
