"""A snapshot in numbers, with warnings for columns that look like an identifier or like the answer."""

from collections.abc import Sequence

import pandas as pd

from mms.domain.projects import Task
from mms.domain.snapshots import Profile
from mms.domain.tables import Column


def profile(features: pd.DataFrame, columns: Sequence[Column], target: pd.Series, task: Task) -> Profile:
    """Counts, ranges, most frequent values and warnings of every column."""
    raise NotImplementedError
