"""Diagnostics of models: each kind has one maker, from stored rows to small tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mms.domain.diagnostics import DiagnosticKind, Parameters
from mms.domain.projects import Task
from mms.ml.diagnostics.ground import Ground, Tables


@dataclass(frozen=True, slots=True)
class Maker:
    """How a kind's tables are made.

    tasks: for which tasks. fits: how many it takes. make: raises Invalid where there are none, with the reason.
    in_job: it takes a worker, and is made when somebody asks for it, even where it needs no fits; otherwise the tables
    come from stored rows in a moment, and are made when a page first wants them.
    """

    tasks: frozenset[Task]
    fits: Callable[[Parameters], int]
    make: Callable[[Ground, Parameters], Tables]
    in_job: bool = False


def no_fits(_parameters: Parameters) -> int:
    """Of what is made from stored rows."""
    return 0


CLASSES = frozenset({Task.BINARY, Task.MULTICLASS})
BINARY = frozenset({Task.BINARY})
NUMBERS = frozenset({Task.REGRESSION})

MAKERS: Mapping[DiagnosticKind, Maker] = {}
"""Every kind that can be made."""
