"""Quantiles of the normal, Student's and the chi-squared distribution, as scipy has them.

scipy is imported at the first question: a dashboard's first page asks none, and does not wait for it.
"""

import numpy as np


def student(rows: np.ndarray | float, share: float = 0.975) -> np.ndarray:
    """The quantile of Student's t with so many degrees of freedom; two-sided 95 % as it stands."""
    from scipy.special import stdtrit

    found: np.ndarray = stdtrit(rows, share)
    return found


def normal(share: float) -> float:
    """The quantile of the standard normal."""
    from scipy.special import ndtri

    return float(ndtri(share))


def chi_squared(rows: np.ndarray, beyond: float) -> np.ndarray:
    """What chi-squared with so many degrees of freedom exceeds with this chance."""
    from scipy.special import chdtri

    found: np.ndarray = chdtri(rows, beyond)
    return found
