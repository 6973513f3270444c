"""Whether the better of two is worth what its predictions cost."""

import pytest

from mms.domain.comparison import Comparison, Pair
from mms.domain.worth import Worth, row_words, slowdown_of, times_words, verdict, worth_of
from tests.domain.test_comparison import contender, outcome


@pytest.mark.parametrize(
    ("better", "slowdown", "worth"),
    [
        (0.82, 9.0, Worth.NOT_WORTH),
        (0.949, 2.0, Worth.NOT_WORTH),
        (0.0, 1000.0, Worth.NOT_WORTH),
        (0.95, 2.0, Worth.PAID_FOR),
        (1.0, 9.0, Worth.PAID_FOR),
        (0.82, 1.99, Worth.SAME_COST),
        (0.99, 1.0, Worth.SAME_COST),
        (0.1, 0.51, Worth.SAME_COST),
        (0.1, 0.5, Worth.CHEAPER),
        (0.99, 0.01, Worth.CHEAPER),
    ],
)
def test_slower_predictions_are_paid_for_a_sure_gain_only(better: float, slowdown: float, worth: Worth) -> None:
    assert worth_of(better, slowdown) is worth


@pytest.mark.parametrize(
    ("one", "other", "slowdown"), [(9.0, 1.0, 9.0), (1.0, 4.0, 0.25), (0.011, 0.0001, 1.0), (0.12, 0.0, 10.0)]
)
def test_what_takes_less_than_a_millisecond_a_fold_is_too_quick_to_tell(
    one: float, other: float, slowdown: float
) -> None:
    assert slowdown_of(contender(1, predict=one), contender(2, predict=other)) == pytest.approx(slowdown)


@pytest.mark.parametrize(
    ("better", "predict", "ending"),
    [
        (0.82, 9.0, "3 % that it is worse; not worth its 9x slower predictions."),
        (0.96, 2.4, "3 % that it is worse; worth its 2.4x slower predictions where 2.4 ms a row is quick enough."),
        (0.82, 0.1, "3 % that it is worse; and it predicts 10x faster."),
        (0.82, 1.1, "3 % that it is worse; their predictions cost the same."),
    ],
)
def test_the_verdict_ends_in_what_the_better_one_costs(better: float, predict: float, ending: str) -> None:
    one, other = contender(1, predict=predict, predicted=1000), contender(2, predict=1.0, predicted=1000)
    test = outcome(better, 0.97 - better, 0.03)

    words = verdict(Comparison("f1", 0.01, (one, other), (Pair(1, 2, test, 0.3),)))

    assert words.startswith(f"{100 * better:.0f} % chance that v1 ridge is better than v2 ridge by more than 0.01 F1")
    assert words.endswith(ending)


def test_of_many_the_cost_is_against_the_runner_up() -> None:
    three = tuple(contender(number, predict=float(number)) for number in (3, 1, 2))
    pairs = tuple(Pair(one, other, outcome(0.6, 0.3, 0.1), 0.5) for one, other in ((3, 1), (3, 2), (1, 2)))

    assert verdict(Comparison("f1", 0.01, three, pairs)).endswith(
        "; not worth its 3x slower predictions. Of 2 others, 2 cannot be told from it: v1 ridge, v2 ridge."
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1.5, "1.5 s a row"), (0.0012, "1.2 ms a row"), (41e-6, "41 µs a row"), (1e-9, "less than 1 µs a row")],
)
def test_seconds_a_row_are_said_in_their_unit(seconds: float, words: str) -> None:
    assert row_words(seconds) == words


@pytest.mark.parametrize(("times", "words"), [(2.0, "2.0x"), (2.99, "3.0x"), (9.4, "9x"), (1234.0, "1,234x")])
def test_times_are_rounded_as_one_says_them(times: float, words: str) -> None:
    assert times_words(times) == words
