"""Differences by fold: the best minus the others, beside what counts as practically equal."""

from dataclasses import replace
from datetime import UTC, datetime

from mms.charts import differences
from mms.domain.comparison import Comparison, Contender, Pair, PairedTest
from mms.domain.models import ModelState, RankedModel

THEN = datetime(2026, 1, 1, tzinfo=UTC)
COLOURS = {1: "#0072B2", 2: "#E69F00"}


def contender(model_id: int, scores: dict[int, float]) -> Contender:
    model = RankedModel(
        model_id, 1, model_id, 1, 1, "ridge", "plain", {}, ModelState.CANDIDATE, 0.5, 0.1, 1, 1, "ada", THEN, THEN
    )
    return Contender(model, scores, dict.fromkeys(scores, 0.1), 3, 0.1, 0.1)


BEST = contender(1, {0: -2.0, 1: -3.0, 2: -4.0})
OTHER = contender(2, {0: -3.0, 1: -2.5, 3: -1.0})
TWO = Comparison("rmse", 0.6, (BEST, OTHER), (Pair(1, 2, PairedTest(2, 0.25, 0.1, 2.5, 0.1, 0.6, 0.3, 0.6, 0.1), 0.1),))


def test_a_difference_is_of_one_fold_and_greater_means_better_also_for_an_error() -> None:
    (found,) = differences.differences_of(TWO)

    assert dict(found.by_fold) == {0: 1.0, 1: -0.5}
    assert (found.model_id, found.mean, found.se) == (2, 0.25, 0.1)


def test_the_words_count_the_folds_with_a_difference_that_matters() -> None:
    assert differences.words(TWO) == "v1 ridge is better than v2 ridge by more than 0.6 RMSE on 1 of 2 folds."


def test_dots_keep_the_models_colour_and_the_equal_band_is_as_wide_as_the_project_says() -> None:
    drawn = differences.figure(TWO, COLOURS)

    dots, mean = drawn.data
    assert list(dots.x) == [1.0, -0.5]
    assert dots.marker.color == "rgba(230,159,0,0.7)"
    assert (list(mean.x), list(mean.error_x.array)) == ([0.25], [0.1])
    band = drawn.layout.shapes[0]
    assert (band.x0, band.x1) == (-0.6, 0.6)


def test_without_a_region_of_equality_no_band_is_drawn() -> None:
    drawn = differences.figure(replace(TWO, rope=0.0), COLOURS)

    assert [shape.type for shape in drawn.layout.shapes] == ["line"]
    assert differences.words(replace(TWO, rope=0.0)) == "v1 ridge is better than v2 ridge on 1 of 2 folds."
