"""Named refusals. Each carries one full sentence that says what is wrong and what to do; edges translate them once."""


class MmsError(Exception):
    """A refusal the reader can act upon. Anything else that escapes is a bug."""

    @property
    def sentence(self) -> str:
        """The full sentence to show."""
        return str(self)


class Invalid(MmsError):
    """The input itself is wrong: a file, a value, a declaration."""


class NotFound(MmsError):
    """Nothing live bears this id or name, or the member may not see it."""


class Conflict(MmsError):
    """The input is well formed, but the present state refuses it."""


class Forbidden(MmsError):
    """The member lacks the permission."""


class Unavailable(MmsError):
    """The store, or a part the answer needs, cannot be reached now."""


class Lost(MmsError):
    """The job belongs to somebody else by now: stop, write nothing."""


class Cancelled(MmsError):
    """Somebody asked the job to stop."""
