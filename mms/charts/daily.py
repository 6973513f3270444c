"""Answers a day: a small bar chart."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from mms.charts.theme import OKABE_ITO, bare, empty

_TITLE = "Answers a day"


def figure(daily: Sequence[tuple[date, int]]) -> go.Figure:
    """One bar a day (UTC)."""
    if not any(count for _, count in daily):
        return empty(_TITLE, "no answers in these days")
    drawn = bare(_TITLE, height=180)
    drawn.add_bar(
        x=[day for day, _ in daily], y=[count for _, count in daily], marker_color=OKABE_ITO[0], name="answers"
    )
    drawn.update_layout(showlegend=False)
    return drawn
