"""Label requests: rows whose truth a person is asked for, because truths that come by themselves come late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mms.domain.drift import DriftView
from mms.domain.errors import Invalid
from mms.domain.predictions import Prediction
from mms.domain.promotions import GLOBAL, checked_scope

RELEASE = timedelta(minutes=10)
"""How long a row is kept for who has it on the screen."""

MOST = 1_000
"""Rows of one draw."""


class Why(StrEnum):
    """Why a row is asked for: scores may be estimated from random ones only."""

    RANDOM = "random"
    INFORMATIVE = "informative"


class RequestState(StrEnum):
    """What became of a request."""

    WAITING = "waiting"
    SKIPPED = "skipped"
    TOLD = "told"
    NOT_KNOWN = "not known"
    CAME = "came by itself"

    @property
    def is_open(self) -> bool:
        """Whether a person is still asked."""
        return self in (RequestState.WAITING, RequestState.SKIPPED)

    @property
    def has_truth(self) -> bool:
        """Whether the row's truth is known, from whom ever."""
        return self in (RequestState.TOLD, RequestState.CAME)


@dataclass(frozen=True, slots=True)
class DrawDraft:
    """What to draw: answers of whole days (UTC) of a scope, from `since` up to before `until`; None: the newest 30."""

    why: Why = Why.RANDOM
    scope: str = GLOBAL
    since: datetime | None = None
    until: datetime | None = None
    count: int = MOST

    def period(self, present: datetime) -> "Period":
        """The days to draw from; Invalid where there is none, or the count is none."""
        if not 1 <= self.count <= MOST:
            raise Invalid(f"A draw has 1 to {MOST:,} rows; {self.count:,} were asked for.")
        return Period(checked_scope(self.scope), *DriftView(self.since, self.until).days(present))


@dataclass(frozen=True, slots=True)
class Period:
    """Answers of a scope, of whole days (UTC), from `since` up to before `until`."""

    scope: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class LabelDraw:
    """A draw. number: of its project; with the project's id it is the seed. frame_n: answers it was drawn from."""

    id: int
    project_id: int
    number: int
    why: Why
    scope: str
    since: datetime
    until: datetime
    frame_n: int
    asked_by: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class DrawProgress:
    """How far a draw is. told: by people; came: truths that came by themselves; not_known: nobody could tell."""

    draw: LabelDraw
    told: int
    came: int
    not_known: int
    left: int


@dataclass(frozen=True, slots=True)
class OpenLabel:
    """The row on somebody's screen. features: names, the most important first; classes: () for numbers.

    left: rows of the draw that wait, this one among them. A prediction with a truth was answered, and that taken back;
    told_by: by whom (a login's name), None where nobody answered.
    """

    id: int
    draw: LabelDraw
    prediction: Prediction
    features: tuple[str, ...]
    classes: tuple[str, ...]
    left: int
    told_by: str | None = None


def state_of(*, told: bool, answered: bool, by_person: bool, skips: int) -> RequestState:
    """told: its prediction has a truth; answered: it was closed by a person; by_person: one ever answered it."""
    if answered:
        return RequestState.TOLD if told else RequestState.NOT_KNOWN
    if told and not by_person:
        return RequestState.CAME
    return RequestState.SKIPPED if skips else RequestState.WAITING


def reached(states: Sequence[RequestState]) -> int:
    """How many of a random draw's rows, in its order, are its sample by now: all before the first that waits its turn.

    So it does not matter which truths came by themselves, early ones perhaps of a kind: what stops the count is a row
    that waits, and leaving it out keeps the shares of what lies before unbiased (Haldane 1945, inverse sampling).
    """
    return next((place for place, state in enumerate(states) if state is RequestState.WAITING), len(states))
