"""Words as numbers: counted, weighted or hashed."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import FeatureHasher
from sklearn.preprocessing import normalize

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.tokens import NGRAMS, STOP_WORDS, Bags, Tokens, tokens_of
from mms.ml.recipes.transformer import Kind, Transformer

Texts = pd.DataFrame | Tokens


_NO_WORD = "(no word)"
"""The feature, always 0, of texts without a usable word: no step and no algorithm takes a matrix without columns."""


class _Kept:
    """The words of one column that the training rows keep. words: alphabetical; weights: (words,) inverse frequency."""

    def __init__(self, bags: Bags, limits: tuple[int | None, int, float]) -> None:
        """limits: most words, fewest rows, largest share of rows. The choice among them is scikit-learn's own."""
        most, fewest, share = limits
        rows, size = bags.counts.shape
        holding = np.bincount(bags.counts.indices, minlength=size)
        kept = np.flatnonzero((holding >= min(fewest, rows)) & (holding > 0) & (holding <= share * rows))
        if most is not None and len(kept) > most:
            told = np.bincount(bags.counts.indices, weights=bags.counts.data, minlength=size)[kept]
            kept = np.sort(kept[(-told).argsort()[:most]])
        names = list(bags.vocabulary)
        self.words = [names[i] for i in kept] or [_NO_WORD]
        self.weights = np.log((rows + 1) / (holding[kept] + 1.0)) + 1.0

    def counts(self, bags: Bags) -> Any:
        """(n, words) CSR of float64: how often each kept word stands in each text."""
        place = np.full(bags.counts.shape[1], -1, dtype=np.int32)
        found = [(bags.vocabulary[word], i) for i, word in enumerate(self.words) if word in bags.vocabulary]
        if found:
            theirs, ours = np.array(found).T
            place[theirs] = ours
        columns = place[bags.counts.indices]
        known = columns >= 0
        ends = np.concatenate([[0], np.cumsum(known)])[bags.counts.indptr]
        shape = (bags.counts.shape[0], len(self.words))
        return sparse.csr_matrix((bags.counts.data[known].astype(np.float64), columns[known], ends), shape=shape)


class CountWords(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """How often the commonest words stand in a text; a column without a usable word gives one feature of zeros."""

    def __init__(self, max_features: int | None, min_rows: int, max_share: float, presence: bool) -> None:
        self.max_features = max_features
        self.min_rows = min_rows
        self.max_share = max_share
        self.presence = presence

    def fit(self, X: Texts, y: Any = None) -> Self:
        """Learn each column's vocabulary."""
        return self._learn(self._tokens(X))

    def fit_transform(self, X: Texts, y: Any = None) -> sparse.csr_matrix:
        """`fit` and `transform`, with the texts taken apart once."""
        tokens = self._tokens(X)
        return self._learn(tokens)._matrix(tokens, _as_met)

    def transform(self, X: Texts) -> sparse.csr_matrix:
        """n texts, or their tokens, to a sparse (n, words) matrix."""
        return self._matrix(self._tokens(X), _in_order)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names such as 'review_great'."""
        return np.array([f"{name}_{word}" for name, kept in self.kept_.items() for word in kept.words], dtype=object)

    def _learn(self, tokens: Tokens) -> Self:
        limits = (self.max_features, self.min_rows, self.max_share)
        self.kept_ = {name: _Kept(bags, limits) for name, bags in tokens.columns.items()}
        self.n_features_in_ = len(self.kept_)
        return self

    def _matrix(self, tokens: Tokens, ordered: Callable[[Any], Any]) -> Any:
        parts = [self._valued(kept, ordered(kept.counts(tokens.columns[name]))) for name, kept in self.kept_.items()]
        return parts[0] if len(parts) == 1 else sparse.hstack(parts, format="csr")

    def _tokens(self, X: Texts) -> Tokens:
        return tokens_of(X)

    def _valued(self, kept: _Kept, counts: Any) -> Any:
        if self.presence:
            counts.data[:] = 1.0
        return counts


def _in_order(counts: Any) -> Any:
    """Each row's words by column."""
    counts.sort_indices()
    return counts


def _as_met(counts: Any) -> Any:
    """Each row's words in the order in which the rows first met them, as scikit-learn's vectorizers leave them when
    they fit: an estimator then sums in the same order, and one that stops at a tolerance stops at the same place."""
    last_to_first = counts.indices[::-1]
    first = np.empty(counts.shape[1], dtype=np.int64)
    first[last_to_first] = np.arange(len(last_to_first))[::-1]
    met = np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]))
    met = met[np.argsort(first[met])].astype(counts.indices.dtype)
    turn = np.empty(counts.shape[1], dtype=counts.indices.dtype)
    turn[met] = np.arange(len(met))
    by_turn = sparse.csr_matrix((counts.data, turn[counts.indices], counts.indptr), shape=counts.shape)
    by_turn.sort_indices()
    return sparse.csr_matrix((by_turn.data, met[by_turn.indices], counts.indptr), shape=counts.shape)


class TfIdf(CountWords):
    """TF-IDF of each column by itself, side by side: scikit-learn's TfidfVectorizer to the last digit."""

    def __init__(
        self,
        max_features: int | None,
        ngrams: int,
        min_rows: int,
        max_share: float,
        stop_words: str | None,
        sublinear: bool,
    ) -> None:
        self.max_features = max_features
        self.ngrams = ngrams
        self.min_rows = min_rows
        self.max_share = max_share
        self.stop_words = stop_words
        self.sublinear = sublinear

    def _tokens(self, X: Texts) -> Tokens:
        return tokens_of(X, self.ngrams, self.stop_words)

    def _valued(self, kept: _Kept, counts: Any) -> Any:
        if self.sublinear:
            np.log(counts.data, out=counts.data)
            counts.data += 1.0
        counts.data *= kept.weights[counts.indices]
        return normalize(counts, copy=False) if counts.nnz else counts


class HashWords(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Words counted in columns that a hash of the word chooses: no vocabulary, so nothing to learn."""

    def __init__(self, columns: int, signed: bool, unit_length: bool) -> None:
        self.columns = columns
        self.signed = signed
        self.unit_length = unit_length

    def fit(self, X: Texts, y: Any = None) -> Self:
        """Count the columns of texts; there is nothing to learn."""
        self.names_ = tuple(X.columns)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Texts) -> sparse.csr_matrix:
        """n texts, or their tokens, to a sparse (n, texts x columns) matrix."""
        parts = [self._hashed(bags) for bags in tokens_of(X).columns.values()]
        return parts[0] if len(parts) == 1 else sparse.hstack(parts, format="csr")

    def _hashed(self, bags: Bags) -> Any:
        """Each word of the vocabulary is hashed once, whatever the number of texts that hold it."""
        hasher = FeatureHasher(self.columns, input_type="string", alternate_sign=self.signed)
        if not bags.vocabulary:
            return sparse.csr_matrix((bags.counts.shape[0], self.columns))
        counts = sparse.csr_matrix(bags.counts @ hasher.transform([word] for word in bags.vocabulary))
        counts.sum_duplicates()
        return normalize(counts, copy=False) if self.unit_length and counts.nnz else counts

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names such as 'review_hash17'."""
        return np.array([f"{name}_hash{i}" for name in self.names_ for i in range(self.columns)], dtype=object)


def _count_words(parameters: Mapping[str, Value]) -> Any:
    return CountWords(**parameters)  # type: ignore[arg-type]


def _tf_idf(parameters: Mapping[str, Value]) -> Any:
    return TfIdf(**parameters)  # type: ignore[arg-type]


def _hash_words(parameters: Mapping[str, Value]) -> Any:
    return HashWords(**parameters)  # type: ignore[arg-type]


_MAX_FEATURES = Parameter(
    "max_features",
    "integer",
    2000,
    10,
    1_000_000,
    optional=True,
    scale="log",
    explanation="most frequent words kept",
)
_MIN_ROWS = Parameter("min_rows", "integer", 2, 1, 1000, scale="log", explanation="words in fewer rows are left out")
_MAX_SHARE = Parameter(
    "max_share", "number", 1.0, 0.01, 1.0, explanation="words in more than this share of the rows are left out"
)
_WORDS = frozenset({Kind.TEXTS, Kind.TOKENS})

TF_IDF = Transformer(
    "tf_idf",
    "weighs the words of a text: those frequent in it and rare elsewhere weigh most",
    _WORDS,
    Kind.NUMBERS,
    (
        _MAX_FEATURES,
        NGRAMS,
        _MIN_ROWS,
        _MAX_SHARE,
        STOP_WORDS,
        Parameter(
            "sublinear",
            "boolean",
            True,
            explanation="a word's tenth mention adds less than its first (1 + log of its count)",
        ),
    ),
    _tf_idf,
    sparse=True,
    texts_only=("ngrams", "stop_words"),
)

COUNT_WORDS = Transformer(
    "count_words",
    "counts the words of a text",
    _WORDS,
    Kind.NUMBERS,
    (
        _MAX_FEATURES,
        _MIN_ROWS,
        _MAX_SHARE,
        Parameter("presence", "boolean", False, explanation="1 where the word stands in the text, however often"),
    ),
    _count_words,
    sparse=True,
)

HASH_WORDS = Transformer(
    "hash_words",
    "counts words in columns chosen by a hash: for huge vocabularies, and without a look at the other rows",
    _WORDS,
    Kind.NUMBERS,
    (
        Parameter(
            "columns",
            "integer",
            4096,
            16,
            1_048_576,
            scale="log",
            explanation="how many; the fewer, the more words share one",
        ),
        Parameter(
            "signed",
            "boolean",
            False,
            explanation="words that share a column may cancel out; numbers below 0 are not for every algorithm",
        ),
        Parameter("unit_length", "boolean", True, explanation="bring long and short texts to one length"),
    ),
    _hash_words,
    sparse=True,
    rowwise=True,
)
