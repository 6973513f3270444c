"""Finding: one box over everything. What a text may name, and what was found."""

import re
from dataclasses import dataclass
from enum import StrEnum

from mms.domain.errors import Invalid

MOST = 10
"""How many of each kind are shown."""

LONGEST = 200
"""Characters a text to look for may have."""


class FindKind(StrEnum):
    """What is looked through, in the order in which it is shown."""

    PROJECT = "project"
    MODEL = "model"
    RUN = "run"
    SNAPSHOT = "snapshot"
    RECIPE = "recipe"
    SEGMENT = "segment"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Find:
    """One thing that fits. title: its name; words: where the text stands, or what the thing is.

    about: of a comment, what it is about as "kind id".
    """

    kind: FindKind
    id: int
    project_id: int
    project: str
    title: str
    words: str
    about: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """What of one kind fits; more: whether there is more than is shown."""

    kind: FindKind
    finds: tuple[Find, ...]
    more: bool


_NUMBERED = re.compile(r"(?:(v|version|model|run|snapshot)\s*)?#?(\d{1,9})", re.IGNORECASE)


def checked_text(text: str) -> str:
    """What to look for without outer blanks, or Invalid."""
    trimmed = " ".join(text.split())
    if not trimmed:
        raise Invalid("Nothing is looked for: write a name, a version such as v12, a tag, or words of a comment.")
    if len(trimmed) > LONGEST or "\0" in trimmed:
        raise Invalid(f"A text to look for has at most {LONGEST} printable characters: write a shorter one.")
    return trimmed


def number_in(text: str, kind: FindKind) -> int | None:
    """The number that a text gives for a model's version, a run or a snapshot: 'v12', 'run 3', or just '7'."""
    match = _NUMBERED.fullmatch(text)
    if match is None:
        return None
    word = (match[1] or "").lower()
    named = {"run": FindKind.RUN, "snapshot": FindKind.SNAPSHOT}.get(word, FindKind.MODEL if word else kind)
    return int(match[2]) if named is kind else None


def around(text: str, wanted: str, width: int = 90) -> str:
    """The line of a text in which the wanted words stand, cut to about `width` characters; else its beginning."""
    line = " ".join(text.split())
    start = max(0, line.lower().find(wanted.lower()) - width // 3)
    piece = line[start : start + width]
    return f"{'…' if start else ''}{piece}{'…' if start + width < len(line) else ''}"
