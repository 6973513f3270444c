"""Triples as lines over axes."""

from dataclasses import replace
from typing import Any

import pytest

from mms.charts.parallel import AXES, LINES, figure, parallel_of, words
from mms.domain.models import RankedModel
from mms.domain.scores import METRICS
from tests.domain.test_comparison import model

F1 = METRICS["f1"]


def triple(number: int, score: float, algorithm: str = "ridge", **hyperparameters: Any) -> RankedModel:
    return replace(model(number, score, algorithm=algorithm), hyperparameters=hyperparameters)


def test_only_what_differs_is_an_axis_and_what_a_model_has_not_lies_below() -> None:
    info = parallel_of(
        [triple(1, 0.5, alpha=1.0, tol=0.1), triple(2, 0.6, alpha=3.0, tol=0.1), triple(3, 0.4, tol=0.1)]
    )

    (alpha,) = info.axes
    assert [one.id for one in info.models] == [2, 1, 3]
    assert (alpha.name, list(alpha.places[:2])) == ("alpha", [3.0, 1.0])
    assert alpha.places[2] < 1.0
    assert alpha.ticks[float(alpha.places[2])] == "–"
    assert {alpha.ticks[1.0], alpha.ticks[3.0]} == {"1", "3"}


def test_numbers_that_span_orders_stand_by_their_factors_and_names_apart() -> None:
    info = parallel_of([triple(1, 0.5, C=0.01, p="l1"), triple(2, 0.4, C=1.0, p="l2"), triple(3, 0.3, C=100.0, p=None)])

    by_name = {axis.name: axis for axis in info.axes}
    assert list(by_name["C"].places) == pytest.approx([-2.0, 0.0, 2.0])
    assert sorted(by_name["C"].ticks.values()) == ["0.01", "1", "100"]
    assert set(by_name["p"].ticks.values()) == {"l1", "l2", "none"}
    assert len(set(by_name["p"].places)) == 3


def test_numbers_differ_however_little_and_one_is_one_however_it_is_typed() -> None:
    (axis,) = parallel_of([triple(1, 0.5, n=1_000_001, C=1), triple(2, 0.4, n=1_000_002, C=1.0)]).axes

    assert (axis.name, list(axis.places)) == ("n", [1_000_001.0, 1_000_002.0])


def test_true_is_no_number() -> None:
    (axis,) = parallel_of([triple(1, 0.5, balanced=True), triple(2, 0.4, balanced=False)]).axes

    assert set(axis.ticks.values()) == {"true", "false"}


def test_the_words_say_what_the_best_quarter_share() -> None:
    tried = [triple(i, 1 - i / 20, "boosting" if i < 4 else "tree", depth=i % 3) for i in range(12)]

    assert words(parallel_of(tried)) == "The best 3 of 12 triples have in common: algorithm boosting."
    assert words(parallel_of(tried[3:])) == "The best 2 of 9 triples have nothing in common that the others lack."
    assert words(parallel_of([triple(1, 0.5), triple(2, 0.4)])) == (
        "These 2 triples do not differ in algorithm, recipe or hyperparameters."
    )


def test_lines_end_in_the_score_and_stay_few() -> None:
    many = [triple(i, i / 1000, **{f"h{j}": i * j for j in range(20)}) for i in range(LINES + 50)]

    drawn = figure(parallel_of(many), F1)

    (lines,) = drawn.data
    assert len(lines.dimensions) == AXES + 1
    assert lines.dimensions[-1].label == "F1"
    assert len(lines.dimensions[-1]["values"]) == LINES
    assert max(lines.dimensions[-1]["values"]) == (LINES + 49) / 1000
    assert len(lines.dimensions) * LINES <= 2000


def test_one_triple_is_no_picture() -> None:
    info = parallel_of([triple(1, 0.5)])

    assert not figure(info, F1).data
    assert words(info) == "There are not two triples to draw side by side."
