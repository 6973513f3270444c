"""Rows and labels per day, with the end of each snapshot marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.theme import GREY, OKABE_ITO, bare, empty

TITLE = "Rows and labels per day"


@dataclass(frozen=True, slots=True)
class DataDays:
    """days: in order, at midnight UTC; labelled, waiting: rows of each day. marks: snapshot's name -> its end."""

    days: tuple[datetime, ...]
    labelled: np.ndarray
    waiting: np.ndarray
    marks: Mapping[str, datetime]

    @property
    def words(self) -> str:
        """The finding in one sentence."""
        if not self.days:
            return "There is no day to show: the instance table has no prediction time, or no rows."
        rows, labels = int(self.labelled.sum() + self.waiting.sum()), int(self.labelled.sum())
        share = f"{100 * labels / rows:.0f} % of them labelled" if rows else "none labelled"
        return f"{rows:,} rows from {self.days[0]:%-d %B %Y} to {self.days[-1]:%-d %B %Y}, {share}."


def info(frame: pd.DataFrame, marks: Mapping[str, datetime]) -> DataDays:
    """From a frame with columns day, rows, labelled."""
    ordered = frame.sort_values("day")
    labelled = ordered["labelled"].to_numpy(dtype=np.int64)
    days = tuple(pd.Timestamp(day).to_pydatetime() for day in ordered["day"])
    return DataDays(days, labelled, ordered["rows"].to_numpy(dtype=np.int64) - labelled, dict(marks))


def figure(days: DataDays) -> go.Figure:
    """Stacked bars a day; a dashed line where each snapshot ends."""
    if not days.days:
        return empty(TITLE, days.words)
    drawn = bare(TITLE, y="rows", height=300)
    drawn.add_bar(x=list(days.days), y=days.labelled, name="labelled", marker={"color": OKABE_ITO[0]})
    drawn.add_bar(x=list(days.days), y=days.waiting, name="without a label", marker={"color": OKABE_ITO[1]})
    drawn.update_layout(barmode="stack", bargap=0.1)
    for k, (name, end) in enumerate(sorted(days.marks.items(), key=lambda mark: mark[1])):
        short = name.removeprefix("snapshot ") if k else name  # of many, whole names would cover one another
        drawn.add_shape(
            type="line", x0=end, x1=end, y0=0, y1=1, yref="paper", line={"color": GREY, "dash": "dash"}, name=name
        )
        drawn.add_annotation(x=end, y=1, yref="paper", text=short, showarrow=False, xanchor="right", yanchor="bottom")
    return drawn
