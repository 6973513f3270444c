"""Curves of many models in one picture."""

import numpy as np

from mms.charts.curves import Curve, add_curves
from mms.charts.theme import POINTS, bare, colours_of


def test_of_many_models_the_legend_gets_room_of_its_own_and_the_points_stay_few() -> None:
    line = np.linspace(0, 1, 500)
    curve = Curve(line, line, line[:101], line[:101], line[:101])
    one, few, many = bare("ROC"), bare("ROC"), bare("ROC")

    add_curves(one, {0: ("v0", curve)}, colours_of(range(1)))
    add_curves(few, {i: (f"v{i}", curve) for i in range(3)}, colours_of(range(3)))
    add_curves(many, {i: (f"v{i}", curve) for i in range(20)}, colours_of(range(20)))

    assert one.layout.height == bare("ROC").layout.height
    for drawn in (few, many):
        assert drawn.layout.height - drawn.layout.margin.b >= one.layout.height - 60
    assert [trace.name for trace in few.data if trace.showlegend is not False] == ["folds ± 1 sd", "v0", "v1", "v2"]
    assert many.layout.margin.b >= 20 * 20
    assert many.layout.legend.orientation == "v"
    assert sum(len(trace.x) for trace in many.data) <= POINTS
    assert not many.layout.yaxis.automargin


def test_points_of_a_curve_ask_for_their_threshold_and_show_only_when_chosen() -> None:
    line = np.linspace(0, 1, 5)
    curve = Curve(line, line, line, line, line, 1 - line)
    drawn = bare("", "", "")

    add_curves(drawn, {7: ("v7", curve)}, {7: "#000000"})

    (trace,) = (trace for trace in drawn.data if trace.name == "v7")
    assert (trace.meta, list(trace.customdata)) == (7, [1.0, 0.75, 0.5, 0.25, 0.0])
    assert trace.marker.opacity == 0
    assert trace.selected.marker.opacity == 1
