"""Calibration: what was said against what came true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.curves import BANDS, best_first
from mms.charts.theme import GREY, bare, dash_of, empty


@dataclass(frozen=True, slots=True)
class CalibrationInfo:
    """said, true, low, high, rows: (bins,) mean probability, share that came true, its 95 % interval, rows.

    ends: (bins, 2) the least and the greatest probability in each.
    brier: mean squared distance of probability and outcome, with its spread over folds; constant: that of always saying
    the share. error: mean distance of said and true, weighted by rows.
    """

    model_id: int
    name: str
    class_name: str
    said: np.ndarray
    true: np.ndarray
    low: np.ndarray
    high: np.ndarray
    rows: np.ndarray
    ends: np.ndarray
    brier: float
    brier_sd: float
    constant: float
    error: float


def calibration_of(model_id: int, name: str, tables: Mapping[str, pd.DataFrame]) -> CalibrationInfo:
    """From the tables of the diagnostic."""
    (summary,), bins = tables["summary"].to_dict("records"), tables["bins"]
    said, true, low, high, rows = (bins[name].to_numpy(float) for name in ("said", "true", "low", "high", "rows"))
    brier, sd, constant, error = (float(summary[key]) for key in ("brier", "brier_sd", "constant", "error"))
    ends = bins[["from", "to"]].to_numpy(float)
    return CalibrationInfo(
        model_id, name, summary["class"], said, true, low, high, rows, ends, brier, sd, constant, error
    )


def words(infos: Sequence[CalibrationInfo]) -> str:
    """The finding in one sentence: the Brier score, and where probabilities are off."""
    if not infos:
        return "There are no probabilities to judge."
    best, others = best_first(infos, [-info.brier for info in infos])
    others = others.replace(" -", " ")
    score = f"Brier score {best.brier:.3f} ± {best.brier_sd:.3f}, lower is better{others}"
    worse = (
        "; always saying the share gives" if best.brier < best.constant else ", no better than always saying the share,"
    )
    start = f"The probabilities of {best.name} are off by {best.error:.3f} on average"
    return f"{start} ({score}{worse} {best.constant:.3f}).{_worst(best) if len(infos) == 1 else ''}"


def figure(infos: Sequence[CalibrationInfo], colours: Mapping[int, str]) -> go.Figure:
    """One line of dots a model, on the diagonal where probabilities come true; intervals where there are few models.
    The custom data of a dot: its model's id, the ends of its bin, its rows.
    """
    if not infos:
        return empty("Calibration", words(infos))
    drawn = bare(f"Calibration, class {infos[0].class_name}", "probability that was said", "share that came true")
    drawn.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="as said", line={"color": GREY, "dash": "dot"}, hoverinfo="skip"
    )
    for info in infos:
        interval = {"array": info.high - info.true, "arrayminus": info.true - info.low, "thickness": 1, "width": 3}
        drawn.add_scatter(
            x=info.said, y=info.true, mode="lines+markers", name=f"{info.name}, Brier {info.brier:.3f}",
            error_y=interval if len(infos) <= BANDS else None, customdata=_behind(info),
            line={"color": colours[info.model_id], "dash": dash_of(info.model_id, colours)},
            hovertemplate="said %{x:.1%}, came true %{y:.1%} (%{customdata[3]:,} rows)<extra></extra>",
        )  # fmt: skip
    drawn.update_xaxes(range=[0, 1])
    drawn.update_yaxes(range=[0, 1.01])
    return drawn


def _behind(info: CalibrationInfo) -> np.ndarray:
    return np.column_stack([np.full(len(info.rows), info.model_id), info.ends, info.rows])


def _worst(info: CalibrationInfo) -> str:
    """The bin that is surely off by most, if one is: the diagonal lies outside its interval."""
    off = np.where((info.said < info.low) | (info.said > info.high), np.abs(info.true - info.said), 0.0)
    if not off.any():
        return " Nowhere is it surely off."
    at = int(off.argmax())
    return f" Where it says {info.said[at]:.0%}, {info.true[at]:.0%} come true ({info.rows[at]:,.0f} rows)."
