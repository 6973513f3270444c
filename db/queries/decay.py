"""Decay charts, trigger readings and the health of projects: all from buckets."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.queries.promotions import Champion
from mms.domain.buckets import Estimate
from mms.domain.decay import Decay, DecayPoint
from mms.domain.jobs import Job
from mms.domain.members import Member
from mms.domain.models import RankedModel
from mms.domain.projects import Project
from mms.domain.promotions import Promotion
from mms.domain.runs import Run
from mms.domain.triggers import Firing, Reading, Situation, Trigger


@dataclass(frozen=True, slots=True)
class DecayPage:
    """All the decay page shows for one metric.

    points: per model in time order. reference: the champion's estimate on its newest, time-ordered hold-out.
    """

    champion: Champion | None
    metric: str
    points: tuple[DecayPoint, ...]
    models: tuple[RankedModel, ...]
    reference: Estimate | None
    decay: Decay | None
    promotions: tuple[Promotion, ...]
    firings: tuple[Firing, ...]
    labelled: int
    predicted: int


def decay_page(session: Session, project: Project, metric: str, scope: str = "global") -> DecayPage:
    """Points by calendar month (UTC) of every model that answered in the scope."""
    raise NotImplementedError


def situation(session: Session, project: Project, now: datetime) -> Situation:
    """What the project's triggers look at."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """A trigger with how far it is."""

    trigger: Trigger
    reading: Reading


def triggers(session: Session, project: Project, now: datetime) -> list[TriggerRow]:
    """Live triggers of a project, read now."""
    raise NotImplementedError


def firings(session: Session, project_id: int, limit: int = 100) -> list[Firing]:
    """Newest first, each with its run."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One project on the health page. action: the button it needs: "retrain", "promote", "train", "data" or None."""

    project: Project
    champion: Champion | None
    well: bool
    sentence: str
    action: str | None
    challengers: int
    decay: Decay | None
    coverage: float | None
    spark: tuple[float, ...]
    running: Run | None
    replay: Job | None


def health(session: Session, member: Member, now: datetime) -> list[HealthRow]:
    """Every live project, those that need somebody first."""
    raise NotImplementedError
