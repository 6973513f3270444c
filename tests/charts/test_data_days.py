"""Rows and labels per day: what is counted, said and drawn."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from mms.charts.data_days import figure, info

MARCH = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3)]


def frame() -> pd.DataFrame:
    """Out of order, as a store may give it."""
    return pd.DataFrame({"day": [MARCH[2], MARCH[0], MARCH[1]], "rows": [10, 30, 20], "labelled": [0, 30, 15]})


def test_days_are_in_order_and_split_into_labelled_and_not() -> None:
    days = info(frame(), {})

    assert days.days == tuple(MARCH)
    assert np.array_equal(days.labelled, [30, 15, 0])
    assert np.array_equal(days.waiting, [0, 5, 10])
    assert days.words == "60 rows from 1 March 2026 to 3 March 2026, 75 % of them labelled."


def test_bars_stack_and_each_snapshot_is_marked_where_it_ends() -> None:
    drawn = figure(info(frame(), {"snapshot 1": MARCH[1]}))

    labelled, waiting = drawn.data
    assert list(labelled.y) == [30, 15, 0]
    assert list(waiting.y) == [0, 5, 10]
    assert drawn.layout.barmode == "stack"
    assert [(note.text, note.x) for note in drawn.layout.annotations] == [("snapshot 1", MARCH[1])]


def test_no_days_give_a_titled_empty_figure_and_say_why() -> None:
    days = info(frame().iloc[:0], {})

    assert "no day to show" in days.words
    assert figure(days).data == ()


def test_of_several_snapshots_the_later_ones_bear_their_number_so_that_names_stay_apart() -> None:
    drawn = figure(info(frame(), {"snapshot 2": MARCH[1], "snapshot 1": MARCH[0]}))

    assert [note.text for note in drawn.layout.annotations] == ["snapshot 1", "2"]
    assert [line.name for line in drawn.layout.shapes] == ["snapshot 1", "snapshot 2"]
