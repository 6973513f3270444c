"""Promotions: scopes, the verdict, and the way back."""

import pytest

from mms.domain.errors import Invalid
from mms.domain.promotions import (
    Evidence,
    before_present,
    checked_reason,
    checked_scope,
    evidence_from_json,
    evidence_to_json,
    judge,
    scopes_of,
)


@pytest.mark.parametrize(
    ("champion", "challenger", "promote"),
    [
        (None, 0.1, True),
        (None, None, True),
        (0.5, None, False),
        (0.5, 0.52, True),
        (0.5, 0.505, False),
        (-2.0, -1.5, True),  # an error that fell, in stored units
        (-1.5, -2.0, False),
    ],
)
def test_the_challenger_takes_the_seat_when_it_wins_by_the_margin(
    champion: float | None, challenger: float | None, promote: bool
) -> None:
    assert judge(champion, challenger, 0.01).promote is promote


def test_a_verdict_names_gain_rows_and_margin() -> None:
    assert judge(0.5, 0.6, 0.01).reason == "gain +0.100 on the same newest rows, margin 0.010"
    assert judge(0.5, 0.4, 0.02, "the same 12 folds").reason == "gain -0.100 on the same 12 folds, margin 0.020"


@pytest.mark.parametrize("key", ["global", "group:carrier=UA", "group:city=New York", "user:UA|1545|EWR"])
def test_a_scope_is_taken_as_it_is(key: str) -> None:
    assert checked_scope(key) == key


@pytest.mark.parametrize("key", ["", "Global", "group:carrier", "group:=UA", "group:a b=1", "user:", "all", "global "])
def test_what_is_no_scope_is_refused(key: str) -> None:
    with pytest.raises(Invalid, match="is no scope"):
        checked_scope(key)


def test_the_most_special_scope_comes_first() -> None:
    seated = frozenset({"global", "group:carrier=UA", "group:carrier=B6", "group:origin=JFK", "user:7"})

    assert scopes_of("7", {"carrier": "UA", "origin": "JFK"}, seated) == (
        "user:7", "group:carrier=UA", "group:origin=JFK", "global",
    )  # fmt: skip
    assert scopes_of("8", {"carrier": "AA"}, seated) == ("global",)
    ruled = seated | {"segment:winter", "segment:summer"}
    assert scopes_of("8", {"carrier": "UA"}, ruled, frozenset({"winter"})) == (
        "group:carrier=UA",
        "segment:winter",
        "global",
    )
    assert scopes_of("8", {"carrier": "AA"}, seated - {"global"}) == ()


def test_a_reason_is_trimmed_and_wanted() -> None:
    assert checked_reason("  better on newest rows ") == "better on newest rows"
    for empty in ("", "  ", "ok"):
        with pytest.raises(Invalid, match="needs a reason"):
            checked_reason(empty)


@pytest.mark.parametrize(
    ("seated", "before"),
    [
        ([], None),
        ([1], None),
        ([1, 2], 1),
        ([1, 2, 3], 2),
        ([1, 2, 3, 2], 1),  # gone back once: the next way back leads further down
        ([1, 2, 1], None),
        ([1, 2, 3, 1], 3),  # seated by choice, not by going back
    ],
)
def test_the_one_before_is_found_down_the_ledger(seated: list[int], before: int | None) -> None:
    assert before_present(seated) == before


def test_evidence_survives_its_json() -> None:
    evidence = Evidence("f1", None, 0.4, 12, "the newest rows")

    assert evidence_from_json(evidence_to_json(evidence)) == evidence
