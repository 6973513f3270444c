"""What the registry knows of one vetted transformer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mms.domain.triples import Parameter, Value


class Kind(StrEnum):
    """What flows between the steps of a branch. Booleans flow as the numbers 0 and 1."""

    NUMBERS = "numbers"
    CATEGORIES = "categories"
    TIMES = "times"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Transformer:
    """One vetted transformer. make: checked parameters -> an unfitted scikit-learn transformer.

    takes, gives: the kinds it turns into one another. sparse: it gives a sparse matrix, so it must come last.
    """

    name: str
    explanation: str
    takes: frozenset[Kind]
    gives: Kind
    parameters: tuple[Parameter, ...]
    make: Callable[[Mapping[str, Value]], Any]
    sparse: bool = False
