"""Distances between a reference and later periods, from counts in the same bins, with limits that know how many rows.

Counts of no drift differ too: a limit is what they pass once in a thousand times, and never less than what matters.
All functions take the reference's counts (B,) and those of T periods (T, B), and give (T,).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mms.domain.drift import FeatureKind
from mms.monitoring.quantiles import chi_squared as chi_squared_beyond
from mms.monitoring.quantiles import normal
from mms.monitoring.references import UNSEEN_EDGES, FeatureReference

LAPLACE = 0.5
"""Added to each bin before shares are taken, so that an empty one has a logarithm."""

CHANCE = 0.001
"""How often a feature that does not drift may pass its limit."""

PSI_MATTERS = 0.1
"""A population stability index below it is small, however sure."""

SHIFT_MATTERS = 0.1
"""So is a Wasserstein distance below a tenth of the standard deviation, and a Cramer's V."""

UNSEEN_MATTERS = TOKEN_MATTERS = 0.05
"""So is a change of the share of rows with a new value, or of texts that hold a word."""

_KOLMOGOROV = np.sqrt(-np.log(CHANCE / 2) / 2)
"""c(0.001) = 1.95: the limit of the Kolmogorov-Smirnov distance is this many standard units."""

_COARSE = 10
"""Neighbouring bins of numbers are put together to so many for measures that know no order: fewer bins, less noise."""


def shares(reference: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as shares (T, B) that add up to 1, none of them 0 but those of bins that are empty in both."""
    held = (reference + counts) > 0
    smooth = [np.where(held, one + LAPLACE, 0.0) for one in (np.broadcast_to(reference, counts.shape), counts)]
    p, q = (one / np.maximum(one.sum(axis=-1, keepdims=True), LAPLACE) for one in smooth)
    return p, q


def psi(reference: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Population stability index: sum (q - p) ln(q / p)."""
    p, q = shares(reference, counts)
    ratio = np.divide(q, p, out=np.ones(p.shape), where=p > 0)
    return _floats(((q - p) * np.log(ratio)).sum(axis=-1))


def jensen_shannon(reference: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The square root of the Jensen-Shannon divergence in bits, 0 to 1."""
    p, q = shares(reference, counts)
    both = [np.divide(2 * one, p + q, out=np.ones(p.shape), where=one > 0) for one in (p, q)]
    divergence = (p * np.log2(both[0]) + q * np.log2(both[1])).sum(axis=-1) / 2
    return _floats(np.sqrt(np.maximum(divergence, 0.0)))


def kolmogorov_smirnov(reference: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The largest gap between the cumulative shares at the edges: short of the exact one by a bin's share at most."""
    return _floats(np.abs(_cumulated(reference) - _cumulated(counts)).max(axis=-1, initial=0.0))


def wasserstein(reference: np.ndarray, counts: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """The area between the cumulative shares. widths: (B - 1,) from the end of each bin to the end of the next."""
    gap = np.abs(_cumulated(reference) - _cumulated(counts))[..., :-1]
    return _floats(gap @ widths)


def chi_squared(reference: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Pearson's statistic of the table of two rows and B columns, for equal shares in both."""
    n, m, both = reference.sum(), counts.sum(axis=-1), reference + counts
    gap = (_plain(reference) - _plain(counts)) ** 2
    statistic = np.divide(gap, both, out=np.zeros(both.shape), where=both > 0).sum(axis=-1)
    return _floats(statistic * n * m)


def cramer(reference: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Cramer's V, 0 to 1, as of two samples of one size: the larger of two does not hide that the other differs."""
    p, q = _plain(reference), _plain(counts)
    gap = np.divide((p - q) ** 2, p + q, out=np.zeros((p + q).shape), where=p + q > 0)
    return _floats(np.sqrt(gap.sum(axis=-1) / 2))


def largest_gap(reference: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The largest difference of the shares of one bin."""
    return _floats(np.abs(_plain(reference) - _plain(counts)).max(axis=-1, initial=0.0))


def noise(n: float, m: np.ndarray) -> np.ndarray:
    """1 / n + 1 / m: the scale of what two samples of no drift differ by."""
    return _floats(1 / max(n, 1) + 1 / np.maximum(m, 1))


def psi_limit(n: float, m: np.ndarray, bins: np.ndarray, chance: float = CHANCE) -> np.ndarray:
    """What PSI passes without drift as often as `chance` says: it is about noise * chi-squared of bins - 1."""
    return _floats(np.maximum(PSI_MATTERS, noise(n, m) * chi_squared_beyond(np.maximum(bins - 1, 1), chance)))


@dataclass(frozen=True, slots=True)
class Measure:
    """One distance of T periods: (T,) each; limit and expected are NaN where it has none."""

    value: np.ndarray
    limit: np.ndarray
    expected: np.ndarray


@dataclass(frozen=True, slots=True)
class Measured:
    """All about T periods of one feature.

    n: (T,) rows. drifted: (T,) whether it surely drifted, PSI over its limit first of all. measures: by name, "psi"
    first. missing, unseen: (T,) shares, NaN without any. mean: (T,) of numbers and of texts' lengths, NaN elsewhere.
    tokens: (T, V) z of the change of the share of texts with each word that is shown, and whether each is sure.
    """

    n: np.ndarray
    drifted: np.ndarray
    measures: Mapping[str, Measure]
    missing: np.ndarray
    unseen: np.ndarray
    mean: np.ndarray
    tokens: np.ndarray
    sure: np.ndarray


def measured(reference: FeatureReference, counts: np.ndarray, moments: np.ndarray) -> Measured:
    """Periods (T, B), (T, MOMENTS) against the reference."""
    kind, width = reference.kind, reference.width
    n, null = counts[:, :width].sum(axis=1), counts[:, width - 1]
    of_tokens = (np.zeros((len(n), 0)), np.zeros((len(n), 0), bool))
    unseen = np.full(len(n), np.nan)
    if kind is FeatureKind.NUMBERS:
        measures = _unordered(*_taken(reference, counts, _coarse(reference.edges)))
    elif kind is FeatureKind.CATEGORIES:
        rest = len(reference.shown)  # what is rare, or new, is one bin: which of it was met before is much by chance
        measures = _unordered(*_taken(reference, counts, np.array([*range(rest), rest, rest, rest + 1])))
        unseen = _over(counts[:, width - 2], n)
        measures["unseen"] = _unseen(reference, n, unseen)
    else:
        beyond = slice(width, width + len(UNSEEN_EDGES) + 1)
        length = _psi(*_taken(reference, counts, _coarse(reference.edges)), chance=CHANCE / 3)
        strange = _psi(reference.counts[beyond], counts[:, beyond], chance=CHANCE / 3)
        measures = {"psi": _worst([length, strange]), "psi of length": length, "psi of unseen words": strange}
        of_tokens = _tokens(reference, counts, beyond.stop)
        unseen = _over(moments[:, 3], moments[:, 1])
    if kind is not FeatureKind.CATEGORIES:
        measures |= _ordered(reference, counts)
    judging = [measures[name] for name in ("psi", "unseen") if name in measures]
    drifted = np.any([one.value > one.limit for one in judging], axis=0)
    mean = _over(moments[:, 1], moments[:, 0])
    return Measured(n, drifted | of_tokens[1].any(axis=1), measures, _over(null, n), unseen, mean, *of_tokens)


def _unordered(p: np.ndarray, q: np.ndarray) -> dict[str, Measure]:
    """Measures that know no order of the bins."""
    stability, none = _psi(p, q), np.full(len(q), np.nan)
    bins = _held(p, q)
    bits = 8 * np.log(2)  # near no drift, PSI is 8 ln 2 times the Jensen-Shannon divergence in bits
    scale = noise(p.sum(), q.sum(axis=1))
    v_limit = np.sqrt(scale * chi_squared_beyond(np.maximum(bins - 1, 1), CHANCE)) / 2
    return {
        "psi": stability,
        "jensen-shannon": Measure(
            jensen_shannon(p, q), np.sqrt(stability.limit / bits), np.sqrt(stability.expected / bits)
        ),
        "chi-squared": Measure(chi_squared(p, q), none, (bins - 1.0)),
        "cramer's v": Measure(cramer(p, q), np.maximum(SHIFT_MATTERS, v_limit), np.sqrt(stability.expected) / 2),
        "largest gap": Measure(largest_gap(p, q), none, none),
    }


def _psi(p: np.ndarray, q: np.ndarray, chance: float = CHANCE) -> Measure:
    n, m, bins = float(p.sum()), q.sum(axis=1), _held(p, q)
    return Measure(psi(p, q), psi_limit(n, m, bins, chance), noise(n, m) * (bins - 1))


def _ordered(reference: FeatureReference, counts: np.ndarray) -> dict[str, Measure]:
    """Measures along the axis of a number: of the rows that have a value."""
    p, q = (one[..., : reference.width - 1] for one in (reference.counts, counts))
    scale, none = np.sqrt(noise(p.sum(), q.sum(axis=1))), np.full(len(q), np.nan)
    found = {"kolmogorov-smirnov": Measure(kolmogorov_smirnov(p, q), _KOLMOGOROV * scale, none)}
    n, total, squares, _ = reference.moments
    mean = total / max(n, 1)
    spread = np.sqrt(max(squares / max(n, 1) - mean**2, 0.0))
    if np.isfinite(spread) and spread > 1e-9 * abs(mean):
        widths = np.append(np.diff(np.append(reference.low, reference.edges)), 0.0) / spread
        below = np.clip(_cumulated(p)[:-1], 0.0, 1.0)
        sway = np.sqrt(below * (1 - below)) @ widths  # what the gap at each edge sways by, for one row in each sample
        limit = np.maximum(SHIFT_MATTERS, -normal(CHANCE / 2) * sway * scale)
        found["wasserstein"] = Measure(wasserstein(p, q, widths), limit, none)
    return found


def _unseen(reference: FeatureReference, n: np.ndarray, share: np.ndarray) -> Measure:
    """By how much more rows hold a value that was never met. The reference's share sways by (N1 + 2 N2) / n^2, where N1
    values stand in it once and N2 twice (Good 1953): no more than its rare and its new rows together.
    """
    rare, new = reference.counts[len(reference.shown) : len(reference.shown) + 2]
    before = new / max(reference.rows, 1)
    pooled = (new + np.nan_to_num(share) * n) / np.maximum(reference.rows + n, 1)
    sway = pooled * (1 - pooled) / np.maximum(n, 1) + (rare + new) / max(reference.rows, 1) ** 2
    z = -normal(CHANCE)
    skew = (z**2 - 1) / 6 / np.maximum(n, 1)  # of a rare thing's count (Cornish and Fisher 1938)
    limit = np.maximum(UNSEEN_MATTERS, z * np.sqrt(sway) + skew)
    return Measure(share - before, limit, np.full(len(n), np.nan))


def _tokens(reference: FeatureReference, counts: np.ndarray, begin: int) -> tuple[np.ndarray, np.ndarray]:
    """(T, V) z of each word's share of texts, and which are sure; by the arcsine, whose variance knows no share, of
    counts moved by 3/8 as small ones need (Anscombe 1948).
    """
    width = reference.width
    n, m = reference.counts[: width - 1].sum(), counts[:, : width - 1].sum(axis=1)
    p, q = reference.counts[begin:] / max(n, 1), counts[:, begin:] / np.maximum(m, 1)[:, None]
    then = np.arcsin(np.sqrt((reference.counts[begin:] + 0.375) / (n + 0.75)))
    now = np.arcsin(np.sqrt((counts[:, begin:] + 0.375) / (m[:, None] + 0.75)))
    z = 2 * (now - then) / np.sqrt(noise(n, m))[:, None]
    limit = -normal(CHANCE / 6 / max(len(reference.shown), 1))
    return z, (np.abs(z) > limit) & (np.abs(q - p) > TOKEN_MATTERS)


def _coarse(edges: np.ndarray) -> np.ndarray:
    """The group of each bin of a number: neighbours together; under, over and null alone."""
    count = len(edges)
    inner = 1 + np.arange(count) * min(_COARSE, count) // max(count, 1)
    last = int(inner[-1]) if count else 0
    groups: np.ndarray = np.concatenate([[0], inner, [last + 1, last + 2]])
    return groups


def _taken(reference: FeatureReference, counts: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The reference's and the periods' counts of groups of the first bins."""
    begins = np.flatnonzero(np.diff(groups, prepend=-1))
    p, q = (np.add.reduceat(one[..., : len(groups)], begins, axis=-1) for one in (reference.counts, counts))
    return p, q


def _worst(measures: Sequence[Measure]) -> Measure:
    """Of several, each period's that lies furthest over its limit."""
    chosen = np.argmax([one.value / one.limit for one in measures], axis=0)
    picked = (np.choose(chosen, [getattr(one, name) for one in measures]) for name in ("value", "limit", "expected"))
    return Measure(*picked)


def _held(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Bins that either holds, (T,)."""
    held: np.ndarray = ((p + q) > 0).sum(axis=-1)
    return held


def _plain(counts: np.ndarray) -> np.ndarray:
    return _floats(counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1))


def _cumulated(counts: np.ndarray) -> np.ndarray:
    return np.cumsum(_plain(counts), axis=-1)


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return _floats(np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0))


def _floats(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, np.float64)
