"""Records become plain JSON by one rule."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mms.domain.buckets import Sums
from mms.domain.models import ModelState
from mms.domain.plain import plain
from mms.domain.promotions import Evidence, Verdict


@dataclass(frozen=True)
class Sample:
    """A record of everything."""

    state: ModelState
    at: datetime
    share: float
    verdicts: tuple[Verdict, ...]
    where: Path


def test_a_record_becomes_an_object_that_json_can_write() -> None:
    record = Sample(ModelState.CHAMPION, datetime(2026, 3, 1, tzinfo=UTC), 0.5, (Verdict(True, "why"),), Path("/a"))

    assert json.loads(json.dumps(plain(record))) == {
        "state": "champion",
        "at": "2026-03-01T00:00:00+00:00",
        "share": 0.5,
        "verdicts": [{"promote": True, "reason": "why"}],
        "where": "/a",
    }


def test_what_is_no_number_becomes_null() -> None:
    assert plain([float("nan"), float("inf"), None]) == [None, None, None]


def test_a_record_with_its_own_json_keeps_it() -> None:
    assert plain(Sums(n=2, cells={("a", "b"): 1}))["cells"] == [["a", "b", 1]]


def test_keys_become_text_and_sets_are_sorted() -> None:
    assert plain({ModelState.RETIRED: {2, 1}, 3: Evidence("f1", None, 0.5, 9, "x")}) == {
        "retired": [1, 2],
        "3": {"metric": "f1", "champion": None, "challenger": 0.5, "rows": 9, "source": "x"},
    }


def test_anything_else_is_a_bug() -> None:
    with pytest.raises(TypeError, match="object has no plain form"):
        plain(object())
