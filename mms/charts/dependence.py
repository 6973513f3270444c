"""Partial dependence: the mean answer as one column changes, its band, and some rows one by one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.theme import GREY, bare, empty, faded


@dataclass(frozen=True, slots=True)
class DependenceInfo:
    """One column's places and the answers there. is_number: the places are numbers (else texts, in order of frequency).

    answer: what is answered, in words. low, high: a tenth and nine tenths of the rows. lines: (rows, places).
    """

    name: str
    column: str
    answer: str
    is_number: bool
    places: tuple[str, ...]
    numbers: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    lines: np.ndarray


def dependence_of(name: str, column: str, answer: str, tables: dict[str, pd.DataFrame]) -> DependenceInfo:
    """Of the tables of the diagnostic partial dependence."""
    average = tables["average"]
    wide = tables["lines"].pivot_table(index="line", columns="place", values="answer")
    return DependenceInfo(
        name,
        column,
        answer,
        bool(average["number"].notna().all()),
        tuple(average["value"]),
        average["number"].to_numpy(float),
        average["mean"].to_numpy(float),
        average["low"].to_numpy(float),
        average["high"].to_numpy(float),
        wide.to_numpy(float),
    )


def words(info: DependenceInfo) -> str:
    """The finding in one sentence."""
    least, most = int(info.mean.argmin()), int(info.mean.argmax())
    low, high = info.mean[least], info.mean[most]
    if high - low <= 1e-12 * max(abs(high), 1.0):
        return f"{info.answer} of {info.name} does not change with {info.column}: it stays at {high:.3g}."
    return (
        f"With {info.column} at {info.places[least]} the mean {info.answer} of {info.name} is {low:.3g}, "
        f"at {info.places[most]} it is {high:.3g}; every other column stays as it is."
    )


def figure(info: DependenceInfo, colour: str, *, is_time: bool = False) -> go.Figure:
    """The mean, thick; the band of the rows; single rows, thin. is_time: numbers are seconds since 1970."""
    if not len(info.mean):
        return empty(f"What {info.column} does", "There are no places to try.")
    drawn = bare(f"What {info.column} does to the answer", info.column, info.answer)
    x = pd.to_datetime(info.numbers, unit="s") if is_time else info.numbers if info.is_number else list(info.places)
    mode = "lines" if info.is_number else "lines+markers"
    for line in info.lines:
        drawn.add_scatter(
            x=x, y=line, mode="lines", line={"color": GREY, "width": 0.7}, opacity=0.4, showlegend=False,
            hoverinfo="skip",
        )  # fmt: skip
    quiet = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    drawn.add_scatter(x=x, y=info.high, showlegend=False, **quiet)
    drawn.add_scatter(x=x, y=info.low, name="8 of 10 rows", fill="tonexty", fillcolor=faded(colour, 0.18), **quiet)
    drawn.add_scatter(x=x, y=info.mean, mode=mode, name="mean", line={"color": colour, "width": 3})
    if not info.is_number:
        drawn.update_xaxes(type="category")
    return drawn
