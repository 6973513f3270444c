"""Distances from bins: equal to what brute force and scipy say, and silent where nothing drifts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from mms.domain.drift import FeatureKind
from mms.monitoring.drift import (
    CHANCE,
    Measured,
    chi_squared,
    cramer,
    jensen_shannon,
    kolmogorov_smirnov,
    largest_gap,
    measured,
    psi,
    psi_limit,
    wasserstein,
)
from mms.monitoring.references import FeatureReference, Values, binned, learnt

COUNTS = arrays(np.int64, st.integers(2, 12), elements=st.integers(0, 500)).filter(lambda counts: counts.sum() > 0)


def compared(reference: FeatureReference, values: Values, rows: int) -> Measured:
    """Periods of so many rows each."""
    periods = len(values) // rows
    found = binned(reference, values, np.repeat(np.arange(periods), rows), periods)
    return measured(reference, found.counts, found.moments)


def test_psi_and_jensen_shannon_are_their_formulas_bin_by_bin() -> None:
    p, q = np.array([10, 20, 0, 70]), np.array([[30, 20, 0, 50], [0, 0, 0, 3]])

    for row, stability, distance in zip(q, psi(p, q), jensen_shannon(p, q), strict=True):
        a, b = ([(n + 0.5) / (one.sum() + 1.5) for n, m in zip(one, p + row, strict=True) if m] for one in (p, row))
        assert stability == pytest.approx(sum((y - x) * np.log(y / x) for x, y in zip(a, b, strict=True)))
        m = [(x + y) / 2 for x, y in zip(a, b, strict=True)]
        assert distance**2 == pytest.approx((stats.entropy(a, m, base=2) + stats.entropy(b, m, base=2)) / 2)


@given(COUNTS, st.data())
def test_chi_squared_and_cramer_are_scipys_where_both_samples_are_of_one_size(
    p: np.ndarray, data: st.DataObject
) -> None:
    q = data.draw(st.permutations(p.tolist()).map(np.array))
    both = np.array([p, q])[:, p + q > 0]
    if both.shape[1] < 2:
        return

    statistic = stats.chi2_contingency(both, correction=False).statistic

    assert chi_squared(p, q[None])[0] == pytest.approx(statistic, abs=1e-9)
    assert cramer(p, q[None])[0] == pytest.approx(stats.contingency.association(both, method="cramer"), abs=1e-9)


@given(COUNTS, COUNTS)
def test_distances_stay_between_0_and_1_and_are_0_from_a_thing_to_itself(p: np.ndarray, q: np.ndarray) -> None:
    width = min(len(p), len(q))
    p, q = p[:width] + 1, q[:width]

    for distance in (jensen_shannon, cramer, kolmogorov_smirnov, largest_gap):
        assert -1e-12 <= distance(p, q[None])[0] <= 1 + 1e-12
        assert distance(p, p[None])[0] == pytest.approx(0, abs=1e-7)
    assert psi(p, q[None])[0] >= 0


def test_kolmogorov_smirnov_and_wasserstein_of_few_distinct_values_are_exact() -> None:
    chance = np.random.default_rng(3)
    then, now = chance.integers(0, 9, 400), chance.integers(2, 9, 300)
    reference = learnt("steps", FeatureKind.NUMBERS, then.astype(float))

    found = compared(reference, now.astype(float), 300).measures

    assert found["kolmogorov-smirnov"].value[0] == pytest.approx(stats.ks_2samp(then, now).statistic)
    assert found["wasserstein"].value[0] == pytest.approx(stats.wasserstein_distance(then, now) / then.std())
    counts = [np.bincount(one, minlength=9) for one in (then, now)]
    assert wasserstein(counts[0], counts[1][None], np.ones(8))[0] == pytest.approx(
        stats.wasserstein_distance(then, now)
    )


def test_kolmogorov_smirnov_of_many_values_is_short_by_a_bins_share_at_most() -> None:
    chance = np.random.default_rng(4)
    then, now = chance.normal(size=3_000), chance.normal(0.3, 1.2, 1_000)

    found = compared(learnt("x", FeatureKind.NUMBERS, then), now, 1_000).measures["kolmogorov-smirnov"].value[0]

    exact = stats.ks_2samp(then, now).statistic
    assert exact - 0.05 <= found <= exact + 1e-12


@pytest.mark.parametrize(("n", "m", "bins", "theory"), [(1000, 300, 30, 0.1257), (5000, 1000, 10, 0.0108)])
def test_psi_without_drift_has_the_mean_that_theory_says(n: int, m: int, bins: int, theory: float) -> None:
    """Chi-squared of bins - 1, times 1/n + 1/m; Laplace's half a row makes it a little less."""
    chance, shares = np.random.default_rng(7), np.full(bins, 1 / bins)
    p, q = chance.multinomial(n, shares, 4_000), chance.multinomial(m, shares, 4_000)

    found = np.array([psi(a, b[None])[0] for a, b in zip(p, q, strict=True)])

    assert (bins - 1) * (1 / n + 1 / m) == pytest.approx(theory, abs=1e-4)
    assert found.mean() == pytest.approx(theory, rel=0.06)
    limit = psi_limit(n, np.array([m]), np.array([bins]))[0]
    assert (found > limit).mean() <= 3 * CHANCE


STREAMS = {
    "a bell": (FeatureKind.NUMBERS, lambda chance, n: chance.normal(size=n)),
    "counts": (FeatureKind.NUMBERS, lambda chance, n: chance.poisson(2, n).astype(float)),
    "a heavy tail": (FeatureKind.NUMBERS, lambda chance, n: np.exp(2 * chance.normal(size=n))),
    "half missing": (FeatureKind.NUMBERS, lambda chance, n: np.where(chance.random(n) < 0.5, np.nan, 1.0)),
    "a rare class": (FeatureKind.CATEGORIES, lambda chance, n: chance.choice(["a", "b"], n, p=[0.99, 0.01]).tolist()),
    "many rare": (FeatureKind.CATEGORIES, lambda chance, n: [f"k{k}" for k in chance.zipf(1.6, n)]),
    "hardly twice": (FeatureKind.CATEGORIES, lambda chance, n: [f"id{k}" for k in chance.integers(0, 9_000, n)]),
}


@pytest.mark.slow
@pytest.mark.parametrize("stream", STREAMS)
def test_stable_streams_alarm_no_more_often_than_nominal(stream: str) -> None:
    """Of 1,000 periods, new references for each 20, with few and with many rows."""
    kind, draw = STREAMS[stream]
    chance, alarms, periods = np.random.default_rng(11), 0, 0
    for n, m in ((300, 60), (300, 900), (3_000, 100), (3_000, 1_500)):
        for _ in range(13):
            reference = learnt("x", kind, draw(chance, n))
            drifted = compared(reference, draw(chance, 20 * m), m).drifted
            alarms, periods = alarms + int(drifted.sum()), periods + len(drifted)

    assert periods >= 1_000
    assert alarms <= stats.binom.ppf(0.99, periods, CHANCE)


@pytest.mark.slow
def test_stable_texts_alarm_no_more_often_than_nominal_though_new_words_never_end() -> None:
    chance, alarms, periods = np.random.default_rng(12), 0, 0
    weights = 1 / np.arange(1, 20_001)

    def draw(n: int) -> list[str]:
        lengths = chance.poisson(8, n)
        words = chance.choice(20_000, lengths.sum(), p=weights / weights.sum()).astype(str)
        return [" ".join(one) for one in np.split(words, np.cumsum(lengths)[:-1])]

    for n, m, references in ((400, 100, 12), (2_000, 300, 4)):
        for _ in range(references):
            drifted = compared(learnt("note", FeatureKind.TEXTS, draw(n)), draw(25 * m), m).drifted
            alarms, periods = alarms + int(drifted.sum()), periods + len(drifted)

    assert alarms <= stats.binom.ppf(0.99, periods, CHANCE)


def test_real_drift_is_found() -> None:
    chance = np.random.default_rng(8)
    cases: list[tuple[FeatureKind, Values, Values]] = [
        (FeatureKind.NUMBERS, chance.normal(size=2_000), chance.normal(1, 1, 300)),
        (FeatureKind.NUMBERS, chance.normal(size=2_000), chance.normal(9, 1, 300)),
        (FeatureKind.NUMBERS, np.zeros(500), np.full(50, 1.0)),
        (FeatureKind.NUMBERS, np.full(500, np.nan), np.zeros(50)),
        (FeatureKind.CATEGORIES, ["a", "b"] * 400, ["a"] * 90 + ["b"] * 10),
        (FeatureKind.CATEGORIES, ["a", "b"] * 400, ["a", "b", "new"] * 30),
        (FeatureKind.CATEGORIES, ["a", "b"] * 400, [None] * 30 + ["a", "b"] * 35),
        (FeatureKind.TEXTS, ["good 🙂 day"] * 300 + ["bad day"] * 300, ["bad day"] * 100),
        (FeatureKind.TEXTS, ["good 🙂 day"] * 600, ["good 🛸 day"] * 100),
        (FeatureKind.TEXTS, ["good day"] * 600, ["good day good day good day"] * 100),
    ]

    for kind, then, now in cases:
        found = compared(learnt("x", kind, then), now, len(now))
        assert found.drifted[0], (kind, then[:2], now[:2])
        assert found.measures["psi"].value[0] > 0.1 or kind is FeatureKind.TEXTS


def test_many_periods_at_once_are_each_as_alone() -> None:
    chance = np.random.default_rng(9)
    reference, values = learnt("x", FeatureKind.NUMBERS, chance.normal(size=500)), chance.normal(size=400)

    together = compared(reference, values, 100)

    for i in range(4):
        alone = compared(reference, values[100 * i : 100 * i + 100], 100)
        for name, one in together.measures.items():
            assert one.value[i] == pytest.approx(alone.measures[name].value[0])
