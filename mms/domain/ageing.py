"""How models end: retired when nobody uses them or others beat them, purged later; and which are never touched."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from mms.domain.models import ModelState
from mms.domain.projects import Policy
from mms.domain.runs import Origin, RunKind


class Fate(StrEnum):
    """What a rule does to a model."""

    RETIRE = "retire"
    PURGE = "purge"


@dataclass(frozen=True, slots=True)
class Placed:
    """A model that may still be chosen, among those of the same rows. score: stored units."""

    id: int
    name: str
    rows: tuple[int, str]
    score: float
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Beaten:
    """Since when a better model on the same rows has existed, and which was the first."""

    since: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Life:
    """What the rules look at of one model.

    touched_at: when somebody last changed or restored it. used_at: end of the last day on which it answered. size: of
    its artifact in bytes. kept: why it is never touched, as a clause; None where it may be.
    """

    id: int
    name: str
    state: ModelState
    created_at: datetime
    touched_at: datetime
    size: int
    used_at: datetime | None = None
    beaten: Beaten | None = None
    retired_at: datetime | None = None
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is due for one model, and why, as a clause. frees: bytes of its artifact, of one that is purged."""

    model_id: int
    name: str
    fate: Fate
    because: str
    frees: int = 0


@dataclass(frozen=True, slots=True)
class AgeingRules:
    """After how many days models are retired unused or beaten, and purged once retired; None: never."""

    unused_days: int | None = None
    beaten_days: int | None = None
    purge_days: int | None = None

    @classmethod
    def of(cls, policy: Policy) -> "AgeingRules":
        """Those of a project's policy."""
        return cls(policy.retire_unused_days, policy.retire_beaten_days, policy.purge_days)

    @property
    def words(self) -> str:
        """The rules as one sentence."""
        said = [
            (self.unused_days, "retired after {} without an answer"),
            (self.beaten_days, "retired {} after a better one on the same rows"),
            (self.purge_days, "purged {} after that"),
        ]
        rules = [form.format(days_words(days)) for days, form in said if days is not None]
        return f"Models are {', '.join(rules)}." if rules else "Models are never retired by themselves."


def state_at_birth(kind: RunKind, origin: Origin) -> ModelState:
    """Of a model that came out of a run: retrainings, and logs of models served elsewhere, make challengers."""
    challenges = kind is RunKind.LOG or (kind is RunKind.RETRAINING and origin is not Origin.BASELINE)
    return ModelState.CHALLENGER if challenges else ModelState.CANDIDATE


def days_words(days: int) -> str:
    """'1 day', '30 days'."""
    return f"{days:,} day{'' if days == 1 else 's'}"


def fate_of(life: Life, rules: AgeingRules, now: datetime) -> Ageing | None:
    """What is due for a model; None: nothing. A change, or a restoration, begins its days anew."""
    if life.kept is not None:
        return None
    if life.state is ModelState.RETIRED:
        if _is_over(life.retired_at, rules.purge_days, now):
            assert life.retired_at is not None
            because = f"it was retired on {life.retired_at:%Y-%m-%d}"
            return Ageing(life.id, life.name, Fate.PURGE, because, life.size)
        return None
    if life.state not in (ModelState.CANDIDATE, ModelState.CHALLENGER):
        return None
    why = _unused(life, rules, now) or _beaten(life, rules, now)
    return Ageing(life.id, life.name, Fate.RETIRE, why) if why else None


def due(lives: Iterable[Life], rules: AgeingRules, now: datetime) -> tuple[Ageing, ...]:
    """What is due among models, in their order."""
    return tuple(found for life in lives if (found := fate_of(life, rules, now)) is not None)


def beaten_by(placed: Sequence[Placed]) -> Mapping[int, Beaten]:
    """Of each model that is beaten, since when: the later of its own birth and that of the first better one."""
    found: dict[int, Beaten] = {}
    first: dict[tuple[int, str], Placed] = {}
    best = sorted(placed, key=lambda one: -one.score)
    for _, some in groupby(best, key=lambda one: one.score):  # models that score alike do not beat one another
        alike = list(some)
        for one in alike:
            better = first.get(one.rows)
            if better is not None:
                found[one.id] = Beaten(max(one.created_at, better.created_at), better.name)
        for one in alike:
            if one.rows not in first or one.created_at < first[one.rows].created_at:
                first[one.rows] = one
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """A model's rank by score among those that may still be chosen, on the same snapshot for the same scope."""

    rank: int
    of: int

    @property
    def words(self) -> str:
        """'2nd of 14'."""
        tail = "th" if 10 <= self.rank % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(self.rank % 10, "th")
        return f"{self.rank:,}{tail} of {self.of:,}"


def _unused(life: Life, rules: AgeingRules, now: datetime) -> str | None:
    since = max(life.created_at, life.touched_at, life.used_at or life.created_at)
    if not _is_over(since, rules.unused_days, now):
        return None
    if life.used_at is None:
        return f"nobody has asked it in {days_words((now - since).days)}"
    return f"nobody has asked it since {life.used_at - timedelta(days=1):%Y-%m-%d}"


def _beaten(life: Life, rules: AgeingRules, now: datetime) -> str | None:
    if life.beaten is None or not _is_over(max(life.beaten.since, life.touched_at), rules.beaten_days, now):
        return None
    return f"{life.beaten.by} is better on the same rows since {life.beaten.since:%Y-%m-%d}"


def _is_over(since: datetime | None, days: int | None, now: datetime) -> bool:
    return since is not None and days is not None and now - since >= timedelta(days=days)
