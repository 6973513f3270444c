from mms.charts.effects import SHOWN, figure, words
from mms.domain.what_if import Effect


def test_effects_are_bars_to_both_sides_the_greatest_on_top() -> None:
    effects = [Effect("age", 70, 0.4, 0.1), Effect("plan", "basic", -0.2, 0.05), Effect("note", None, 0.0, 0.0)]

    drawn = figure(effects, "P(yes)")

    (trace,) = drawn.data
    assert list(trace.y) == ["plan", "age"]
    assert list(trace.x) == [-0.2, 0.4]
    assert list(trace.error_x.array) == [0.05, 0.1]
    assert words(effects, "P(yes)") == "age moves P(yes) most: it raises it by 0.4 against other rows' values."


def test_a_feature_with_tags_in_its_name_is_written_as_it_is() -> None:
    drawn = figure([Effect("<b>age</b>", 70, 0.4, 0.1)], "P(<i>yes</i>)")

    assert list(drawn.data[0].y) == ["&lt;b>age&lt;/b>"]


def test_where_nothing_moves_the_answer_the_figure_says_so() -> None:
    effects = [Effect("age", 70, 0.0, 0.0)]

    drawn = figure(effects, "P(yes)")

    assert len(drawn.data) == 0
    assert drawn.layout.annotations[0].text == words(effects, "P(yes)")
    assert words(effects, "P(yes)").startswith("No feature moves P(yes)")


def test_of_many_effects_the_greatest_are_drawn() -> None:
    drawn = figure([Effect(f"f{i}", i, 100.0 - i, 0.0) for i in range(100)], "the number")

    assert list(drawn.data[0].y)[::-1] == [f"f{i}" for i in range(SHOWN)]
