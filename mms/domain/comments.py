"""Comments: what members say about a project, a snapshot, a run or a model; and who watches it."""

from dataclasses import dataclass
from datetime import datetime

from mms.domain.errors import Forbidden, Invalid
from mms.domain.members import Member
from mms.domain.subjects import Subject

MOST = 4000
"""Characters a comment may have."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment. text: Markdown, as it was written. author: sign-in name; signed: as people know the author."""

    id: int
    project_id: int
    subject: Subject
    text: str
    author: str
    signed: str
    created_at: datetime
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """A member follows a subject. seen_at: up to when its news was read."""

    subject: Subject
    project_id: int
    since: datetime
    seen_at: datetime


def checked_comment(text: str) -> str:
    """The text without outer blanks, or Invalid."""
    trimmed = text.strip()
    if not trimmed:
        raise Invalid("A comment says something: write at least one word.")
    if len(trimmed) > MOST:
        raise Invalid(f"A comment has at most {MOST:,} characters; this one has {len(trimmed):,}.")
    if "\0" in trimmed:
        raise Invalid("A comment is text, and this one holds a null character: write it anew.")
    return trimmed


def require_author(member: Member, author: str, verb: str) -> None:
    """Raise Forbidden unless the member wrote the comment."""
    if member.name != author:
        raise Forbidden(f"Only who wrote a comment may {verb} it: write one of your own instead.")
