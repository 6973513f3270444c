"""A score by where its labels come from: two dots with their bands, or the reason why there is none."""

from datetime import UTC, datetime

from mms.charts.label_scores import figure, scores_of, words
from mms.domain.buckets import Estimate
from mms.domain.label_estimates import SampleEstimate
from mms.domain.label_requests import LabelDraw, Why

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DRAW = LabelDraw(1, 1, 1, Why.RANDOM, "global", NOW, NOW, 400, "Ada", NOW)


def test_each_source_is_a_dot_with_its_band_and_a_mark_of_its_own() -> None:
    mine, came = Estimate(0.7, 0.6, 0.75, 60), Estimate(0.85, 0.8, 0.9, 500)
    info = scores_of(SampleEstimate(DRAW, "recall", 5.0, 60, 60, mine, came, 500, 0.05, 40))

    first, second = figure(info).data

    assert (first.x, first.error_x.array[0], first.error_x.arrayminus[0]) == ((0.7,), 0.75 - 0.7, 0.7 - 0.6)
    assert first.marker.symbol != second.marker.symbol
    assert words(info).startswith("Recall of the 400 answers that waited: 0.700 (0.600 to 0.750)")
    assert "**" not in words(info)


def test_without_any_label_it_says_so() -> None:
    drawn = figure(scores_of(SampleEstimate(DRAW, "recall", 5.0, 0, 0, None, None, 0, 0.05, None)))

    assert not drawn.data
    assert drawn.layout.annotations[0].text == "no labels yet"
