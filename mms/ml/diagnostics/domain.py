"""Whether the rows of a period can be told from those that a model learnt from."""

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.domain.drift import FEWEST_ROWS
from mms.domain.errors import Invalid
from mms.domain.tables import ColumnType
from mms.ml.diagnostics.ground import Ground, Tables
from mms.ml.monitoring.domain_classifier import FOLDS, ROWS, told_apart


def fits(_parameters: Parameters) -> int:
    """One a fold."""
    return FOLDS


def made(ground: Ground, parameters: Parameters) -> Tables:
    """The tables of `told_apart`.

    parameters: since, until: days (ISO, UTC), from the first to before the second; None leaves an end open. Invalid
    where either side has too few rows.
    """
    learnt = np.unique(np.concatenate([part for split in ground.splits for part in (split.train, split.validate)]))
    rows = np.sort(np.random.default_rng(ground.seed).permutation(learnt)[:ROWS])
    asked = ground.sources.answered(parameters["since"], parameters["until"], ROWS)
    if min(len(asked), len(rows)) < FEWEST_ROWS:
        raise Invalid(
            f"The period has {len(asked):,} rows and the model learnt from {len(rows):,}: "
            f"to tell them apart takes at least {FEWEST_ROWS} of each."
        )
    columns = [c for c in ground.instances.columns if c.type is not ColumnType.TIME and c.name in asked[0]]
    now = pd.DataFrame.from_records(asked, columns=[c.name for c in columns])
    return told_apart(ground.instances.features.iloc[rows], now, columns, ground.seed, ground.tell)
