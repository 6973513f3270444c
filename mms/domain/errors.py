"""Named refusals. Each carries one full sentence that says what is wrong and what to do; edges translate them once."""

from typing import ClassVar


class MmsError(Exception):
    """A refusal the reader can act upon. Anything else that escapes is a bug. kind: the word for programs."""

    kind: ClassVar[str] = "conflict"

    @property
    def sentence(self) -> str:
        """The full sentence to show."""
        return str(self)


class Invalid(MmsError):
    """The input itself is wrong: a file, a value, a declaration."""

    kind = "invalid"


class NotFound(MmsError):
    """Nothing live bears this id or name, or the member may not see it."""

    kind = "not found"


class Conflict(MmsError):
    """The input is well formed, but the present state refuses it."""


class Forbidden(MmsError):
    """The member lacks the permission."""

    kind = "forbidden"


class Unavailable(MmsError):
    """The store, or a part the answer needs, cannot be reached now."""

    kind = "unavailable"


class Lost(MmsError):
    """The job belongs to somebody else by now: stop, write nothing."""


class Cancelled(MmsError):
    """Somebody asked the job to stop."""
