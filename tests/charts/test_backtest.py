"""Policies against their retrainings, and their scores over time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mms.charts import backtest as chart
from mms.charts.theme import GREY, POINTS
from mms.domain.backtests import EVERY, NEVER, Chance, Replayed, Replays, Retrained, headline

START = datetime(2026, 1, 5, tzinfo=UTC)
WEEKS = tuple(START + timedelta(days=7 * i) for i in range(6))


def a_policy(name: str, value: float | None, count: int, *, is_control: bool = False) -> Replayed:
    """Retrained at the beginnings of the first weeks."""
    retrained = tuple(Retrained(at, "it was time") for at in WEEKS[1 : count + 1])
    low, high = (None, None) if value is None else (value - 0.02, value + 0.02)
    return Replayed(name, is_control, retrained, value, low, high, (value,) * len(WEEKS))


REPLAYS = Replays(
    metric="accuracy",
    label="Accuracy",
    greater_is_better=True,
    periods=WEEKS,
    policies=(
        a_policy(NEVER, 0.7, 0, is_control=True),
        a_policy(EVERY, 0.8, 5, is_control=True),
        a_policy("decay", 0.79, 2),
        Replayed("drift", False, note="drift is not replayed", is_replayed=False),
    ),
    chances=(Chance(2, 0.74, 0.71, 0.77), Chance(4, 0.78, 0.76, 0.8)),
    draws=100,
    answers=600,
)


def test_each_policy_is_a_point_and_the_controls_are_grey_and_hollow() -> None:
    drawn = chart.figure(REPLAYS)

    traces = {trace.name: trace for trace in drawn.data}
    assert list(traces["controls, by the clock"].x) == [0, 5]
    assert (traces["controls, by the clock"].marker.color, traces["controls, by the clock"].marker.symbol) == (
        GREY,
        "circle-open",
    )
    assert (list(traces["decay"].x), list(traces["decay"].y)) == ([2], [0.79])
    assert traces["decay"].marker.color != GREY
    assert list(traces["at random (median, middle 90 %)"].y) == [0.74, 0.78]
    assert "drift" not in traces
    assert chart.words(REPLAYS) == (
        "Accuracy of 3 policies against their retrainings: never gives 0.700 with 0, the best is every period with "
        "0.800 and 5."
    )


def test_a_line_over_time_bears_its_retrainings() -> None:
    drawn = chart.over_time(REPLAYS, ["decay", "drift"])

    line, marks = drawn.data
    assert (line.name, len(line.x), list(marks.x)) == ("decay", 6, list(WEEKS[1:3]))
    assert sum(len(trace.x) for trace in drawn.data) <= POINTS
    assert "decay 0.790" in chart.over_time_words(REPLAYS, ["decay"])


def test_nothing_to_draw_says_why() -> None:
    nothing = replace(REPLAYS, policies=(a_policy(NEVER, None, 0, is_control=True), a_policy(EVERY, None, 5)))

    assert "No policy determines Accuracy" in chart.words(nothing)
    assert chart.figure(nothing).layout.annotations[0].text == chart.words(nothing)
    assert "No policy is chosen" in chart.over_time_words(REPLAYS, [])
    assert not chart.over_time(REPLAYS, []).data


def test_the_sentence_names_both_ends_and_the_best_rule() -> None:
    assert headline(REPLAYS) == (
        "Accuracy: 0.700 without retraining, 0.800 with 5 retrainings, one a period; decay gives 0.790 with 2."
    )
