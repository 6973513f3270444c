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
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class Transformer:
    """One vetted transformer. make: checked parameters -> an unfitted scikit-learn transformer.

    takes, gives: the kinds it turns into one another. sparse: it gives a sparse matrix, which not every step takes.
    takes_sparse: it takes a sparse matrix. rowwise: it learns nothing, each row is turned by itself, so one call on all
    rows serves every fold. cross_fitted: what `fit_transform` gives for training rows differs from what `transform`
    gives for them. after: it may stand over all features side by side (`Recipe.after`). condenses: it gives a dense
    matrix even where it takes a sparse one. texts_only: parameters that tokens, unlike texts, leave at their defaults.
    """

    name: str
    explanation: str
    takes: frozenset[Kind]
    gives: Kind
    parameters: tuple[Parameter, ...]
    make: Callable[[Mapping[str, Value]], Any]
    sparse: bool = False
    takes_sparse: bool = False
    rowwise: bool = False
    cross_fitted: bool = False
    after: bool = False
    condenses: bool = False
    texts_only: tuple[str, ...] = ()

    def gives_sparse(self, given: bool) -> bool:
        """Whether its matrix is mostly zeros. given: whether the one before is."""
        return (self.sparse or given) and not self.condenses
