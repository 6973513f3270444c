"""Regression pictures and sparks."""

import numpy as np
import pytest

from mms.charts import residuals, spark


def test_the_errors_are_counted_over_all_rows_and_drawn_over_some() -> None:
    truth = np.linspace(0, 10, 9000)
    value = truth + np.where(np.arange(9000) % 2, 1.0, -0.5)

    info = residuals.residuals_of(1, "v1 ridge", truth, value)

    assert info is not None
    assert info.mae == pytest.approx(0.75)
    assert info.mean_error == pytest.approx(0.25)
    for drawn in (residuals.figure(info, "#0072B2"), residuals.residual_figure(info, "#0072B2")):
        assert sum(len(t.x) for t in drawn.data) <= 2000
    assert residuals.words(info) == "v1 ridge is off by 0.75 on average, and its answers are 0.25 too high overall."


def test_no_rows_give_titled_empty_figures() -> None:
    nothing = residuals.residuals_of(1, "v1", np.array([]), np.array([]))

    assert nothing is None
    assert residuals.figure(nothing, "#0072B2").layout.title.text == "Answered against true"
    assert residuals.residual_figure(nothing, "#0072B2").layout.title.text == "Errors"


def test_a_spark_is_a_line_without_axes() -> None:
    drawn = spark.figure([0.5, 0.4, 0.3], "F1")

    assert list(drawn.data[0].y) == [0.5, 0.4, 0.3]
    assert drawn.layout.xaxis.visible is False
    assert spark.words([0.5, 0.4, 0.3], "F1") == "F1 went from 0.500 to 0.300 over 3 periods."
    assert spark.figure([], "F1").layout.annotations[0].text == "There is no F1 yet."
