"""What a model learnt from, as bins: of a number, a category, a text; and values counted in those bins.

A value that stands once in the reference counts as unseen there: the leave-one-out estimate of how often a value that
was never met comes along where nothing drifts (Good 1953).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from mms.domain.drift import FeatureKind

QUANTILES = 20
"""Bins of a number are cut at so many quantiles of the reference."""

MOST_SHOWN = 20
"""Categories with a bin of their own."""

MOST_TOKENS = 300
"""Words of a text that are counted one by one."""

FEWEST_SHOWN, LEAST_SHARE = 10, 0.005
"""Rows, and share of the rows, that a value is held by before it is counted on its own: it was not frequent by luck."""

MOST_KNOWN = 50_000
"""Values, or words, that are remembered; rarer ones count as unseen."""

UNSEEN_EDGES = np.array([0.0, 0.1, 0.2, 0.4, 0.7])
"""Upper ends of the bins of a text's share of unseen words; the last bin is beyond them."""

MOMENTS = 4
"""Of a number: values, their sum, the sum of their squares, 0. Of a text: texts, words, squared words, unseen words."""

_EMOJI = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_TOKENS = re.compile(
    r"\w+(?:['\u2019]\w+)*"  # a word
    "|[\U0001f1e6-\U0001f1ff]{2}"  # a flag
    f"|[{_EMOJI}](?:\ufe0f|[\U0001f3fb-\U0001f3ff]|\u200d[{_EMOJI}])*"  # an emoji with its skin tone and companions
)


Values = Sequence[Any] | np.ndarray
"""Values of one column as JSON writes them, None where missing; or an array of numbers, NaN where missing."""


@dataclass(frozen=True)
class FeatureReference:
    """The reference of one feature, and what its counts mean. B counts, in this order:

    numbers: under, one for each of `edges`, over, null; a bin ends with its edge. categories: one for each of `shown`,
    other, unseen, null. texts: as numbers, of the count of words; then UNSEEN_EDGES and beyond, of the share of unseen
    words; then for each of `shown` the rows that hold it.

    low: the least value. known: value or word -> its place in `shown`, or len(shown). moments: (MOMENTS,).
    """

    name: str
    kind: FeatureKind
    low: float
    edges: np.ndarray
    shown: tuple[str, ...]
    known: Mapping[str, int]
    counts: np.ndarray
    moments: np.ndarray

    @cached_property
    def rows(self) -> int:
        """Rows of the reference."""
        return int(self.counts[: self.width].sum())

    @property
    def width(self) -> int:
        """How many of the counts, from the first, tell one thing about each row: they add up to the rows."""
        return len(self.shown if self.kind is FeatureKind.CATEGORIES else self.edges) + 3

    @property
    def size(self) -> int:
        """B, all counts."""
        beyond = len(UNSEEN_EDGES) + 1 + len(self.shown)
        return self.width + (beyond if self.kind is FeatureKind.TEXTS else 0)


@dataclass(frozen=True, slots=True)
class Binned:
    """Values counted by period. counts: (T, B); moments: (T, MOMENTS)."""

    counts: np.ndarray
    moments: np.ndarray


def learnt(name: str, kind: FeatureKind, values: Values) -> FeatureReference:
    """The reference that these values make; None is a missing one."""
    group = np.zeros(len(values), np.int64)
    if kind is FeatureKind.NUMBERS:
        empty = _reference(name, kind, *_cut(_numbers(values)))
        return _filled(empty, binned(empty, values, group, 1))
    if kind is FeatureKind.CATEGORIES:
        counted = Counter(word for word in _words(values) if word is not None)
        empty = _reference(name, kind, np.nan, np.zeros(0))
    else:
        texts = [None if text is None else tokens(text) for text in values]
        counted = Counter(word for words in texts if words for word in set(words))
        lengths = np.array([np.nan if words is None else len(words) for words in texts], np.float64)
        empty = _reference(name, kind, *_cut(lengths))
    most = MOST_SHOWN if kind is FeatureKind.CATEGORIES else MOST_TOKENS
    order = sorted(counted, key=lambda word: (-counted[word], word))[:MOST_KNOWN]
    fewest = max(FEWEST_SHOWN, LEAST_SHARE * len(values))
    shown = tuple(word for word in order[:most] if counted[word] >= fewest)
    known = {word: min(place, len(shown)) for place, word in enumerate(order)}
    again = {word: place for word, place in known.items() if counted[word] > 1}
    found = replace(empty, shown=shown, known=again)
    return replace(_filled(found, binned(found, values, group, 1)), known=known)


def binned(reference: FeatureReference, values: Values, group: np.ndarray, periods: int) -> Binned:
    """Values counted in the bins of a reference. group: (N,) which of the periods each lies in."""
    if reference.kind is FeatureKind.NUMBERS:
        numbers = _numbers(values)
        counts = _counted(_placed(reference, numbers), group, periods, reference.size)
        return Binned(counts, _moments(numbers, np.zeros(len(numbers)), group, periods))
    if reference.kind is FeatureKind.CATEGORIES:
        unseen = len(reference.shown) + 1
        known = reference.known
        slots = [unseen + 1 if word is None else known.get(word, unseen) for word in _words(values)]
        counts = _counted(np.array(slots, np.int64), group, periods, reference.size)
        return Binned(counts, np.zeros((periods, MOMENTS)))
    return _of_texts(reference, values, group, periods)


def tokens(text: str) -> list[str]:
    """The words of a text in lower case, and its emoji."""
    return _TOKENS.findall(text.lower())


def _reference(name: str, kind: FeatureKind, low: float, edges: np.ndarray) -> FeatureReference:
    return FeatureReference(name, kind, low, edges, (), {}, np.zeros(0, np.int64), np.zeros(MOMENTS))


def _filled(reference: FeatureReference, counted: Binned) -> FeatureReference:
    return replace(reference, counts=counted.counts[0], moments=counted.moments[0])


def _cut(numbers: np.ndarray) -> tuple[float, np.ndarray]:
    """The least value, and the distinct quantiles: values that occur, so one that is frequent ends a bin of its own."""
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return np.nan, np.zeros(0)
    shares = np.arange(1, QUANTILES + 1) / QUANTILES
    return float(known.min()), np.unique(np.quantile(known, shares, method="inverted_cdf"))


def _placed(reference: FeatureReference, numbers: np.ndarray) -> np.ndarray:
    """The bin of each number."""
    edges = reference.edges
    place = 1 + np.searchsorted(edges, numbers, side="left")
    place[numbers < reference.low] = 0
    place[np.isnan(numbers)] = len(edges) + 2
    return place


def _of_texts(reference: FeatureReference, values: Values, group: np.ndarray, periods: int) -> Binned:
    known, own = reference.known, len(reference.shown)
    lengths, unseen = np.full(len(values), np.nan), np.zeros(len(values))
    rows: list[int] = []
    slots: list[int] = []
    for row, text in enumerate(values):
        if text is None:
            continue
        words = tokens(str(text))
        places = [known.get(word, -1) for word in words]
        lengths[row], unseen[row] = len(words), places.count(-1)
        held = {place for place in places if 0 <= place < own}
        slots += held
        rows += [row] * len(held)
    there = ~np.isnan(lengths)
    share = np.divide(unseen, lengths, out=np.zeros(len(values)), where=there & (lengths > 0))
    beyond = reference.width + np.searchsorted(UNSEEN_EDGES, share[there], side="left")
    held_at = reference.width + len(UNSEEN_EDGES) + 1 + np.array(slots, np.int64)
    place = np.concatenate([_placed(reference, lengths), beyond, held_at])
    groups = np.concatenate([group, group[there], group[np.array(rows, np.int64)]])
    return Binned(_counted(place, groups, periods, reference.size), _moments(lengths, unseen, group, periods))


def _counted(place: np.ndarray, group: np.ndarray, periods: int, size: int) -> np.ndarray:
    return np.bincount(group * size + place, minlength=periods * size).reshape(periods, size)


def _moments(values: np.ndarray, unseen: np.ndarray, group: np.ndarray, periods: int) -> np.ndarray:
    """Of the finite values."""
    there = np.isfinite(values)
    x, at = values[there], group[there]
    with np.errstate(over="ignore"):
        sums = (None, x, x**2, unseen[there])
    return np.stack([np.bincount(at, weights=one, minlength=periods).astype(np.float64) for one in sums], 1)


def _numbers(values: Values) -> np.ndarray:
    """(N,) floats, NaN for what is missing or no number."""
    try:
        return np.array(values, np.float64)
    except (TypeError, ValueError):
        return np.array([_number(value) for value in values], np.float64)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan


def _words(values: Iterable[Any] | np.ndarray) -> Iterable[str | None]:
    """Categories as text, as JSON writes true and false."""
    for value in values:
        if value is None or isinstance(value, str):
            yield value
        else:
            yield str(value).lower() if isinstance(value, bool) else str(value)
