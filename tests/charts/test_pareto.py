"""Score against cost: who is on the front."""

from dataclasses import replace

import pytest

from mms.charts.pareto import Cost, figure, pareto_of, words
from mms.charts.theme import colours_of
from mms.domain.comparison import Contender
from mms.domain.scores import METRICS
from tests.domain.test_comparison import contender, model

F1, RMSE = METRICS["f1"], METRICS["rmse"]


def priced(model_id: int, score: float, seconds: float, algorithm: str = "ridge") -> Contender:
    """Twelve folds, whose fits took `seconds` each, and predictions a tenth of that for 1,000 rows in all."""
    fits = contender(model_id, predict=seconds / 10, fit=12 * seconds, predicted=1000)
    return replace(fits, model=model(model_id, score, algorithm=algorithm), ratios=dict.fromkeys(range(12), 0.1))


@pytest.mark.parametrize(
    ("models", "front"),
    [
        ([(1, 0.5, 1.0), (2, 0.6, 2.0), (3, 0.55, 3.0)], (1, 2)),
        ([(1, 0.5, 1.0), (2, 0.5, 1.0)], (1, 2)),
        ([(1, 0.5, 1.0), (2, 0.5, 2.0)], (1,)),
        ([(1, 0.6, 1.0), (2, 0.5, 1.0)], (1,)),
        ([(1, 0.4, 0.0), (2, 0.5, 0.1), (3, 0.9, 9.0)], (1, 2, 3)),
        ([], ()),
    ],
)
def test_on_the_front_is_whom_no_other_beats_on_both(
    models: list[tuple[int, float, float]], front: tuple[int, ...]
) -> None:
    assert pareto_of([priced(*one) for one in models], F1, Cost.FIT).front == front


def test_the_words_say_what_the_best_costs_against_the_quickest() -> None:
    info = pareto_of([priced(1, -2.0, 0.5), priced(2, -1.5, 4.0), priced(3, -3.0, 5.0)], RMSE, Cost.FIT)

    assert words(info) == (
        "2 of 3 models are on the front, so that none is both better and quicker: from v1 ridge to v2 ridge, which "
        "gains 0.500 RMSE at 8.0 times the time."
    )
    assert words(pareto_of([priced(1, 0.9, 1.0), priced(2, 0.5, 2.0)], F1, Cost.FIT)) == (
        "v1 ridge is the best and the quickest: no other model is worth a look here."
    )


def test_seconds_are_of_one_fit_or_of_a_thousand_rows_and_scores_in_natural_units() -> None:
    models = [priced(1, -2.0, 0.5), priced(2, -3.0, 5.0)]

    fits = figure(pareto_of(models, RMSE, Cost.FIT), colours_of([1, 2])).data[1]
    predictions = figure(pareto_of(models, RMSE, Cost.PREDICT), colours_of([1, 2])).data[1]

    assert (list(fits.x), list(fits.y)) == ([0.5, 5.0], [2.0, 3.0])
    assert list(predictions.x) == [0.05, 0.5]
    assert list(fits.marker.symbol) == ["circle", "circle-open"]
    assert list(fits.text) == ["v1", "v2"]


def test_models_without_stored_folds_are_left_out() -> None:
    info = pareto_of([contender(1)], F1, Cost.FIT)

    assert not figure(info, {}).data
    assert words(info) == "No fold of these models tells how long it took."
