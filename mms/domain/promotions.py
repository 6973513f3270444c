"""Promotions: dated, signed, reasoned seatings of a model in a scope; append-only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mms.domain.errors import Invalid

GLOBAL = "global"
"""The scope of the whole population."""

_SCOPE = re.compile(r"(global|group:[^\s=:]{1,63}=.{1,200}|user:.{1,200}|segment:.{1,80})")


def checked_scope(key: str) -> str:
    """The scope key, or Invalid: 'global', 'group:COLUMN=VALUE', 'user:ENTITY' or 'segment:NAME'."""
    if not _SCOPE.fullmatch(key):
        raise Invalid(f"'{key}' is no scope: write 'global', 'group:COLUMN=VALUE', 'user:ENTITY' or 'segment:NAME'.")
    return key


def scopes_of(
    entity: str, features: Mapping[str, Any], seated: frozenset[str], segments: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Scopes that hold a champion and contain this row, most special first: user, groups, segments, global.

    segments: names of those that the row belongs to.
    """
    user = [f"user:{entity}"] if f"user:{entity}" in seated else []
    groups = sorted(
        key
        for key in seated
        if key.startswith("group:") and str(features.get(key[6:].partition("=")[0])) == key[6:].partition("=")[2]
    )
    ruled = sorted(key for key in seated if key.startswith("segment:") and key[8:] in segments)
    return (*user, *groups, *ruled, *([GLOBAL] if GLOBAL in seated else []))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Both models' primary metric (stored units) on the same newest rows.

    rows: how many; source: which rows, in words. champion is None where the seat is empty.
    """

    metric: str
    champion: float | None
    challenger: float | None
    rows: int
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the challenger takes the seat, and why in one clause."""

    promote: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Seating:
    """A promotion to make. against_advice: seat it although the verdict is against it.

    former: the model whose seat it takes, as the member saw it (0: an empty seat); None: of whoever sits there.
    """

    model_id: int
    reason: str
    scope: str = GLOBAL
    against_advice: bool = False
    former: int | None = None


@dataclass(frozen=True, slots=True)
class Promotion:
    """One seating. against_advice: the member overruled the verdict."""

    id: int
    project_id: int
    scope: str
    model_id: int
    model_version: int
    promoted_by: str
    promoted_at: datetime
    reason: str
    verdict: str
    against_advice: bool
    evidence: Evidence | None


def judge(
    champion: float | None, challenger: float | None, margin: float, source: str = "the same newest rows"
) -> Verdict:
    """Decide whether the challenger takes the seat; an empty one is always taken. Scores: stored units, same rows.

    source: which rows, in words.
    """
    if champion is None:
        return Verdict(True, "the seat is empty")
    if challenger is None:
        return Verdict(False, "the two were never scored on the same rows; retrain to compare them")
    gain = challenger - champion
    return Verdict(gain > margin, f"gain {gain:+.3f} on {source}, margin {margin:.3f}")


def checked_reason(reason: str, noun: str = "promotion") -> str:
    """The reason without outer blanks, or Invalid: what is decided is signed and reasoned."""
    trimmed = reason.strip()
    if len(trimmed) < 3:
        raise Invalid(f"A {noun} needs a reason of at least 3 characters: say why, for those who come after.")
    return trimmed[:1000]


def evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    """Evidence as plain JSON."""
    return {
        "metric": evidence.metric,
        "champion": evidence.champion,
        "challenger": evidence.challenger,
        "rows": evidence.rows,
        "source": evidence.source,
    }


def evidence_from_json(value: Mapping[str, Any]) -> Evidence:
    """The evidence that `evidence_to_json` wrote."""
    return Evidence(value["metric"], value["champion"], value["challenger"], value["rows"], value["source"])


def nobody_before(scope: str) -> str:
    """Why a scope cannot be rolled back."""
    return f"No champion sat in '{scope}' before the present one: promote a model instead."


def before_present(seated: Sequence[int]) -> int | None:
    """Which model sat before the present one, from the models of a scope's ledger, oldest first.

    Seating again the model that sat before is going back: after 1, 2, 3 and back to 2, the one before is 1, not 3.
    """
    stack: list[int] = []
    for model in seated:
        if stack[-2:-1] == [model]:
            stack.pop()
        else:
            stack.append(model)
    return stack[-2] if len(stack) > 1 else None
