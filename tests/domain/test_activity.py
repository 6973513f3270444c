"""The feed: kinds are merged by time, and a page begins where the one before ended."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mms.domain.activity import Event, Happening, Place, excerpt, page_of, place_of
from mms.domain.errors import Invalid
from mms.domain.subjects import Subject, SubjectKind

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACES = st.builds(
    Place, st.integers(0, 3).map(lambda h: NOON + timedelta(hours=h)), st.sampled_from(Happening), st.integers(1, 5)
)


def event(place: Place) -> Event:
    return Event(place.kind, place.id, place.at, 1, "p", "ada", "did", Subject(SubjectKind.PROJECT, 1))


@settings(max_examples=40)
@given(st.sets(PLACES, max_size=30), st.integers(1, 7))
def test_pages_give_every_event_once_newest_first(places: set[Place], limit: int) -> None:
    seen: list[Place] = []
    after: Place | None = None
    while True:
        rest = [p for p in places if after is None or p < after]
        parts = [
            [event(p) for p in sorted((p for p in rest if p.kind is kind), reverse=True)[: limit + 1]]
            for kind in Happening
        ]
        page = page_of(parts, limit)
        seen += [e.place for e in page.events]
        after = page.after
        if after is None:
            break

    assert seen == sorted(places, reverse=True)


@given(PLACES)
def test_a_place_is_read_as_it_was_written(place: Place) -> None:
    assert place_of(str(place)) == place


@pytest.mark.parametrize(
    "text", ["", "now", "2026-03-01T12:00:00~run~1", "2026-03-01T12:00:00+00:00~walk~1", "2026-03-01T12:00:00Z~run~-1"]
)
def test_no_place_is_told(text: str) -> None:
    with pytest.raises(Invalid, match="is no place in the feed"):
        place_of(text)


def test_an_excerpt_is_one_line() -> None:
    assert excerpt("one\n two") == "one two"
    assert excerpt("a" * 200, 10) == "aaaaaaaaa…"
