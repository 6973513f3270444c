"""Search spaces: which triples a run fits."""

from collections.abc import Mapping, Sequence

from mms.domain.projects import Task
from mms.domain.snapshots import Snapshot
from mms.domain.triples import Recipe, Triple, Value


def baseline(task: Task, recipe: Recipe) -> Triple:
    """The Dummy triple that is always among a run's triples."""
    raise NotImplementedError


def grid(recipes: Sequence[Recipe], grids: Mapping[str, Mapping[str, Sequence[Value]]], task: Task) -> list[Triple]:
    """Every recipe x algorithm x combination of its values (algorithm name -> parameter -> values), checked, unique."""
    raise NotImplementedError


def first_space(task: Task, snapshot: Snapshot) -> list[Triple]:
    """A good first guess for a snapshot: one recipe, the task's main algorithms at their defaults (5 to 7 triples)."""
    raise NotImplementedError


def estimated_seconds(triples: Sequence[Triple], rows: int, columns: int) -> float:
    """A rough estimate of a run's wall time in seconds (12 + 1 fits a triple, one core)."""
    raise NotImplementedError
