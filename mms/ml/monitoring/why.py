"""Groups of rows that tell a change of the error apart, found by a shallow tree, and the change split over them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mms.domain.tables import Column, Condition
from mms.ml.diagnostics.slices import grown_rules
from mms.ml.segments import rows_in
from mms.monitoring.decomposition import Split, split

LEAST_ROWS, LEAST_SHARE = 30, 0.03
"""A group holds at least so many rows that the tree sees, and this share of them."""


def split_by_rules(
    frame: pd.DataFrame, columns: Sequence[Column], errors: np.ndarray, after: np.ndarray, seed: int = 0
) -> tuple[list[tuple[Condition, ...]], Split]:
    """Rules that part the rows, and the change of the mean error split over them; the last group are all other rows.

    frame: (N,) typed features; errors: (N,); after: (N,) whether the row is of the later period. The tree grows on one
    half of the rows, on the error and on what each row adds to the change at once; the other half is counted, so that
    no rule is praised for the luck it was found by.
    """
    grown = np.random.default_rng(seed).random(len(frame)) < 0.5
    late = after.mean()
    adds = errors * np.where(after, 1 / late, -1 / (1 - late))
    asked = np.column_stack([_unit(errors), _unit(adds)])
    least = max(LEAST_ROWS, int(LEAST_SHARE * grown.sum()))
    rules = grown_rules(frame[grown], columns, asked[grown], least)
    counted = frame[~grown]
    groups = np.full(len(counted), len(rules))
    for place in reversed(range(len(rules))):  # the first rule that holds
        groups[rows_in(counted, rules[place])] = place
    told, is_late = errors[~grown], after[~grown]
    pairs = (groups[~is_late], groups[is_late]), (told[~is_late], told[is_late])
    return rules, split(*pairs, len(rules) + 1, seed)


def _unit(values: np.ndarray) -> np.ndarray:
    """Of unit spread, so that the tree weighs both columns alike."""
    spread = values.std()
    scaled: np.ndarray = values / spread if spread > 0 else values * 0.0
    return scaled
