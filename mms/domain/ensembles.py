"""Ensembles: triples that combine the answers of other triples, their members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.triples import BASELINE, Parameter, Recipe, Triple, checked_parameters

FEWEST_MEMBERS, MOST_MEMBERS = 2, 20


class EnsembleKind(StrEnum):
    """How the members' answers are combined; the algorithm's name of an ensemble's triple."""

    VOTING = "voting"
    STACKING = "stacking"


@dataclass(frozen=True, slots=True)
class EnsembleDraft:
    """An ensemble to make of models."""

    model_ids: tuple[int, ...]
    kind: EnsembleKind = EnsembleKind.VOTING
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)


EXPLANATIONS: Mapping[EnsembleKind, str] = {
    EnsembleKind.VOTING: "the mean of the members' probabilities or numbers",
    EnsembleKind.STACKING: "a small model that learns from the members' out-of-fold answers whom to believe",
}

PARAMETERS: Mapping[EnsembleKind, tuple[Parameter, ...]] = {
    EnsembleKind.VOTING: (
        Parameter(
            "weights",
            "choice",
            "equal",
            choices=("equal", "by error"),
            explanation="equal: every vote counts alike; by error: in inverse proportion to the mean squared error",
        ),
    ),
    EnsembleKind.STACKING: (
        Parameter(
            "strength",
            "number",
            1.0,
            1e-4,
            1e4,
            scale="log",
            explanation="of the regularisation: the greater, the less one member may stand out",
        ),
        Parameter(
            "balanced",
            "boolean",
            True,
            explanation="of classes: a rare one weighs as much as a frequent one; off keeps probabilities true",
        ),
    ),
}


def ensemble_of(
    kind: EnsembleKind, members: Sequence[Triple], hyperparameters: Mapping[str, Any] | None = None
) -> Triple:
    """The triple of an ensemble, its members in order of their hashes.

    Invalid: fewer than 2 or more than 20 different members, the baseline or an ensemble among them, a wrong parameter.
    """
    different = {member.hash: member for member in members}
    ordered = tuple(different[name] for name in sorted(different))
    if not FEWEST_MEMBERS <= len(ordered) <= MOST_MEMBERS:
        raise Invalid(
            f"An ensemble has {FEWEST_MEMBERS} to {MOST_MEMBERS} different members; these are {len(ordered)}: "
            "choose others."
        )
    if any(member.algorithm == BASELINE for member in ordered):
        raise Invalid("The baseline looks at no feature, so its vote only dilutes the others': leave it out.")
    if any(member.members for member in ordered):
        raise Invalid("An ensemble cannot be a member of another one: choose its own members instead.")
    checked = checked_parameters(hyperparameters or {}, PARAMETERS[kind], kind.value)
    return Triple(Recipe(_name(ordered), ()), kind.value, checked, ordered)


def kind_of(name: str) -> EnsembleKind:
    """The kind of this name, or Invalid with the kinds there are."""
    try:
        return EnsembleKind(name)
    except ValueError as error:
        kinds = " or ".join(kind.value for kind in EnsembleKind)
        raise Invalid(f"'{name}' combines no members: make it {kinds}, or leave the members out.") from error


def combination_words(kind: EnsembleKind, members: Sequence[str]) -> str:
    """'votes of v3, v7 and v9'."""
    listed = " and ".join(filter(None, (", ".join(members[:-1]), members[-1] if members else "")))
    return f"{'votes' if kind is EnsembleKind.VOTING else 'a stack'} of {listed}"


def _name(members: Sequence[Triple]) -> str:
    """'boosting + logistic', each algorithm once, with how often it occurs."""
    counts: dict[str, int] = {}
    for member in sorted(members, key=lambda one: one.algorithm):
        counts[member.algorithm] = counts.get(member.algorithm, 0) + 1
    return " + ".join(name if count == 1 else f"{count} {name}" for name, count in counts.items())
