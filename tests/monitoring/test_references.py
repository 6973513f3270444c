"""References: bins of numbers, categories and texts, and what falls into them."""

import numpy as np
import pytest

from mms.domain.drift import FeatureKind
from mms.monitoring.references import QUANTILES, Values, binned, learnt, tokens


def counts(kind: FeatureKind, then: Values, now: Values) -> list[int]:
    """One period in the bins of a reference."""
    found: list[int] = binned(learnt("x", kind, then), now, np.zeros(len(now), np.int64), 1).counts[0].tolist()
    return found


def test_a_number_falls_under_between_over_or_is_missing() -> None:
    assert counts(FeatureKind.NUMBERS, [1.0, 2, 3], [0.5, 1, 1.5, 2, 3, 4, None]) == [1, 1, 2, 1, 1, 1]


def test_many_values_are_cut_at_quantiles_and_a_frequent_one_ends_a_bin() -> None:
    spread = learnt("x", FeatureKind.NUMBERS, np.arange(1_000.0))
    zeros = learnt("x", FeatureKind.NUMBERS, np.where(np.arange(1_000) < 700, 0.0, np.arange(1_000)))

    assert len(spread.edges) == QUANTILES
    assert spread.counts.tolist() == [0, *[50] * QUANTILES, 0, 0]
    assert zeros.counts[:3].tolist() == [0, 700, 50]


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ([5.0] * 3, [5, 4, 6, None], [1, 1, 1, 1]),  # constant: under, the value, over, missing
        ([None] * 3, [1.0, None], [0, 1, 1]),  # never a value: any is over
        ([2.0], [2.0, 3.0], [0, 1, 1, 0]),  # one row
        ([], [1.0], [0, 1, 0]),  # none
        ([1.0, 2.0], ["no number", True, 1e400], [0, 1, 0, 1, 1]),  # what is no number is missing
    ],
)
def test_strange_numbers_have_a_bin(then: Values, now: Values, expected: list[int]) -> None:
    assert counts(FeatureKind.NUMBERS, then, now) == expected


def test_a_category_is_shown_other_new_or_missing() -> None:
    then = ["north"] * 30 + ["south"] * 10 + ["east"] * 2 + ["once", None, True, True]

    assert counts(FeatureKind.CATEGORIES, then, ["north", "south", "east", "once", "never", None, True]) == [
        1, 1, 3, 1, 1,
    ]  # fmt: skip
    assert learnt("x", FeatureKind.CATEGORIES, then).counts.tolist() == [30, 10, 4, 1, 1]


def test_the_most_frequent_categories_are_shown_and_a_column_of_keys_shows_none() -> None:
    many = learnt("x", FeatureKind.CATEGORIES, [f"k{k % 40}" for k in range(1_000)])
    keys = learnt("x", FeatureKind.CATEGORIES, [f"id{k}" for k in range(1_000)])

    assert len(many.shown) == 20
    assert keys.shown == ()
    assert keys.counts.tolist() == [0, 1_000, 0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't STOP, 3 times!", ["don't", "stop", "3", "times"]),
        ("ok👍🏽👍 ❤️", ["ok", "👍🏽", "👍", "❤️"]),
        ("🇩🇪🇫🇷 👩\u200d💻", ["🇩🇪", "🇫🇷", "👩\u200d💻"]),
        ("\u4f60\u597d \u043c\u0438\u0440", ["\u4f60\u597d", "\u043c\u0438\u0440"]),
        ("... --- ...", []),
    ],
)
def test_words_are_in_lower_case_and_emoji_are_kept_whole(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_texts_are_counted_by_length_by_new_words_and_word_by_word() -> None:
    reference = learnt("note", FeatureKind.TEXTS, ["good day 🙂"] * 20 + ["good night"] * 20)

    found = binned(reference, ["good 🙂 🛸", "good good", None, ""], np.zeros(4, np.int64), 1)

    assert set(reference.shown) == {"good", "day", "night", "🙂"}
    length, strange, words = np.split(found.counts[0], [reference.width, reference.size - len(reference.shown)])
    assert length.tolist() == [1, 1, 1, 0, 1]
    assert strange.tolist() == [2, 0, 0, 1, 0, 0]
    assert dict(zip(reference.shown, words, strict=True)) == {"good": 2, "day": 0, "night": 0, "🙂": 1}
    assert found.moments[0].tolist() == [3, 5, 13, 1]


def test_a_value_that_stands_once_counts_as_new_in_the_reference_and_is_known_later() -> None:
    once = learnt("x", FeatureKind.CATEGORIES, ["a"] * 20 + ["rare"])

    assert once.counts.tolist() == [20, 0, 1, 0]
    assert counts(FeatureKind.CATEGORIES, ["a"] * 20 + ["rare"], ["rare"]) == [0, 1, 0, 0]


def test_periods_are_counted_apart() -> None:
    reference = learnt("x", FeatureKind.NUMBERS, [1.0, 2.0])

    found = binned(reference, [1.0, 2.0, 2.0], np.array([0, 2, 2]), 3)

    assert found.counts.tolist() == [[0, 1, 0, 0, 0], [0] * 5, [0, 0, 2, 0, 0]]
    assert found.moments[:, 1].tolist() == [1.0, 0.0, 4.0]
