"""Texts as features: the same words and weights as scikit-learn's, found once for all folds."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer

from mms.domain.errors import Invalid
from mms.domain.tables import Column, ColumnType
from mms.domain.triples import Branch, Recipe, Step
from mms.ml.recipes import TRANSFORMERS, checked_recipe
from mms.ml.recipes.tokens import Tokens

CHANCE = np.random.default_rng(11)
WORDS = ["Win", "winner", "winning", "a", "the", "not", "über", "2nd", "x", "it's", "CASH!", "cash", "prize_1"]
TEXTS = pd.DataFrame(
    {"note": [" ".join(CHANCE.choice(WORDS, CHANCE.integers(0, 12))) for _ in range(80)]}, dtype=object
)
TRAIN, LATER = np.arange(0, 60), np.arange(60, 80)


def made(name: str, **parameters: Any) -> Any:
    transformer = TRANSFORMERS[name]
    return transformer.make({p.name: parameters.get(p.name, p.default) for p in transformer.parameters})


def tokens(**parameters: Any) -> Tokens:
    return made("tokenise", **parameters).fit_transform(TEXTS)


def are_same(ours: Any, theirs: Any) -> bool:
    """To the last bit, the order of each row's entries included: whoever sums them comes to the same bits."""
    return all(np.array_equal(getattr(ours, part), getattr(theirs, part)) for part in ("data", "indices", "indptr"))


@pytest.mark.parametrize("ngrams", [1, 2])
@pytest.mark.parametrize("stop_words", [None, "english"])
@pytest.mark.parametrize(("most", "rows", "share"), [(None, 1, 1.0), (10, 2, 1.0), (12, 3, 0.4)])
@pytest.mark.parametrize("sublinear", [True, False])
def test_tokenise_and_tf_idf_are_scikit_learns_vectorizer(
    ngrams: int, stop_words: str | None, most: int | None, rows: int, share: float, sublinear: bool
) -> None:
    limits = {"max_features": most, "min_rows": rows, "max_share": share, "sublinear": sublinear}
    bags = tokens(ngrams=ngrams, stop_words=stop_words)
    theirs = TfidfVectorizer(
        ngram_range=(1, ngrams),
        stop_words=stop_words,
        max_features=most,
        min_df=rows,
        max_df=share,
        sublinear_tf=sublinear,
    )

    by_tokens, by_texts = made("tf_idf", **limits), made("tf_idf", **limits, ngrams=ngrams, stop_words=stop_words)
    expected = theirs.fit_transform(TEXTS["note"].iloc[TRAIN])

    assert are_same(by_tokens.fit_transform(bags[TRAIN]), expected)
    assert are_same(by_texts.fit_transform(TEXTS.iloc[TRAIN]), expected)
    assert are_same(by_tokens.transform(bags[LATER]), theirs.transform(TEXTS["note"].iloc[LATER]))
    assert [name.removeprefix("note_") for name in by_tokens.get_feature_names_out()] == list(
        theirs.get_feature_names_out()
    )


@pytest.mark.parametrize("presence", [True, False])
def test_counted_words_are_scikit_learns(presence: bool) -> None:
    ours = made("count_words", min_rows=1, presence=presence)

    counted = ours.fit_transform(tokens())

    assert are_same(counted, CountVectorizer(binary=presence).fit_transform(TEXTS["note"]))


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("unit_length", [True, False])
def test_hashed_words_are_scikit_learns(signed: bool, unit_length: bool) -> None:
    theirs = HashingVectorizer(n_features=64, alternate_sign=signed, norm="l2" if unit_length else None)

    hashed = made("hash_words", columns=64, signed=signed, unit_length=unit_length).fit_transform(tokens())

    assert hashed.toarray() == pytest.approx(theirs.transform(TEXTS["note"]).toarray(), abs=1e-12)


def test_stems_make_one_word_of_many() -> None:
    texts = pd.DataFrame({"note": ["walks walked walking"]}, dtype=object)

    counted = made("count_words", min_rows=1)
    counted.fit(made("tokenise", stem="english").fit_transform(texts))

    assert counted.get_feature_names_out().tolist() == ["note_walk"]


def test_rows_of_tokens_are_taken_as_of_an_array() -> None:
    bags = tokens()
    mask = np.arange(80) % 2 == 0

    assert bags.shape == (80, 1)
    assert len(bags[mask]) == len(bags[::2]) == len(bags[np.flatnonzero(mask)]) == 40
    assert (bags[mask].columns["note"].counts != bags.columns["note"].counts[::2]).nnz == 0


def test_what_tokens_have_settled_is_refused_at_the_step_behind() -> None:
    columns = (Column("note", ColumnType.TEXT),)
    recipe = Recipe("pairs", (Branch("text", (Step("tokenise", {}), Step("tf_idf", {"ngrams": 2}))),))

    with pytest.raises(Invalid, match="'ngrams' of 'tf_idf' is for texts: set it at 'tokenise' instead"):
        checked_recipe(recipe, columns)


def test_statistics_tell_how_a_text_is_written() -> None:
    texts = pd.DataFrame({"note": ["WIN 10!! ok?", ""]}, dtype=object)
    step = made("text_statistics")

    told = dict(zip(step.fit(texts).get_feature_names_out(), step.transform(texts).T, strict=True))

    assert np.expm1(told["note_characters"]) == pytest.approx([12, 0])
    assert np.expm1(told["note_words"]) == pytest.approx([3, 0])
    assert told["note_word_length"] == pytest.approx([10 / 3, 0])
    assert told["note_digits"] == pytest.approx([2 / 12, 0])
    assert told["note_upper_case"] == pytest.approx([3 / 12, 0])
    assert told["note_punctuation"] == pytest.approx([3 / 12, 0])
    assert np.expm1(told["note_exclamations"]) == pytest.approx([2, 0])
    assert np.expm1(told["note_questions"]) == pytest.approx([1, 0])
