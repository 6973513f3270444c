"""Promotions in preparation: what leads where, and who may."""

from datetime import UTC, datetime, timedelta

import pytest

from mms.domain.drafts import (
    OPEN_STATES,
    TRANSITIONS,
    DraftAction,
    DraftState,
    PromotionDraft,
    checked_date,
    require_action,
    state_after,
)
from mms.domain.errors import Conflict, Forbidden, Invalid
from mms.domain.members import Member, Role

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALLOWED = {
    ("draft", "request"): "requested",
    ("draft", "schedule"): "scheduled",
    ("draft", "publish"): "published",
    ("draft", "withdraw"): "withdrawn",
    ("requested", "schedule"): "scheduled",
    ("requested", "publish"): "published",
    ("requested", "refuse"): "refused",
    ("requested", "withdraw"): "withdrawn",
    ("scheduled", "schedule"): "scheduled",
    ("scheduled", "publish"): "published",
    ("scheduled", "withdraw"): "withdrawn",
    ("scheduled", "fail"): "failed",
    ("failed", "request"): "requested",
    ("failed", "schedule"): "scheduled",
    ("failed", "publish"): "published",
    ("failed", "withdraw"): "withdrawn",
}


@pytest.mark.parametrize("state", DraftState)
@pytest.mark.parametrize("action", DraftAction)
def test_each_action_leads_where_the_table_says(state: DraftState, action: DraftAction) -> None:
    leads = ALLOWED.get((state.value, action.value))
    if leads is None:
        with pytest.raises(Conflict, match=r"so it cannot be \w+: .*\.$"):
            state_after(state, action)
    else:
        assert state_after(state, action).value == leads


def test_what_is_decided_stays_decided() -> None:
    closed = set(DraftState) - set(OPEN_STATES)

    assert closed == {DraftState.PUBLISHED, DraftState.REFUSED, DraftState.WITHDRAWN}
    assert not any(transition.before & closed for transition in TRANSITIONS.values())


def test_a_refusal_says_what_is_possible() -> None:
    with pytest.raises(Conflict) as published:
        state_after(DraftState.PUBLISHED, DraftAction.REFUSE)
    with pytest.raises(Conflict) as draft:
        state_after(DraftState.DRAFT, DraftAction.REFUSE)

    assert str(published.value) == "This promotion is published already, so it cannot be refused: prepare a new one."
    assert str(draft.value) == (
        "This promotion is only a draft yet, so it cannot be refused: "
        "it can be requested, scheduled, published or withdrawn."
    )


def test_deciding_takes_the_right_to_promote_and_the_rest_is_the_drafters() -> None:
    manager, viewer, other = (
        Member(i, name, name, frozenset({role}))
        for i, (name, role) in enumerate([("m", Role.MANAGER), ("v", Role.VIEWER), ("o", Role.SCIENTIST)])
    )
    for action in DraftAction:
        require_action(manager, action, "v")
        decides = action not in (DraftAction.REQUEST, DraftAction.WITHDRAW)
        with pytest.raises(Forbidden):
            require_action(viewer if decides else other, action, "v")
    require_action(viewer, DraftAction.REQUEST, "v")
    require_action(viewer, DraftAction.WITHDRAW, "v")


def test_a_date_is_to_come_and_not_too_far() -> None:
    soon = NOON + timedelta(hours=1)

    assert checked_date(soon, NOON) == soon
    with pytest.raises(Invalid, match="is past"):
        checked_date(NOON, NOON)
    with pytest.raises(Invalid, match="at most 10 years"):
        checked_date(NOON + timedelta(days=4000), NOON)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DraftState.DRAFT, "v3 tree for 'user:7', a draft of Ada"),
        (DraftState.REQUESTED, "v3 tree for 'user:7', asked for by Ada"),
        (DraftState.SCHEDULED, "v3 tree for 'user:7', to be promoted on 1 March 2026, 12:00 UTC (scheduled by Bo)"),
        (DraftState.REFUSED, "v3 tree for 'user:7', refused by Bo: why"),
        (DraftState.FAILED, "v3 tree for 'user:7', not promoted on 1 March 2026, 12:00 UTC: why"),
    ],
)
def test_each_state_has_its_words(state: DraftState, words: str) -> None:
    draft = PromotionDraft(
        1, 1, 3, "v3 tree", "user:7", "r", False, state, NOON, "ada", "Ada", NOON, "bo", "Bo", NOON, "why"
    )

    assert draft.words == words
