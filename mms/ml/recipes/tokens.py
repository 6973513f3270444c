"""Texts as bags of words: which words each holds, and how often."""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
import pandas as pd
import snowballstemmer
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.transformer import Kind, Transformer

_words_of = re.compile(r"\b\w\w+\b").findall
"""scikit-learn's default pattern: two letters, digits or underscores at least."""

_STOP_WORDS: Mapping[str | None, frozenset[str]] = {None: frozenset(), "english": ENGLISH_STOP_WORDS}

_WORD_BYTES = 150
"""About what a word takes in a vocabulary."""

LANGUAGES = (
    "danish",
    "dutch",
    "english",
    "finnish",
    "french",
    "german",
    "italian",
    "norwegian",
    "portuguese",
    "russian",
    "spanish",
    "swedish",
)
"""Languages whose words can be stemmed (Snowball)."""


@dataclass(frozen=True, slots=True)
class Bags:
    """One column of texts. counts: (n, words) CSR of how often, each row's words in the order in which it meets them;
    vocabulary: word -> its column, in alphabetical order.

    Rows taken from bags share their vocabulary, so some of its words may stand in no row.
    """

    counts: Any
    vocabulary: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What flows between `tokenise` and the steps that weigh words: bags by the text column's name.

    Rows are taken by an index as from an array: `tokens[rows]`.
    """

    columns: Mapping[str, Bags]
    rows: int

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, text columns)."""
        return self.rows, len(self.columns)

    @property
    def nbytes(self) -> int:
        """About how much memory they take."""
        counts = [bags.counts for bags in self.columns.values()]
        words = sum(len(bags.vocabulary) for bags in self.columns.values())
        return _WORD_BYTES * words + int(sum(c.data.nbytes + c.indices.nbytes + c.indptr.nbytes for c in counts))

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, rows: Any) -> "Tokens":
        taken = {name: Bags(bags.counts[rows], bags.vocabulary) for name, bags in self.columns.items()}
        return Tokens(taken, len(np.arange(self.rows)[rows]))


class Tokenise(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Lower-cased words of each text, without stop words, as stems if wished, and runs of up to `ngrams` words."""

    def __init__(self, ngrams: int = 1, stop_words: str | None = None, stem: str | None = None) -> None:
        self.ngrams = ngrams
        self.stop_words = stop_words
        self.stem = stem

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Remember the columns' names; there is nothing to learn."""
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: pd.DataFrame) -> Tokens:
        """(n, texts) to n bags of words a column."""
        return Tokens({name: self._bags(X[name]) for name in X.columns}, len(X))

    def _bags(self, texts: Iterable[str]) -> Bags:
        vocabulary: defaultdict[str, int] = defaultdict()
        vocabulary.default_factory = vocabulary.__len__
        ids, times, ends = array("i"), array("i"), array("q", [0])
        for words in self._worded(texts):
            counted = Counter(words)
            ids.extend([vocabulary[word] for word in counted])
            times.extend(counted.values())
            ends.append(len(ids))
        ordered = sorted(vocabulary)
        place = np.empty(len(ordered), dtype=np.int32)
        place[[vocabulary[word] for word in ordered]] = np.arange(len(ordered), dtype=np.int32)
        parts = (np.asarray(times), place[np.asarray(ids)], np.asarray(ends))
        counts = sparse.csr_matrix(parts, shape=(len(ends) - 1, len(ordered)))
        return Bags(counts, {word: i for i, word in enumerate(ordered)})

    def _worded(self, texts: Iterable[str]) -> Iterator[list[str]]:
        """The words of each text, as scikit-learn's analyzer orders its work: stop words, stems, runs."""
        stop = _STOP_WORDS[self.stop_words]
        stemmed = None if self.stem is None else cache(snowballstemmer.stemmer(self.stem).stemWord)
        for text in texts:
            words = _words_of(text.lower())
            if stop:
                words = [word for word in words if word not in stop]
            if stemmed is not None:
                words = [stemmed(word) for word in words]
            yield words + [
                " ".join(words[i : i + n]) for n in range(2, self.ngrams + 1) for i in range(len(words) - n + 1)
            ]

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The texts' names: words are no features yet."""
        return self.feature_names_in_


def tokens_of(X: pd.DataFrame | Tokens, ngrams: int = 1, stop_words: str | None = None) -> Tokens:
    """Tokens as they are; texts as the words that `Tokenise` finds in them."""
    return X if isinstance(X, Tokens) else Tokenise(ngrams, stop_words).transform(X)


def _make(parameters: Mapping[str, Value]) -> Any:
    return Tokenise(**parameters)  # type: ignore[arg-type]


NGRAMS = Parameter("ngrams", "integer", 1, 1, 3, explanation="longest run of words that counts as one")
STOP_WORDS = Parameter(
    "stop_words", "choice", None, choices=("english",), optional=True, explanation="leave out the commonest words"
)

TOKENISE = Transformer(
    "tokenise",
    "takes a text apart into its words, in lower case; once for all folds, as a word depends on no other row",
    frozenset({Kind.TEXTS}),
    Kind.TOKENS,
    (
        NGRAMS,
        STOP_WORDS,
        Parameter(
            "stem",
            "choice",
            None,
            choices=LANGUAGES,
            optional=True,
            explanation="cut words to their stems in this language, so that 'walks' and 'walked' are one",
        ),
    ),
    _make,
    rowwise=True,
)
