"""Tags: words that members give to models, to find them by."""

from collections.abc import Iterable

from mms.domain.errors import Invalid

MOST_TAGS = 20
"""Tags that one model may bear."""

_LENGTH = 40


def checked_tag(tag: str) -> str:
    """The tag without outer blanks, or Invalid: 1 to 40 printable characters without a comma."""
    trimmed = tag.strip()
    if not 1 <= len(trimmed) <= _LENGTH or not trimmed.isprintable() or "," in trimmed:
        raise Invalid(f"A tag has 1 to {_LENGTH} printable characters and no comma; '{trimmed[:_LENGTH]}' is none.")
    return trimmed


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags, each once, in their order."""
    return tuple(dict.fromkeys(checked_tag(tag) for tag in tags))
