"""Models over one another: weights, thresholds and missed classes, each in its own colour."""

import numpy as np
import pandas as pd
import pytest

from mms.charts import class_errors, thresholds, weights
from mms.charts.confusion import ConfusionInfo
from mms.charts.theme import POINTS, colours_of
from mms.domain.thresholds import Costs, Flags

COLOURS = colours_of([1, 2])


def table(**heavy: float) -> pd.DataFrame:
    return pd.DataFrame({"feature": list(heavy), "mean": list(heavy.values()), "sd": [0.5, np.nan][: len(heavy)]})


def test_weights_are_shares_so_that_scales_of_algorithms_do_not_matter() -> None:
    tree, line = weights.shares_of(1, "v1", table(x=0.6, y=0.2)), weights.shares_of(2, "v2", table(x=-20.0, y=80.0))

    assert tree.by_column == {"x": pytest.approx((0.75, 0.625)), "y": pytest.approx((0.25, 0.0))}
    assert line.by_column["x"][0] == 0.2
    assert weights.words([tree, line]) == "x weighs most in v1; y weighs most in v2."
    drawn = weights.figure([tree, line], COLOURS, "share")
    assert [list(trace.x) for trace in drawn.data] == [pytest.approx([0.25, 0.75]), pytest.approx([0.8, 0.2])]
    assert len({trace.marker.color for trace in drawn.data}) == 2


def test_models_without_weights_are_said_and_not_drawn() -> None:
    nothing = weights.shares_of(1, "v1", table())

    assert weights.words([nothing]) == "None of these models tells weights."
    assert weights.figure([nothing], COLOURS, "share").layout.annotations[0].text == weights.words([nothing])


def test_losses_of_one_metric_have_its_unit() -> None:
    rows = pd.DataFrame({"metric": ["f1", "auc"], "column": ["x", "x"], "drop": [0.1, 0.3], "sd": [0.01, 0.02]})

    assert weights.losses_of(1, "v1", rows, "auc").by_column == {"x": (0.3, 0.02)}


def a_threshold(model_id: int, better: int) -> thresholds.ThresholdInfo:
    """Of 100 rows; the higher the threshold, the fewer flags."""
    flags = tuple(Flags(t, 50 - i + better, 40 - 4 * i, i, 10 + 4 * i) for i, t in enumerate((0.0, 0.25, 0.5, 0.75)))
    return thresholds.ThresholdInfo(model_id, f"v{model_id}", "yes", flags, {})


@pytest.mark.parametrize("rate", ["cost", "f1", "precision", "recall", "queue_rate"])
def test_thresholds_of_two_models_are_two_lines_with_their_cheapest_marked(rate: str) -> None:
    infos, costs = [a_threshold(1, 0), a_threshold(2, 5)], Costs(1, 5)

    drawn = thresholds.overlay(infos, COLOURS, rate, costs)

    assert [trace.mode for trace in drawn.data] == ["lines", "markers"] * 2
    for info, star in zip(infos, drawn.data[1::2], strict=True):
        best = info.cheapest(costs)
        assert star.x == (best.threshold,)
        assert star.y[0] == pytest.approx(best.cost(costs) if rate == "cost" else getattr(best, rate))
    assert thresholds.words_of_several(infos, costs).startswith("At its cheapest threshold, errors cost: v")


def test_thresholds_of_twenty_models_send_few_points() -> None:
    flags = tuple(Flags(i / 1000, 1000 - i, 1000 - i, i, i) for i in range(1001))
    infos = [thresholds.ThresholdInfo(i, f"v{i}", "yes", flags, {}) for i in range(20)]

    drawn = thresholds.overlay(infos, colours_of(list(range(20))), "cost", Costs())

    assert 1_900 < sum(len(trace.x) for trace in drawn.data) <= POINTS


def test_missed_classes_are_shares_of_each_class() -> None:
    one = ConfusionInfo(("a", "b", "c"), np.array([[8, 2, 0], [0, 10, 0], [0, 0, 0]]))
    other = ConfusionInfo(("a", "b", "c"), np.array([[10, 0, 0], [5, 5, 0], [0, 0, 0]]))

    drawn = class_errors.overlay({1: one, 2: other}, {1: "v1", 2: "v2"}, COLOURS)

    assert [dict(zip(t.y, t.x, strict=True)) for t in drawn.data] == [
        {"a": pytest.approx(0.2), "b": 0}, {"a": 0, "b": pytest.approx(0.5)},
    ]  # fmt: skip
    assert class_errors.words_of_several({"v1": one, "v2": other}) == (
        "b is missed most: v2 gives 50% of its rows another answer."
    )
    assert class_errors.words_of_several({}) == "There are no answered rows to count."
