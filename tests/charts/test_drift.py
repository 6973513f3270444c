"""Drift's charts: a limit to be seen at once, two distributions over one another, words that rise and fall."""

from dataclasses import replace
from datetime import UTC, datetime

from mms.charts import drift
from mms.domain.drift import Bin, DriftPoint, FeatureKind, TokenChange, Verdict
from tests.domain.test_drift import feature

WEEKS = tuple(DriftPoint(datetime(2026, 3, day, tzinfo=UTC), 100, psi, 0.2) for day, psi in ((2, 0.1), (9, 0.5)))
WORDS = (TokenChange("🛸", 0.01, 0.3, True), TokenChange("bus", 0.2, 0.1, False), TokenChange("late", 0.5, 0.1, True))


def test_the_ranking_shows_each_feature_in_multiples_of_its_limit_beside_the_line_at_1() -> None:
    features = [feature("age", 0.3), feature("ward", 0.05), feature("note", n=3, verdict=Verdict.FEW)]

    drawn = drift.ranking(features)

    points = {trace.name: trace for trace in drawn.data if trace.mode == "markers"}
    assert [round(x, 6) for x in points["drifted"].x] == [3.0]
    assert points["drifted"].marker.symbol != points["stable"].marker.symbol
    assert list(drawn.layout.yaxis.categoryarray) == ["note", "ward", "age"]
    assert (drawn.layout.annotations[0].text, drawn.layout.annotations[0].yanchor) == ("limit", "bottom")
    assert (drawn.layout.legend.yref, drawn.layout.legend.y) == ("container", 0)
    assert drift.ranking_words(features) == "1 of 3 drifted; furthest age, 3.0 times its limit."


def test_over_time_a_point_beyond_its_limit_has_another_shape() -> None:
    one = feature(points=WEEKS)

    drawn = drift.series(one)

    assert list(drawn.data[1].marker.symbol) == ["circle", "diamond"]
    assert list(drawn.data[0].y) == [0.2, 0.2]
    assert drift.series_words(one) == "age was over its limit in 1 of 2 periods, first on 9 March 2026."
    assert drift.series_words(feature(points=WEEKS[:1])) == "age never left its limit in 1 period."


def test_two_distributions_lie_over_one_another_bin_by_bin() -> None:
    one = feature(bins=(Bin("1 to 5", 0.7, 0.4), Bin("missing", 0.3, 0.6)))

    drawn = drift.distributions(one)

    now, then = drawn.data
    assert drawn.layout.barmode == "overlay"
    assert list(now.x) == list(then.x) == ["1 to 5", "missing"]
    assert (list(now.y), list(then.y)) == ([0.4, 0.6], [0.7, 0.3])


def test_words_rise_and_fall() -> None:
    one = replace(feature("note", 0.3, tokens=WORDS), kind=FeatureKind.TEXTS)

    drawn = drift.tokens(one)

    now = next(trace for trace in drawn.data if trace.name == "now")
    assert list(now.y) == ["late", "bus", "🛸"]
    assert list(now.marker.symbol) == ["diamond", "circle", "diamond"]
    assert drift.tokens_words(one) == "Rising: '🛸'; Falling: 'late'."


def test_without_data_each_chart_says_why() -> None:
    bare = feature(n=0, bins=(), verdict=Verdict.FEW)

    for drawn in (drift.ranking([]), drift.series(bare), drift.distributions(bare), drift.tokens(bare)):
        assert not drawn.data
        assert drawn.layout.annotations[0].text
