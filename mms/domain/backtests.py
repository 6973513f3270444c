"""Back-tests: the past of a project replayed under other retraining policies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.jobs import JobState, Progress
from mms.domain.projects import Task
from mms.domain.runs import fits_of
from mms.domain.snapshots import MOST_DAYS

MOST_PERIODS = 200
"""A back-test compares each period's model with each later period: more of them are a longer period's work."""

FITS_A_RETRAINING = fits_of(1)
"""What a retraining of one triple takes: the folds, and the final fit."""

COST = "cost"
"""Stands for a metric: the project's costs of mistakes per 1,000 answers."""


class PeriodKind(StrEnum):
    """How the past is cut."""

    WEEK = "week"
    MONTH = "month"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class BacktestDraft:
    """A back-test to make.

    snapshot_id: None takes the newest with a time. model_id: whose triple is fitted, None the champion's.
    rows: of one period, where periods are so many rows. window_days: what each model learns from, None all the past.
    lead: periods that the first model learns from, None as many as the window holds, or an eighth.
    """

    snapshot_id: int | None = None
    model_id: int | None = None
    period: PeriodKind = PeriodKind.WEEK
    rows: int = 1000
    window_days: int | None = None
    lead: int | None = None

    def checked(self) -> "BacktestDraft":
        """The draft, or Invalid with what it takes."""
        if self.period is PeriodKind.ROWS and not 10 <= self.rows <= 10_000_000:
            raise Invalid(f"A period takes 10 to 10,000,000 rows; it got {self.rows:,}.")
        if self.window_days is not None and not 1 <= self.window_days <= MOST_DAYS:
            raise Invalid(f"A training window is 1 to {MOST_DAYS:,} days; it got {self.window_days:,}.")
        if self.lead is not None and not 2 <= self.lead <= MOST_PERIODS:
            raise Invalid(f"The first model learns from 2 to {MOST_PERIODS} periods; it got {self.lead}.")
        return self

    def to_json(self) -> dict[str, Any]:
        """As the store keeps it."""
        return {
            "snapshot_id": self.snapshot_id,
            "model_id": self.model_id,
            "period": self.period.value,
            "rows": self.rows,
            "window_days": self.window_days,
            "lead": self.lead,
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "BacktestDraft":
        """The draft that `to_json` wrote."""
        return BacktestDraft(**{**value, "period": PeriodKind(value["period"])})

    @property
    def words(self) -> str:
        """'by week, each model on the last 28 days'."""
        cut = f"by {self.rows:,} rows" if self.period is PeriodKind.ROWS else f"by {self.period.value}"
        learns = "all rows before it" if self.window_days is None else f"the last {self.window_days} days"
        return f"{cut}, each model on {learns}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a back-test will take: `fits` models, asked about `answers` rows in all; the first period answered."""

    snapshot: str
    model: str
    periods: int
    lead: int
    fits: int
    answers: int
    seconds: float | None
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Backtest:
    """A back-test as asked for. model: whose triple, by name; fits: how many models it takes."""

    id: int
    project_id: int
    draft: BacktestDraft
    model: str
    snapshot: str
    fits: int
    state: JobState
    progress: Progress
    job_id: int | None
    error: str | None
    created_by: str
    created_at: datetime

    @property
    def name(self) -> str:
        """For people."""
        return f"back-test {self.id}: {self.model} {self.draft.words}"


@dataclass(frozen=True, slots=True)
class Retrained:
    """One retraining of a replay: when, and why."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a policy would have done. is_control: it knows nothing of the project.

    retrainings: in time order. value: of all answers together, natural units, with its 95 % band where it has one.
    scores: by period, None where the metric is not determined. note: what of the rule is left out, and why; where too
    little of it remains it is not replayed.
    """

    name: str
    is_control: bool
    retrainings: tuple[Retrained, ...] = ()
    value: float | None = None
    low: float | None = None
    high: float | None = None
    scores: tuple[float | None, ...] = ()
    trigger_id: int | None = None
    note: str | None = None
    is_replayed: bool = True

    @property
    def fits(self) -> int:
        """What its retrainings take in all, of one triple each."""
        return FITS_A_RETRAINING * len(self.retrainings)


@dataclass(frozen=True, slots=True)
class Chance:
    """What so many retrainings at random moments gave: the median and the middle 90 % of the draws."""

    retrainings: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Replays:
    """All policies on one back-test. periods: the first instants of those that were answered, in time order.

    unfitted: reasons why some period has no model, each once. draws: of each random policy.
    """

    metric: str
    label: str
    greater_is_better: bool
    periods: tuple[datetime, ...]
    policies: tuple[Replayed, ...]
    chances: tuple[Chance, ...]
    draws: int
    answers: int
    unfitted: tuple[str, ...] = ()

    def named(self, name: str) -> Replayed:
        """The policy of this name."""
        return next(one for one in self.policies if one.name == name)


def checked_metric(metric: str, watched: tuple[str, ...], task: Task) -> str:
    """The metric, or Invalid with those that a back-test determines."""
    known = (*watched, COST) if task is Task.BINARY else watched
    if metric not in known:
        raise Invalid(f"A back-test does not determine '{metric}'; choose one of {', '.join(known)}.")
    return metric


def headline(replays: Replays) -> str:
    """The finding in one sentence: the cheapest way to come near to retraining every period."""
    never, every = replays.named(NEVER), replays.named(EVERY)
    if never.value is None or every.value is None:
        return f"{replays.label} is not determined by the answers of these periods: choose another metric."
    said = (
        f"{replays.label}: {never.value:.3f} without retraining, {every.value:.3f} with "
        f"{len(every.retrainings)} retrainings, one a period"
    )
    rules = [one for one in replays.policies if not one.is_control and one.value is not None]
    if not rules:
        return f"{said}."
    sign = 1 if replays.greater_is_better else -1
    best = max(rules, key=lambda one: (sign * (one.value or 0.0), -len(one.retrainings)))
    assert best.value is not None
    return f"{said}; {best.name} gives {best.value:.3f} with {len(best.retrainings)}."


NEVER, EVERY = "never", "every period"
"""The controls that stand on every chart."""
