"""Each metric says in words what its value means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mms.domain.metric_words import Cases, cases_of, explained, explaining, hundredth
from mms.domain.scores import METRICS

FLIGHTS = Cases("flights", "late", "delay")


@pytest.mark.parametrize(
    ("metric", "value", "words"),
    [
        ("precision", 0.41, "of 100 flights that were flagged, 41 were late"),
        ("recall", 0.30, "of 100 flights that were late, 30 were flagged"),
        ("f1", 0.5, "of 100 flights that were late or flagged, 33 were both"),
        ("roc_auc", 0.83, "of 100 pairs of flights, one late and one not, 83 were ranked rightly"),
        ("accuracy", 0.83, "of 100 flights, 83 were answered rightly"),
        ("log_loss", 0.0, "what came true had been given a probability of 100 %, typically"),
        ("rmse", 12.345, "answers are off by 12.35, large errors counted more, in units of delay"),
        ("mae", 7, "answers are off by 7 on average, in units of delay"),
        ("r2", 0.6, "60 % of what makes delay vary is explained"),
        ("r2", -0.2, "always answering the mean delay would be better"),
        ("unheard of", 1, ""),
    ],
)
def test_a_value_is_told_in_cases(metric: str, value: float, words: str) -> None:
    assert explained(metric, value, FLIGHTS) == words


def test_the_value_at_promotion_is_told_beside_it() -> None:
    assert explained("precision", 0.2, FLIGHTS, 0.41) == (
        "of 100 flights that were flagged, 20 were late (at promotion 41)"
    )
    assert explained("mae", 12, FLIGHTS, 7.5).endswith("in units of delay (at promotion 7.5)")
    assert explaining("f1") == ("precision", "recall")
    assert explaining("rmse") == ("rmse",)


def test_no_metric_is_without_words() -> None:
    assert all(explained(name, 0.5, FLIGHTS) for name in METRICS)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 200))
def test_f1_is_the_share_of_both_among_either(false_alarms: int, misses: int, hits: int) -> None:
    f1 = 2 * hits / (2 * hits + false_alarms + misses)

    assert f1 / (2 - f1) == pytest.approx(hits / (hits + false_alarms + misses))


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0"), (0.001, "fewer than 1"), (0.41, "41"), (0.996, "more than 99"), (1, "100")],
)
def test_few_is_not_none_and_many_not_all(share: float, words: str) -> None:
    assert hundredth(share) == words


@pytest.mark.parametrize(
    ("table", "target", "positive", "cases"),
    [
        ("flights", "status", "late", Cases("flights", "late", "status")),
        ("customers", "churned", "yes", Cases("customers", "churned", "churned")),
        ("train_2013", "arr_delay", None, Cases("rows", "arr delay", "arr delay")),
        (None, None, "True", Cases("rows", "the target", "the target")),
    ],
)
def test_words_come_from_the_names_a_project_has(
    table: str | None, target: str | None, positive: str | None, cases: Cases
) -> None:
    assert cases_of(table, target, positive) == cases
