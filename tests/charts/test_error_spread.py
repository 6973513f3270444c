"""Errors of many models as rows."""

import pandas as pd

from mms.charts.error_spread import ErrorSpread, error_spread_of, figure, words

ONE = ErrorSpread(1, "v1 ridge", (-4.0, -1.0, 0.5, 2.0, 4.0), 1.5)
OTHER = ErrorSpread(2, "v2 tree", (-3.0, -2.0, -1.0, 0.0, 3.0), 1.6)


def test_the_tables_of_the_residuals_give_the_quantiles() -> None:
    facts = pd.DataFrame([{"n": 9, "mae": 1.5, "q05": -4.0, "q25": -1.0, "q50": 0.5, "q75": 2.0, "q95": 4.0}])
    points = pd.DataFrame({"row": [1]})

    assert error_spread_of(1, "v1 ridge", {"facts": facts, "points": points}) == ONE
    assert error_spread_of(1, "v1 ridge", {"facts": facts, "points": points.iloc[:0]}) is None


def test_the_words_name_the_narrowest_and_the_one_that_leans() -> None:
    assert words([ONE, OTHER]) == (
        "v2 tree errs most narrowly: 90 % of its answers lie from -3 to +3 of the truth. "
        "v2 tree leans furthest: half of its answers lie at least 1 below the truth."
    )
    assert words([]) == "There are no rows with an answer and a truth."


def test_a_row_holds_ninety_percent_half_and_the_median() -> None:
    drawn = figure([ONE, OTHER], {1: "#0072B2", 2: "#E69F00"})

    thin, thick, median = drawn.data[3:]
    assert (list(thin.x), list(thick.x), list(median.x)) == ([-4.0, 4.0], [-1.0, 2.0], [0.5])
    assert (thin.line.color, list(thin.y)) == ("#0072B2", ["v1 ridge"] * 2)
    assert not figure([], {}).data
