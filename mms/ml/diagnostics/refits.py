"""What refits for a diagnostic have in common: which folds, and whether a triple can be fitted again alone."""

from collections.abc import Sequence

import numpy as np

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.ml.diagnostics.ground import Ground
from mms.ml.folds import Split


def checked_triple(ground: Ground, what: str) -> None:
    """Invalid for an ensemble, whose members are models of their own."""
    if ground.triple.members:
        raise Invalid(f"An ensemble is made of other models' answers: ask for the {what} of one of its members.")


def count_of(parameters: Parameters, name: str, most: int) -> int:
    """A whole number among the parameters; Invalid where it is none from 1 to `most`."""
    count = parameters[name]
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= most:
        raise Invalid(f"'{name}' takes a whole number from 1 to {most}; it got {count!r:.40}.")
    return count


def some_folds(splits: Sequence[Split], count: int) -> list[Split]:
    """So many of the folds at even steps, the last one among them."""
    at = np.unique(np.linspace(0, len(splits) - 1, count + 1).astype(int)[1:]) if count < len(splits) else None
    return list(splits) if at is None else [splits[i] for i in at]
