"""The target as a step that looks at it needs it."""

from typing import Any

import numpy as np


def coded(y: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """Class numbers with their labels in order; a numeric target as float64, and None.

    Texts are labels even where they look like numbers: the target of classes always comes as text.
    """
    target = np.asarray(y)
    if target.dtype.kind in "iuf":
        return target.astype(np.float64), None
    labels, codes = np.unique(target.astype(np.str_), return_inverse=True)
    return codes, labels
