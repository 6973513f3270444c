from xml.etree import ElementTree

import pytest

from mms.reports.bars import bars

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("values", "shares"), [([0, 5, 10], [0.5, 1]), ([0, 0], []), ([3], [1]), ([1, 1, 1, 1], [1, 1, 1, 1])]
)
def test_bars_are_as_high_as_their_values_and_stand_on_one_line(values: list[float], shares: list[float]) -> None:
    drawn = ElementTree.fromstring(bars(values, "<first>", "last"))

    rects = drawn.findall(f"{SVG}rect")
    highest = max((float(rect.attrib["height"]) for rect in rects), default=1.0)
    assert [float(rect.attrib["height"]) / highest for rect in rects] == pytest.approx(shares)
    feet = {round(float(rect.attrib["y"]) + float(rect.attrib["height"]), 2) for rect in rects}
    assert len(feet) <= 1
    assert [text.text for text in drawn.findall(f"{SVG}text")] == ["<first>", "last"]
