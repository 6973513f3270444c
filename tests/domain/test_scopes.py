"""Scopes: keys taken apart, in words, and what a fan-out costs."""

import pytest

from mms.domain.errors import Invalid
from mms.domain.scopes import FanOut, GroupRows, Scope, ScopeKind, is_scope, scope_of, scope_words

KEYS = {
    "global": (Scope(ScopeKind.GLOBAL), "all rows"),
    "group:carrier=UA": (Scope(ScopeKind.GROUP, "UA", "carrier"), "rows with carrier = UA"),
    "group:route=JFK=LAX": (Scope(ScopeKind.GROUP, "JFK=LAX", "route"), "rows with route = JFK=LAX"),
    "user:UA|15": (Scope(ScopeKind.USER, "UA|15"), "rows of user 'UA|15'"),
    "segment:winter nights": (Scope(ScopeKind.SEGMENT, "winter nights"), "rows of segment 'winter nights'"),
}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_names_its_scope(key: str) -> None:
    assert (scope_of(key), scope_words(key)) == KEYS[key]
    assert is_scope(key)


@pytest.mark.parametrize("key", ["", "carrier=UA", "group:carrier", "segment:", "user:", "group:a b=c"])
def test_what_names_no_scope_is_refused(key: str) -> None:
    assert not is_scope(key)
    with pytest.raises(Invalid, match="is no scope: write 'global'"):
        scope_of(key)


def test_a_fan_out_counts_only_the_groups_that_get_a_run() -> None:
    groups = (GroupRows("group:a=x", 300), GroupRows("group:a=y", 1000), GroupRows("group:a=z", 9, "9 rows"))

    plan = FanOut(groups, fits=26)

    assert [group.scope for group in plan.launched] == ["group:a=x", "group:a=y"]
    assert plan.words == "2 groups with 1,300 rows: 2 runs × 26 fits = 52 fits; 1 group is left out"
