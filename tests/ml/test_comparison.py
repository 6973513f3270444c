"""Paired tests against what others compute and publish, and the laws they obey."""

from collections.abc import Sequence
from itertools import combinations
from math import gamma, inf, pi, sqrt

import baycomp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from sklearn.datasets import make_moons
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.svm import SVC

from mms.ml.comparison import holm, paired_test

DEALT = 1 / 11
"""n_validate/n_train of 12 dealt folds."""

differences = st.lists(st.floats(-1, 1).map(lambda x: round(x, 6)), min_size=2, max_size=12)
p_values = st.lists(st.floats(0, 1), max_size=20)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("rope", [0.0, 0.01, 0.1])
def test_the_probabilities_are_baycomps(seed: int, rope: float) -> None:
    chance = np.random.default_rng(seed)
    one, other = chance.normal(0.8, 0.05, 12), chance.normal(0.79, 0.05, 12)

    ours = paired_test(one - other, DEALT, rope)

    left, *middle, right = baycomp.CorrelatedTTest(other, one, rope).probs()
    assert [ours.worse, ours.equal, ours.better] == pytest.approx([left, sum(middle), right], abs=1e-9)


def test_the_posterior_is_the_density_with_the_corrected_scale_also_where_folds_grow() -> None:
    given_, ratio, rope = [0.03, -0.01, 0.02, 0.015, 0.0, 0.04], 0.26, 0.01
    k = len(given_)
    mean = sum(given_) / k
    scale = sqrt(sum((d - mean) ** 2 for d in given_) / (k - 1) * (1 / k + ratio))

    def density(x: float) -> float:
        z = (x - mean) / scale
        return gamma(k / 2) / (sqrt((k - 1) * pi) * gamma((k - 1) / 2) * scale) * (1 + z * z / (k - 1)) ** (-k / 2)

    ours = paired_test(given_, ratio, rope)

    assert ours.t == pytest.approx(mean / scale, abs=1e-12)
    assert ours.equal == pytest.approx(quad(density, -rope, rope, epsabs=1e-12)[0], abs=1e-9)
    assert ours.better == pytest.approx(quad(density, rope, inf, epsabs=1e-12)[0], abs=1e-9)
    assert ours.p == pytest.approx(2 * quad(density, -inf, 0, epsabs=1e-12)[0], abs=1e-9)


@pytest.mark.slow
def test_scikit_learns_published_comparison_of_kernels_is_reproduced() -> None:
    """The table of its example 'Statistical comparison of models using grid search', whose p is one-sided x 6."""
    features, target = make_moons(noise=0.352, random_state=1, n_samples=100)
    folds = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    machines = [SVC(kernel="rbf"), SVC(kernel="linear"), SVC(kernel="poly"), SVC(kernel="poly", degree=2)]
    scores = [cross_val_score(machine, features, target, scoring="roc_auc", cv=folds) for machine in machines]

    ours = [paired_test(one - other, 10 / 90, 0.01) for one, other in combinations(scores, 2)]

    told = [(test.t, min(1.0, 3 * test.p), test.worse, test.better, test.equal) for test in ours]
    published = [
        (0.750, 1.000, 0.068, 0.500, 0.432),
        (1.657, 0.302, 0.018, 0.882, 0.100),
        (4.565, 0.000, 0.000, 1.000, 0.000),
        (1.111, 0.807, 0.063, 0.750, 0.187),
        (4.276, 0.000, 0.000, 1.000, 0.000),
        (3.851, 0.001, 0.000, 1.000, 0.000),
    ]
    assert np.asarray(told) == pytest.approx(np.asarray(published), abs=0.0006)


def test_with_twelve_folds_a_mean_of_092_spreads_is_just_significant() -> None:
    spread = np.array([-1.0, 1.0] * 6)
    spread /= spread.std(ddof=1)

    assert paired_test(spread + 0.915, DEALT, 0.0).p > 0.05
    assert paired_test(spread + 0.925, DEALT, 0.0).p < 0.05


@pytest.mark.parametrize(
    ("difference", "t", "p", "chances"),
    [
        (0.0, 0.0, 1.0, (0, 1, 0)),
        (0.1, inf, 0.0, (1, 0, 0)),
        (-0.1, -inf, 0.0, (0, 0, 1)),
        (0.009, inf, 0.0, (0, 1, 0)),
    ],
)
def test_where_all_folds_differ_by_the_same_nothing_is_in_doubt(
    difference: float, t: float, p: float, chances: tuple[float, float, float]
) -> None:
    test = paired_test([difference] * 12, DEALT, 0.01)

    assert (test.mean, test.se, test.t, test.p) == (difference, 0.0, t, p)
    assert (test.better, test.equal, test.worse) == chances


def test_one_fold_tests_nothing() -> None:
    with pytest.raises(ValueError, match="2 folds or more"):
        paired_test([0.1], DEALT, 0.01)


@given(differences, st.floats(0.01, 1), st.floats(0, 0.1))
def test_who_is_better_turns_round_with_the_models(given_: list[float], ratio: float, rope: float) -> None:
    ours, turned = paired_test(given_, ratio, rope), paired_test([-d for d in given_], ratio, rope)

    assert (turned.mean, turned.t, turned.se, turned.p) == (-ours.mean, -ours.t, ours.se, ours.p)
    assert (turned.better, turned.worse) == pytest.approx((ours.worse, ours.better), abs=1e-12)
    assert turned.equal == pytest.approx(ours.equal, abs=1e-12)


@given(differences, st.floats(0.01, 1), st.floats(0, 0.1))
def test_the_three_chances_are_probabilities_and_make_one(given_: list[float], ratio: float, rope: float) -> None:
    test = paired_test(given_, ratio, rope)

    assert all(0 <= chance <= 1 for chance in (test.better, test.equal, test.worse, test.p))
    assert test.better + test.equal + test.worse == pytest.approx(1.0, abs=1e-12)


@given(differences, st.floats(0.001, 1000))
def test_the_unit_of_the_score_does_not_matter(given_: list[float], unit: float) -> None:
    ours, scaled = paired_test(given_, DEALT, 0.01), paired_test([unit * d for d in given_], DEALT, unit * 0.01)

    assert scaled.p == pytest.approx(ours.p, abs=1e-6)
    if ours.se > 1e-9:
        assert (scaled.better, scaled.worse) == pytest.approx((ours.better, ours.worse), abs=1e-6)


@pytest.mark.parametrize(
    ("raw", "adjusted"),
    [
        ([], []),
        ([0.03], [0.03]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.6, 0.01, 0.4], [1.0, 1.0, 0.04, 1.0]),
        ([0.02, 0.02, 0.02], [0.06, 0.06, 0.06]),
    ],
)
def test_holm_multiplies_by_the_hypotheses_that_are_left(raw: Sequence[float], adjusted: Sequence[float]) -> None:
    assert holm(raw) == pytest.approx(adjusted)


@given(p_values)
def test_an_adjusted_p_is_never_below_the_raw_one_keeps_their_order_and_is_a_probability(raw: list[float]) -> None:
    adjusted = holm(raw)

    assert all(p <= q <= 1 for p, q in zip(raw, adjusted, strict=True))
    in_order = [q for _, q in sorted(zip(raw, adjusted, strict=True))]
    assert in_order == sorted(in_order)
