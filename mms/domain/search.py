"""Search: how a run goes through its space of triples."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class SearchKind(StrEnum):
    """How triples are chosen and how long each is followed.

    ALL: every given triple on all folds (grids and random samples are made before the launch). HALVING: all on a few
    folds, the better third on more of them, and so on; whoever stays to the end is fitted on all. TRIALS: Optuna
    proposes triples in the light of those before.
    """

    ALL = "all"
    HALVING = "halving"
    TRIALS = "trials"


@dataclass(frozen=True, slots=True)
class Search:
    """A run's search. factor: of halving, one in `factor` stays at each rung. trials: how many triples Optuna proposes.

    space: of trials, algorithm -> {"recipes": [recipe JSON ...], "values": {parameter: [value ...] or [low, high]}}.
    """

    kind: SearchKind = SearchKind.ALL
    factor: int = 3
    trials: int = 0
    space: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The search as plain JSON."""
        return {"kind": self.kind.value, "factor": self.factor, "trials": self.trials, "space": dict(self.space)}

    @staticmethod
    def from_json(value: Mapping[str, Any] | None) -> "Search":
        """The search that `to_json` wrote; None is the plain one."""
        if value is None:
            return Search()
        return Search(SearchKind(value["kind"]), value["factor"], value["trials"], value["space"])
