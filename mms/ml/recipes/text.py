"""Texts as numbers: weighted words, and plain lengths."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.transformer import Kind, Transformer


class TfIdf(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """TF-IDF of each column by itself, side by side; a column without a usable word gives no feature."""

    def __init__(self, max_features: int | None, ngrams: int, min_rows: int, stop_words: str | None) -> None:
        self.max_features = max_features
        self.ngrams = ngrams
        self.min_rows = min_rows
        self.stop_words = stop_words

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Learn each column's vocabulary and weights."""
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        self.vectorizers_ = {name: self._fitted(X[name]) for name in self.feature_names_in_}
        return self

    def _fitted(self, texts: pd.Series) -> TfidfVectorizer | None:
        vectorizer = TfidfVectorizer(
            max_features=self.max_features,
            ngram_range=(1, self.ngrams),
            min_df=min(self.min_rows, len(texts)),
            stop_words=self.stop_words,
            sublinear_tf=True,
            dtype=np.float64,
        )
        try:
            return vectorizer.fit(texts)
        except ValueError as error:
            if "empty vocabulary" in str(error) or "no terms remain" in str(error):
                return None
            raise

    def transform(self, X: pd.DataFrame) -> sparse.csr_matrix:
        """(n, texts) to a sparse (n, words) matrix."""
        parts = [v.transform(X[name]) for name, v in self.vectorizers_.items() if v is not None]
        return sparse.hstack(parts, format="csr") if parts else sparse.csr_matrix((len(X), 0))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names such as 'review_great'."""
        return np.array(
            [
                f"{name}_{word}"
                for name, vectorizer in self.vectorizers_.items()
                if vectorizer is not None
                for word in vectorizer.get_feature_names_out()
            ],
            dtype=object,
        )


class TextLength(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Characters and words of each text, on a logarithmic scale."""

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Remember the columns' names."""
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """(n, texts) to (n, 2 x texts)."""
        counts = [[f(text) for text in X[name]] for name in self.feature_names_in_ for f in (len, _words)]
        return np.log1p(np.array(counts, dtype=np.float64).T.reshape(len(X), 2 * self.n_features_in_))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names such as 'review_characters'."""
        return np.array([f"{n}_{p}" for n in self.feature_names_in_ for p in ("characters", "words")], dtype=object)


def _words(text: str) -> int:
    return len(text.split())


def _tf_idf(parameters: Mapping[str, Value]) -> Any:
    return TfIdf(**parameters)  # type: ignore[arg-type]


def _text_length(parameters: Mapping[str, Value]) -> Any:
    return TextLength()


TF_IDF = Transformer(
    "tf_idf",
    "weighs the words of a text: those frequent in it and rare elsewhere weigh most",
    frozenset({Kind.TEXTS}),
    Kind.NUMBERS,
    (
        Parameter(
            "max_features",
            "integer",
            2000,
            10,
            1_000_000,
            optional=True,
            scale="log",
            explanation="most frequent words kept",
        ),
        Parameter("ngrams", "integer", 1, 1, 3, explanation="longest run of words that counts as one"),
        Parameter("min_rows", "integer", 2, 1, 1000, scale="log", explanation="words in fewer rows are left out"),
        Parameter(
            "stop_words",
            "choice",
            None,
            choices=("english",),
            optional=True,
            explanation="leave out the commonest words",
        ),
    ),
    _tf_idf,
    sparse=True,
)

TEXT_LENGTH = Transformer(
    "text_length",
    "counts characters and words, on a logarithmic scale",
    frozenset({Kind.TEXTS}),
    Kind.NUMBERS,
    (),
    _text_length,
)
