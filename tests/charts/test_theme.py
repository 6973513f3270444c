"""Colours stay with their model; points are left out evenly."""

import pytest

from mms.charts import theme


def test_a_model_keeps_its_colour_when_it_is_named_twice() -> None:
    colours = theme.colours_of([7, 9, 7, 12])

    assert colours == {7: "#0072B2", 9: "#E69F00", 12: "#009E73"}


def test_a_name_is_written_as_it_is_and_never_taken_for_a_mark_or_a_link() -> None:
    drawn = theme.bare("ROC, class <i>yes</i>", x="effect on P(R&B)")

    assert theme.as_written('<a href="http://e.example">age</a>') == '&lt;a href="http://e.example">age&lt;/a>'
    assert drawn.layout.title.text == "ROC, class &lt;i>yes&lt;/i>"
    assert drawn.layout.xaxis.title.text == "effect on P(R&amp;B)"


def test_faded_is_the_same_colour_with_an_opacity() -> None:
    assert theme.faded("#0072B2", 0.5) == "rgba(0,114,178,0.5)"


def test_twenty_models_have_twenty_looks() -> None:
    colours = theme.colours_of(range(20))

    assert len({(colours[i], theme.dash_of(i, colours)) for i in range(20)}) == 20


@pytest.mark.parametrize(
    ("count", "limit", "kept"), [(0, 5, []), (1, 5, [0]), (3, 5, [0, 1, 2]), (101, 3, [0, 50, 100])]
)
def test_things_are_left_out_evenly_and_never_the_ends(count: int, limit: int, kept: list[int]) -> None:
    assert theme.evenly(count, limit).tolist() == kept


def test_an_empty_figure_has_a_title_and_a_reason() -> None:
    drawn = theme.empty("ROC", "No rows yet.")

    assert drawn.layout.title.text == "ROC"
    assert drawn.layout.annotations[0].text == "No rows yet."
