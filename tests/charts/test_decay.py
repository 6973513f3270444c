"""The decay chart: solid where mature, dashed where not, coverage below, what happened marked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import nan

import pytest

from mms.charts import decay
from mms.charts.decay import DecayInfo, DecayPanel, Mark
from mms.domain.buckets import Estimate
from mms.domain.decay import DecayPoint, Delay, Grain

COLOURS = {1: "#0072B2", 2: "#E69F00"}


def point(month: int, value: float | None, labelled: int = 1000, model_id: int = 1) -> DecayPoint:
    """A month of 1,000 predictions."""
    estimate = None if value is None else Estimate(value, value - 0.02, value + 0.02, labelled)
    return DecayPoint(datetime(2013, month, 1, tzinfo=UTC), model_id, estimate, 1000, labelled)


def info(*points: DecayPoint, marks: tuple[Mark, ...] = ()) -> DecayInfo:
    """One panel of F1 with a reference."""
    panel = DecayPanel("f1", points, Estimate(0.49, 0.47, 0.51, 4000))
    return DecayInfo((panel,), {1: "v1 boosting", 2: "v2 boosting"}, marks)


def test_a_stretch_is_solid_only_between_mature_months() -> None:
    drawn = decay.figure(info(point(3, 0.5), point(4, 0.45), point(5, 0.4, labelled=500)), COLOURS)

    dashed, solid = [t for t in drawn.select_traces("scatter") if t.mode == "lines" and t.fill is None and t.line.width]
    assert dashed.line.dash == "dash"
    assert list(dashed.y) == pytest.approx([nan, 0.45, 0.4], nan_ok=True)
    assert list(solid.y) == pytest.approx([0.5, 0.45, nan], nan_ok=True)
    dots = [t for t in drawn.select_traces("scatter") if t.mode == "markers"]
    assert [(t.marker.symbol, list(t.y), t.showlegend) for t in dots] == [
        ("circle", [0.5, 0.45], True),
        ("circle-open", [0.4], False),
    ]


def test_the_line_at_promotion_names_the_newest_holdout() -> None:
    drawn = decay.figure(info(point(3, 0.5)), COLOURS)

    assert [a.text for a in drawn.layout.annotations] == ["0.490 at promotion (newest rows)"]


def test_coverage_is_of_all_models_answers_of_the_month() -> None:
    shares = decay.coverage_of([point(3, 0.5, 1000), point(3, 0.4, 500, model_id=2), point(4, None, 0)])

    assert shares == {datetime(2013, 3, 1, tzinfo=UTC): 0.75, datetime(2013, 4, 1, tzinfo=UTC): 0.0}


def test_a_champion_and_its_challenger_keep_their_colours_in_every_panel() -> None:
    points = (point(3, 0.5), point(4, 0.4), point(4, 0.45, model_id=2))
    both = DecayInfo((DecayPanel("f1", points, None), DecayPanel("recall", points, None)), {1: "v1", 2: "v2"})

    drawn = decay.figure(both, COLOURS)

    dots = [(t.name, t.marker.color, t.yaxis) for t in drawn.select_traces("scatter") if t.mode == "markers"]
    assert dots == [("v1", "#0072B2", "y"), ("v2", "#E69F00", "y"), ("v1", "#0072B2", "y2"), ("v2", "#E69F00", "y2")]


def test_promotions_and_firings_stand_on_the_time_axis() -> None:
    at = datetime(2013, 3, 3, tzinfo=UTC)
    marks = (Mark(at, "promotion", "v1 seated"), Mark(at, "firing", "decay"))

    drawn = decay.figure(info(point(3, 0.5), marks=marks), COLOURS)

    assert [(t.name, t.marker.symbol) for t in drawn.select_traces("scatter") if t.mode == "markers"][1:] == [
        ("promotion", "diamond"),
        ("trigger fired", "triangle-up"),
    ]


def test_the_words_tell_the_fall_of_the_model_that_answered_last() -> None:
    sentence = decay.words(info(point(3, 0.49), point(9, 0.3, labelled=960)))

    assert sentence == (
        "F1 of v1 boosting went from 0.490 in March 2013 to 0.300 in September 2013; 96% of its labels are known."
    )


def test_without_labels_there_is_a_titled_empty_figure() -> None:
    drawn = decay.figure(info(point(3, None, 0)), COLOURS)

    assert drawn.layout.title.text == "Decay"
    assert drawn.layout.annotations[0].text == "No period has labels yet."


def test_estimates_are_dotted_and_not_joined_over_months_that_need_none() -> None:
    estimated = tuple(point(month, 0.45, labelled=0) for month in (3, 4, 8))
    panel = DecayPanel("f1", (point(3, 0.5), point(8, 0.4)), None, estimated)

    drawn = decay.figure(DecayInfo((panel,), {1: "v1 boosting"}), COLOURS)

    dotted = [t for t in drawn.select_traces("scatter") if t.line.dash == "dot" and t.name and "estimated" in t.name]
    assert [len(t.x) for t in dotted] == [2, 1]
    assert [t.showlegend for t in dotted] == [True, False]


def test_the_onset_is_a_line_with_its_words() -> None:
    began = datetime(2013, 5, 7, tzinfo=UTC)
    panel = DecayPanel("f1", (point(3, 0.5), point(6, 0.4)), None)

    drawn = decay.figure(DecayInfo((panel,), {1: "v1"}, onset=began), COLOURS)

    assert [a.text for a in drawn.layout.annotations] == ["decay began here"]
    assert {shape.x0 for shape in drawn.layout.shapes} == {began}


@pytest.mark.parametrize(("month", "side"), [(4, "left"), (9, "right")])
def test_the_words_of_the_onset_stand_below_the_panel_on_the_side_with_more_room(month: int, side: str) -> None:
    panel = DecayPanel("f1", (point(3, 0.5), point(10, 0.4)), Estimate(0.49, 0.47, 0.51, 4000))

    drawn = decay.figure(DecayInfo((panel,), {1: "v1"}, onset=datetime(2013, month, 1, tzinfo=UTC)), COLOURS)

    (words,) = [one for one in drawn.layout.annotations if one.text == "decay began here"]
    assert (words.xanchor, words.yanchor, words.y) == (side, "top", drawn.layout.yaxis.domain[0])


def test_the_delay_of_labels_is_drawn_in_days_where_it_takes_days() -> None:
    slow = replace(point(3, 0.5), delay=Delay(72.0, 240.0))
    quick = replace(point(3, 0.5), delay=Delay(6.0, 30.0))

    titles = [decay.figure(info(one), COLOURS).layout.yaxis3.title.text for one in (slow, quick)]
    median, most = [t for t in decay.figure(info(slow), COLOURS).select_traces("scatter") if "labels" in (t.name or "")]

    assert titles == ["delay, days", "delay, hours"]
    assert (list(median.y), list(most.y)) == ([3.0], [10.0])


def test_a_point_says_why_it_is_not_mature() -> None:
    drawn = decay.figure(info(point(5, 0.4, labelled=500)), COLOURS)

    (dots,) = [t for t in drawn.select_traces("scatter") if t.mode == "markers"]
    assert dots.text[0].endswith("500 of 1,000 labels known, not mature: under 95% of its labels are known")


def test_many_points_are_lines_without_dots_that_still_say_what_they_are() -> None:
    days = [replace(point(3, 0.5, labelled=1000 - 500 * (i > 250)), grain=Grain.DAY) for i in range(260)]
    days = [replace(day, period=day.period + timedelta(days=i)) for i, day in enumerate(days)]

    drawn = decay.figure(info(*days), COLOURS)

    lines = [t for t in drawn.select_traces("scatter") if t.name == "v1 boosting"]
    assert [(t.mode, t.line.dash, t.showlegend) for t in lines] == [("lines", "dash", False), ("lines", "solid", True)]
    judged, waiting = lines[1], lines[0]
    assert judged.hovertemplate.startswith("%{x|%-d %B %Y}: %{y:.3f} (%{customdata[2]:.3f} to")
    assert list(judged.customdata[0]) == [1000, 1000, 0.48, 0.52]
    assert waiting.text[0] == ""
    assert waiting.text[-1].endswith("500 of 1,000 labels known, not mature: under 95% of its labels are known")
