"""The decay chart: solid where mature, dashed where not, coverage below, what happened marked."""

from datetime import UTC, datetime

from mms.charts import decay
from mms.charts.decay import DecayInfo, DecayPanel, Mark
from mms.domain.buckets import Estimate
from mms.domain.decay import DecayPoint

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
    assert list(dashed.y) == [None, 0.45, 0.4]
    assert list(solid.y) == [0.5, 0.45, None]
    (dots,) = [t for t in drawn.select_traces("scatter") if t.mode == "markers"]
    assert list(dots.marker.symbol) == ["circle", "circle", "circle-open"]


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
