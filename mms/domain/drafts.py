"""Promotions in preparation: drafted, asked for, given a date, decided. States and transitions as one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mms.domain.errors import Conflict, Forbidden, Invalid
from mms.domain.members import Member, Permission
from mms.domain.promotions import GLOBAL

FARTHEST = timedelta(days=3653)
"""How far ahead a promotion may be scheduled: a later year is a slip of the pen."""


class DraftState(StrEnum):
    """Where a promotion in preparation stands."""

    DRAFT = "draft"
    REQUESTED = "requested"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


class DraftAction(StrEnum):
    """What is done to it. fail: its time came, and the promotion was refused."""

    REQUEST = "request"
    SCHEDULE = "schedule"
    PUBLISH = "publish"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states an action leads to which, and as what it is told afterwards."""

    before: frozenset[DraftState]
    after: DraftState


_OPEN = frozenset({DraftState.DRAFT, DraftState.REQUESTED, DraftState.SCHEDULED, DraftState.FAILED})

TRANSITIONS: Mapping[DraftAction, Transition] = {
    DraftAction.REQUEST: Transition(frozenset({DraftState.DRAFT, DraftState.FAILED}), DraftState.REQUESTED),
    DraftAction.SCHEDULE: Transition(_OPEN, DraftState.SCHEDULED),
    DraftAction.PUBLISH: Transition(_OPEN, DraftState.PUBLISHED),
    DraftAction.REFUSE: Transition(frozenset({DraftState.REQUESTED}), DraftState.REFUSED),
    DraftAction.WITHDRAW: Transition(_OPEN, DraftState.WITHDRAWN),
    DraftAction.FAIL: Transition(frozenset({DraftState.SCHEDULED}), DraftState.FAILED),
}

OPEN_STATES = tuple(state for state in DraftState if state in _OPEN)
"""States in which somebody still has to do something, or a date has to come."""

_DECIDES = frozenset({DraftAction.SCHEDULE, DraftAction.PUBLISH, DraftAction.REFUSE, DraftAction.FAIL})


@dataclass(frozen=True, slots=True)
class PromotionDraft:
    """A seating in preparation. drafted_by, decided_by: sign-in names; drafter, decider: as people know them.

    publish_at: when a scheduled one is made, in real time. outcome: what came of it, in one sentence.
    """

    id: int
    project_id: int
    model_id: int
    model: str
    scope: str
    reason: str
    against_advice: bool
    state: DraftState
    publish_at: datetime | None
    drafted_by: str
    drafter: str
    drafted_at: datetime
    decided_by: str | None = None
    decider: str | None = None
    decided_at: datetime | None = None
    outcome: str = ""
    promotion_id: int | None = None

    @property
    def words(self) -> str:
        """What is prepared and how it stands: "v3 tree for 'global', asked for by Ada"."""
        seat = f"{self.model} for '{self.scope}'" if self.scope != GLOBAL else self.model
        when = f"{self.publish_at:%-d %B %Y, %H:%M} UTC" if self.publish_at else ""
        told = {
            DraftState.DRAFT: f"a draft of {self.drafter}",
            DraftState.REQUESTED: f"asked for by {self.drafter}",
            DraftState.SCHEDULED: f"to be promoted on {when} (scheduled by {self.decider})",
            DraftState.PUBLISHED: f"promoted by {self.decider}",
            DraftState.REFUSED: f"refused by {self.decider}: {self.outcome}",
            DraftState.WITHDRAWN: f"withdrawn by {self.decider}",
            DraftState.FAILED: f"not promoted on {when}: {self.outcome}",
        }
        return f"{seat}, {told[self.state]}"


def state_after(state: DraftState, action: DraftAction) -> DraftState:
    """Where the action leads, or Conflict: the present state refuses it."""
    transition = TRANSITIONS[action]
    if state not in transition.before:
        words = {DraftState.DRAFT: "only a draft yet", DraftState.FAILED: "failed"}.get(state, f"{state.value} already")
        possible = [a.value for a, t in TRANSITIONS.items() if state in t.before and a is not DraftAction.FAIL]
        hint = f"it can be {_listed(possible)}" if possible else "prepare a new one"
        raise Conflict(f"This promotion is {words}, so it cannot be {_PAST[action]}: {hint}.")
    return transition.after


def require_action(member: Member, action: DraftAction, drafted_by: str) -> None:
    """Raise Forbidden unless the member may: deciding takes the right to promote, the rest is for who drafted it."""
    if member.may(Permission.PROMOTE):
        return
    if action in _DECIDES:
        member.require(Permission.PROMOTE)
    member.require(Permission.VIEW)
    if member.name != drafted_by:
        raise Forbidden(f"Only who drafted this promotion, or who may promote, may {action.value} it.")


def checked_date(at: datetime, now: datetime) -> datetime:
    """A time to come, or Invalid."""
    if at <= now:
        raise Invalid(f"{at:%-d %B %Y, %H:%M} UTC is past: choose a time to come, or promote now.")
    if at > now + FARTHEST:
        raise Invalid("A promotion is scheduled at most 10 years ahead: choose an earlier time.")
    return at


_PAST: Mapping[DraftAction, str] = {
    DraftAction.REQUEST: "requested",
    DraftAction.SCHEDULE: "scheduled",
    DraftAction.PUBLISH: "published",
    DraftAction.REFUSE: "refused",
    DraftAction.WITHDRAW: "withdrawn",
    DraftAction.FAIL: "failed",
}


def _listed(actions: list[str]) -> str:
    words = [_PAST[DraftAction(action)] for action in actions]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
