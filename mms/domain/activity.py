"""Activity: what happened, newest first, told from what is stored anyway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice

from mms.domain.errors import Invalid
from mms.domain.subjects import Subject


class Happening(StrEnum):
    """What kind of thing happened; in the order in which equal times are listed."""

    COMMENT = "comment"
    DRAFT = "promotion draft"
    FIRING = "firing"
    MODEL = "model"
    PROMOTION = "promotion"
    PURGE = "purge"
    RETIREMENT = "retirement"
    RUN = "run"
    SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. id: of its row. subject: where to read on. words: what `by` did, after the name."""

    kind: Happening
    id: int
    at: datetime
    project_id: int
    project: str
    by: str
    words: str
    subject: Subject

    @property
    def place(self) -> "Place":
        """Where it stands in the feed."""
        return Place(self.at, self.kind, self.id)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the feed; the newest is the greatest."""

    at: datetime
    kind: Happening
    id: int

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC).isoformat()}~{self.kind.value}~{self.id}"


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """What to list. None and () leave the choice open. after: the last event of the page before.

    by: as people know the member. subjects: only what concerns one of these things.
    """

    project_id: int | None = None
    kinds: tuple[Happening, ...] = ()
    by: str | None = None
    subjects: tuple[Subject, ...] | None = None
    after: Place | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of events, newest first. after: ask with it for the next page; None: there is none."""

    events: tuple[Event, ...]
    after: Place | None


def place_of(text: str) -> Place:
    """The place that `str` wrote, or Invalid."""
    at, _, rest = text.partition("~")
    kind, _, id_ = rest.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        place = Place(moment.astimezone(UTC), Happening(kind), int(id_))
    except (ValueError, OverflowError) as error:
        raise Invalid(f"'{text[:80]}' is no place in the feed: begin at the newest.") from error
    if moment.tzinfo is None or not 0 <= place.id < 2**63:
        raise Invalid(f"'{text[:80]}' is no place in the feed: begin at the newest.")
    return place


def page_of(parts: Sequence[Sequence[Event]], limit: int) -> Feed:
    """The newest events of several kinds; each part holds the newest of its kind, one more than `limit` at most."""
    merged = sorted((event for part in parts for event in part), key=lambda event: event.place, reverse=True)
    events = tuple(islice(merged, limit))
    return Feed(events, events[-1].place if len(merged) > limit else None)


def excerpt(text: str, length: int = 120) -> str:
    """The beginning of a text as one line: 'Why does it ...'."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"
