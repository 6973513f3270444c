"""The look of a text in numbers: how long it is, and what it is made of."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.transformer import Kind, Transformer

Measure = Callable[[str], float]


def _words(text: str) -> int:
    return len(text.split())


def _word_length(text: str) -> float:
    words = text.split()
    return sum(map(len, words)) / len(words) if words else 0.0


def _share(of: Callable[[str], bool]) -> Measure:
    return lambda text: sum(map(of, text)) / len(text) if text else 0.0


def _is_punctuation(letter: str) -> bool:
    return not (letter.isalnum() or letter.isspace())


_LENGTHS: Mapping[str, Measure] = {"characters": len, "words": _words}
_STATISTICS: Mapping[str, Measure] = {
    **_LENGTHS,
    "word_length": _word_length,
    "digits": _share(str.isdigit),
    "upper_case": _share(str.isupper),
    "punctuation": _share(_is_punctuation),
    "exclamations": lambda text: text.count("!"),
    "questions": lambda text: text.count("?"),
}
_LOGARITHMIC = frozenset({"characters", "words", "exclamations", "questions"})


class TextStatistics(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Measures of each text by itself; counts on a logarithmic scale, shares from 0 to 1."""

    def __init__(self, measures: tuple[str, ...]) -> None:
        self.measures = measures

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Remember the columns' names; there is nothing to learn."""
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """(n, texts) to (n, texts x measures)."""
        return np.column_stack([_measured(X[name], measure) for name in X.columns for measure in self.measures])

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names such as 'review_characters'."""
        return np.array([f"{name}_{part}" for name in self.feature_names_in_ for part in self.measures], dtype=object)


def _measured(texts: pd.Series, measure: str) -> np.ndarray:
    values = np.array([_STATISTICS[measure](text) for text in texts], dtype=np.float64)
    return np.log1p(values) if measure in _LOGARITHMIC else values


def _text_length(parameters: Mapping[str, Value]) -> Any:
    return TextStatistics(tuple(_LENGTHS))


def _text_statistics(parameters: Mapping[str, Value]) -> Any:
    return TextStatistics(tuple(measure for measure in _STATISTICS if parameters[measure]))


TEXT_LENGTH = Transformer(
    "text_length",
    "counts characters and words, on a logarithmic scale",
    frozenset({Kind.TEXTS}),
    Kind.NUMBERS,
    (),
    _text_length,
    rowwise=True,
)

TEXT_STATISTICS = Transformer(
    "text_statistics",
    "describes how a text is written, not what it says: its length, its digits, its capitals, its marks",
    frozenset({Kind.TEXTS}),
    Kind.NUMBERS,
    (
        Parameter("characters", "boolean", True, explanation="number of characters, on a logarithmic scale"),
        Parameter("words", "boolean", True, explanation="number of words, on a logarithmic scale"),
        Parameter("word_length", "boolean", True, explanation="mean number of characters in a word"),
        Parameter("digits", "boolean", True, explanation="share of characters that are digits"),
        Parameter("upper_case", "boolean", True, explanation="share of characters that are capitals"),
        Parameter("punctuation", "boolean", True, explanation="share of characters that are marks or symbols"),
        Parameter("exclamations", "boolean", True, explanation="number of exclamation marks, on a logarithmic scale"),
        Parameter("questions", "boolean", True, explanation="number of question marks, on a logarithmic scale"),
    ),
    _text_statistics,
    rowwise=True,
)
