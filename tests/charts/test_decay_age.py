"""Versions by their age, over one another."""

from mms.charts import decay_age
from mms.charts.decay_age import Aged, AgeInfo
from mms.domain.buckets import Estimate

COLOURS = {1: "#0072B2", 2: "#E69F00"}


def aged(age: int, value: float, *, mature: bool = True) -> Aged:
    return Aged(age, Estimate(value, value - 0.02, value + 0.02, 500), 500, 500, mature)


def test_the_words_compare_new_versions_with_old_ones_where_labels_are_in() -> None:
    lines = {
        1: ("v1 tree", (aged(0, 0.8), aged(30, 0.7), aged(60, 0.1, mature=False))),
        2: ("v2 tree", (aged(0, 0.9), aged(30, 0.6))),
    }

    assert decay_age.words(AgeInfo("f1", 30, lines)) == (
        "F1 of 2 versions was, on average, 0.850 when new and 0.650 at last, up to 60 days old."
    )


def test_a_version_that_was_seated_late_is_not_said_to_have_been_new() -> None:
    lines = {1: ("v1 tree", (aged(120, 0.8), aged(150, 0.7)))}

    assert decay_age.words(AgeInfo("f1", 30, lines)) == (
        "F1 of v1 tree, the only version that answered long enough, was 0.800 from 120 days on and 0.700 at last, "
        "180 days old."
    )


def test_a_version_too_young_says_nothing_of_age() -> None:
    info = AgeInfo("f1", 30, {1: ("v1 tree", (aged(0, 0.8),))})

    assert decay_age.words(info).startswith("No version has answered long enough")


def test_each_version_is_a_line_in_the_middle_of_its_steps() -> None:
    info = AgeInfo("f1", 30, {1: ("v1", (aged(0, 0.8), aged(30, 0.7, mature=False))), 2: ("v2", ())})

    (line,) = [t for t in decay_age.figure(info, COLOURS).data if t.mode == "lines+markers"]

    assert (list(line.x), list(line.y)) == ([15.0, 45.0], [0.8, 0.7])
    assert list(line.marker.symbol) == ["circle", "circle-open"]


def test_without_labels_the_figure_says_why_it_is_empty() -> None:
    drawn = decay_age.figure(AgeInfo("f1", 30, {1: ("v1", ())}), COLOURS)

    assert drawn.layout.title.text == "By age"
