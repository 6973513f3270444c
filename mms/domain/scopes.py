"""Scopes in training: the slice of a snapshot's rows that a run learns from."""

from dataclasses import dataclass
from enum import StrEnum

from mms.domain.errors import Invalid
from mms.domain.promotions import GLOBAL, checked_scope

SCOPES = "'global', 'group:COLUMN=VALUE', 'user:ENTITY' or 'segment:NAME'"
"""How a scope is written."""

MOST_GROUPS = 500
"""More runs than this are no fan-out that anybody looks through."""


class ScopeKind(StrEnum):
    """What tells the rows of a scope apart from others."""

    GLOBAL = "global"
    GROUP = "group"
    USER = "user"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope taken apart. column: of a group. value: the group's value, the entity's text, the segment's name."""

    kind: ScopeKind
    value: str = ""
    column: str | None = None


@dataclass(frozen=True, slots=True)
class GroupRows:
    """One group of a fan-out: its scope key, its rows outside the hold-out, and why it gets no run (None: it does)."""

    scope: str
    rows: int
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class FanOut:
    """What a fan-out would launch. fits: of one run. groups: the biggest first."""

    groups: tuple[GroupRows, ...]
    fits: int

    @property
    def launched(self) -> tuple[GroupRows, ...]:
        """The groups that get a run."""
        return tuple(group for group in self.groups if group.why_not is None)

    @property
    def rows(self) -> int:
        """Rows that the runs learn from."""
        return sum(group.rows for group in self.launched)

    @property
    def words(self) -> str:
        """The cost in words: '3 groups with 1,200 rows: 3 runs × 26 fits = 78 fits; 2 groups are left out'."""
        count, left = len(self.launched), len(self.groups) - len(self.launched)
        noun, runs = ("group", "run") if count == 1 else ("groups", "runs")
        out = f"; {left:,} {'group is' if left == 1 else 'groups are'} left out" if left else ""
        total = f"{count * self.fits:,} fits"
        return f"{count:,} {noun} with {self.rows:,} rows: {count:,} {runs} × {self.fits:,} fits = {total}{out}"


def scope_of(key: str) -> Scope:
    """The scope that a key names, or Invalid."""
    kind, _, rest = checked_scope(key).partition(":")
    if kind == ScopeKind.GROUP:
        column, _, value = rest.partition("=")
        return Scope(ScopeKind.GROUP, value, column)
    return Scope(ScopeKind(kind), rest)


def is_scope(key: str) -> bool:
    """Whether the key names a scope."""
    try:
        checked_scope(key)
    except Invalid:
        return False
    return True


def scope_words(key: str) -> str:
    """A scope as a sentence names it: 'all rows', 'rows with carrier = UA', "rows of segment 'winter'"."""
    if key == GLOBAL:
        return "all rows"
    scope = scope_of(key)
    if scope.kind is ScopeKind.GROUP:
        return f"rows with {scope.column} = {scope.value}"
    return f"rows of {scope.kind.value} '{scope.value}'"
