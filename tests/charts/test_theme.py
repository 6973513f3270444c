"""Colours stay with their model; thinning keeps the shape."""

import numpy as np

from mms.charts import theme


def test_a_model_keeps_its_colour_when_it_is_named_twice() -> None:
    colours = theme.colours_of([7, 9, 7, 12])

    assert colours == {7: "#0072B2", 9: "#E69F00", 12: "#009E73"}


def test_faded_is_the_same_colour_with_an_opacity() -> None:
    assert theme.faded("#0072B2", 0.5) == "rgba(0,114,178,0.5)"


def test_straight_stretches_lose_their_inner_points_and_nothing_else() -> None:
    x = np.array([0.0, 1, 2, 3, 3, 3])
    y = np.array([0.0, 0, 0, 0, 1, 2])

    thin_x, thin_y = theme.thinned(x, y)

    assert list(zip(thin_x, thin_y, strict=True)) == [(0, 0), (3, 0), (3, 2)]


def test_a_thinned_curve_stays_within_its_stated_distance_of_the_whole_one() -> None:
    random = np.random.default_rng(0)
    x = np.concatenate([[0.0], np.sort(random.random(20_000)), [1.0]])
    y = np.concatenate([[0.0], np.sort(random.random(20_000)) ** 0.4, [1.0]])

    thin_x, thin_y = theme.thinned(x, y, 400)

    assert len(thin_x) <= 400
    assert (thin_x[0], thin_y[0], thin_x[-1], thin_y[-1]) == (0, 0, 1, 1)
    length = np.hypot(np.diff(x), np.diff(y)).sum()
    nearest = [np.hypot(thin_x - a, thin_y - b).min() for a, b in zip(x[::97], y[::97], strict=True)]
    assert max(nearest) <= length / 400


def test_an_empty_figure_has_a_title_and_a_reason() -> None:
    drawn = theme.empty("ROC", "No rows yet.")

    assert drawn.layout.title.text == "ROC"
    assert drawn.layout.annotations[0].text == "No rows yet."
