"""Errors by version as lines."""

from mms.charts.versions import figure
from mms.domain.versions import VersionErrors, VersionHistory

TWO = (VersionErrors(7, 1, "v1 tree", 80, 20), VersionErrors(9, 3, "v3 svc", 40, 25))


def test_each_version_is_a_place_in_order_and_leads_to_its_model() -> None:
    wrongly, missed = figure(VersionHistory("late", 1200, 300, TWO)).data

    assert (list(wrongly.x), list(wrongly.y), list(missed.y)) == (["v1", "v3"], [80, 40], [20, 25])
    assert [point[0] for point in wrongly.customdata] == [7, 9]
    assert (wrongly.marker.symbol, missed.marker.symbol) == ("circle", "diamond")


def test_without_shared_rows_nothing_is_drawn() -> None:
    assert not figure(VersionHistory("late", 0, 0, TWO)).data
