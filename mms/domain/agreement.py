"""Agreement: which models err on different rows, and which of them are worth combining."""

from collections.abc import Mapping
from dataclasses import dataclass

from mms.domain.ensembles import EnsembleKind
from mms.domain.models import RankedModel


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two models on the same out-of-fold rows.

    agreement: the share of rows with the same label; of numbers, the correlation of residuals. both_wrong: the share of
    rows on which both err (the double fault), None for numbers. one, other: model ids.
    """

    one: int
    other: int
    agreement: float
    both_wrong: float | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Models of one snapshot, best first, and every pair of them. errors: share of rows a model errs on, by id."""

    models: tuple[RankedModel, ...]
    pairs: tuple[Pairing, ...]
    errors: Mapping[int, float]

    @property
    def of_numbers(self) -> bool:
        """Whether residuals are compared, not labels."""
        return not self.errors


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an ensemble would score, from stored out-of-fold rows: fold scores of the primary metric, stored units.

    best: the mean score of its best member.
    """

    kind: EnsembleKind
    model_ids: tuple[int, ...]
    score: float
    score_sd: float
    best: float

    @property
    def gain(self) -> float:
        """By how much it is above its best member, stored units."""
        return self.score - self.best
