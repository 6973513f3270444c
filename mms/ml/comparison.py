"""Paired tests over folds whose training rows overlap."""

from collections.abc import Mapping, Sequence
from math import copysign, inf, sqrt
from statistics import fmean

import numpy as np
from scipy.special import stdtr

from mms.domain.comparison import PairedTest


def tested_over_folds(
    one: Mapping[int, float], other: Mapping[int, float], ratios: Mapping[int, float], rope: float
) -> PairedTest | None:
    """`paired_test` over the folds that both have a score of; None where these are fewer than 2. ratios: fold ->
    n_validate/n_train.
    """
    folds = sorted(one.keys() & other.keys())
    if len(folds) < 2:
        return None
    return paired_test([one[fold] - other[fold] for fold in folds], fmean(ratios[fold] for fold in folds), rope)


def paired_test(differences: Sequence[float], ratio: float, rope: float) -> PairedTest:
    """One model minus another, fold by fold: corrected resampled t-test and Bayesian correlated t-test.

    differences: (k,) stored units, k >= 2. ratio: n_validate/n_train. rope: half the width of practical equality.
    Overlapping training rows make the naive s/√k too small: se = s·sqrt(1/k + ratio), t = mean/se with k-1 degrees of
    freedom (Nadeau & Bengio, Machine Learning 52, 2003). The posterior of the difference is Student's t with the same
    centre, scale and degrees (Corani & Benavoli, Machine Learning 100, 2015; Benavoli et al., JMLR 18(77), 2017).
    Where all folds differ by the same there is no doubt left: the posterior lies in that one point.
    """
    k = len(differences)
    if k < 2:
        raise ValueError(f"a paired test takes 2 folds or more, not {k}")
    given = np.asarray(differences, dtype=np.float64)
    mean = float(given.mean())
    se = float(given.std(ddof=1)) * sqrt(1.0 / k + ratio)
    if se == 0.0 or np.ptp(given) == 0.0:  # the spread of equal numbers may round to a little more than 0
        mean = float(given[0])
        t, p = (copysign(inf, mean), 0.0) if mean else (0.0, 1.0)
        better, worse = float(mean > rope), float(mean < -rope)
        return PairedTest(k, mean, 0.0, t, p, rope, better, 1.0 - better - worse, worse)
    t = mean / se
    p = 2.0 * float(stdtr(k - 1, -abs(t)))  # stdtr: what scipy.stats.t.cdf is, without its half a millisecond
    better = float(stdtr(k - 1, (mean - rope) / se))
    worse = float(stdtr(k - 1, (-mean - rope) / se))
    return PairedTest(k, mean, se, t, p, rope, better, max(0.0, 1.0 - better - worse), worse)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the order given: the probability of any false alarm among them stays below the level at
    which they are read (Holm, Scandinavian Journal of Statistics 6, 1979).
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for step, i in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - step) * p_values[i]))
        adjusted[i] = highest
    return adjusted
