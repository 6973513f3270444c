"""The global champion on the rows of a scope's run: what a model of the scope must beat."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reference:
    """The global champion on a scope's rows. score, score_sd: stored units of `metric`; None where it has none there.

    rows: how many it was scored on. source: which rows, in words. same_folds: the very rows and folds that the run's
    models are scored on. why_not: why there is no score.
    """

    metric: str
    champion_model_id: int | None = None
    champion: str = ""
    score: float | None = None
    score_sd: float | None = None
    rows: int = 0
    source: str = ""
    same_folds: bool = False
    why_not: str | None = None


def reference_to_json(reference: Reference) -> dict[str, Any]:
    """A reference as plain JSON."""
    return asdict(reference)


def reference_from_json(value: Mapping[str, Any] | None) -> Reference | None:
    """The reference that `reference_to_json` wrote."""
    return None if value is None else Reference(**value)
