"""Saved views: what a page shows, under a name."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl

from mms.domain.errors import Invalid
from mms.domain.projects import checked_name

QUERY = 8000
"""Characters that the query of an address may have."""

MOST_VIEWS = 200
"""Views that one member may keep of one page of a project."""


class ViewPage(StrEnum):
    """Pages whose views can be saved."""

    MODELS = "models"


@dataclass(frozen=True, slots=True)
class ViewDraft:
    """A view to save. query: of the page's address, after the question mark. is_shared: every member sees it."""

    page: ViewPage
    name: str
    query: str
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class SavedView:
    """A saved view. owner: the sign-in name of who saved it."""

    id: int
    project_id: int
    page: ViewPage
    name: str
    query: str
    owner: str
    is_shared: bool
    created_at: datetime

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The query's parameters with their values, as a page takes them."""
        found: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query, keep_blank_values=True):
            found.setdefault(name, []).append(value)
        return found


def checked_view(draft: ViewDraft) -> ViewDraft:
    """The draft with a trimmed name and query; Invalid where the query is no query of an address."""
    query = draft.query.strip().removeprefix("?")
    if len(query) > QUERY:
        raise Invalid(f"A view's query has at most {QUERY:,} characters; this one has {len(query):,}.")
    if not query.isascii() or not query.isprintable() or any(sign in query for sign in " #<>"):
        raise Invalid("A view keeps what stands after the question mark of the page's address: copy it as it is.")
    return ViewDraft(draft.page, checked_name(draft.name, "view"), query, draft.is_shared)
