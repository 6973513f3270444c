"""Error slices: how often a model errs in each, beside how often it errs overall."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mms.charts.theme import GREY, as_written, bare, empty, faded


@dataclass(frozen=True, slots=True)
class SlicesInfo:
    """Rules, worst first, with their rows, mean error and its 95 % interval; share: of all error.

    overall, n: error and number of all rows. is_share: the error is a share of rows; else in units of the target.
    """

    name: str
    rules: tuple[str, ...]
    counts: tuple[int, ...]
    error: np.ndarray
    low: np.ndarray
    high: np.ndarray
    share: np.ndarray
    overall: float
    n: int
    is_share: bool

    def is_worse(self, i: int) -> bool:
        """Whether the interval of a slice lies above the error of all rows."""
        return bool(self.low[i] > self.overall)


def slices_of(name: str, tables: dict[str, pd.DataFrame], *, is_share: bool) -> SlicesInfo:
    """Of the tables of the diagnostic error slices."""
    table, overall = tables["slices"], tables["overall"].iloc[0]
    error, low, high, share = (table[column].to_numpy(float) for column in ("error", "low", "high", "share"))
    counts = tuple(int(n) for n in table["n"])
    return SlicesInfo(
        name,
        tuple(table["rule"]),
        counts,
        error,
        low,
        high,
        share,
        float(overall["error"]),
        int(overall["n"]),
        is_share,
    )


def words(info: SlicesInfo) -> str:
    """The finding in one sentence."""
    if not info.n or (not info.rules and not info.overall):
        return f"{info.name} makes no error to look for." if info.n else "There are too few rows to look for slices."
    whole = amount(info, info.overall)
    surely = [i for i in range(len(info.rules)) if info.is_worse(i)]
    if not surely:
        return f"{info.name} errs alike everywhere: no rule found rows that are surely worse than all ({whole})."
    i = surely[0]
    error, rows = amount(info, info.error[i]), f"{info.counts[i]:,} rows"
    said = f"answers {error} of {rows} wrongly" if info.is_share else f"is off by {error} on average over {rows}"
    there = f"{info.share[i]:.0%} of all its error lies there"
    return f"Where {info.rules[i]}, {info.name} {said}, overall {whole}; {there}."


def figure(info: SlicesInfo, colour: str) -> go.Figure:
    """One dot with its interval a slice, worst on top, and the line of all rows."""
    title = "Where it errs"
    if not info.rules:
        return empty(title, words(info))
    drawn = bare(
        title, "share answered wrongly" if info.is_share else "mean size of the error", "", 110 + 34 * len(info.rules)
    )
    labels = [f"{as_written(_short(rule))} ({n:,})" for rule, n in zip(info.rules, info.counts, strict=True)]
    drawn.add_scatter(
        x=info.error, y=labels, mode="markers", name="slice, 95 %", marker={"color": colour, "size": 10},
        error_x={
            "type": "data", "symmetric": False, "array": info.high - info.error, "arrayminus": info.error - info.low,
            "color": faded(colour, 0.7),
        },
        customdata=[as_written(rule) for rule in info.rules], hovertemplate="%{customdata}: %{x:.3g}<extra></extra>",
    )  # fmt: skip
    drawn.add_vline(
        x=info.overall, line={"color": GREY, "dash": "dot"}, annotation_text=f"all {amount(info, info.overall)}"
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    return drawn


def amount(info: SlicesInfo, error: float) -> str:
    """An error in words: '12.3 %', or '0.53' in units of the target."""
    return f"{error:.1%}" if info.is_share else f"{error:,.3g}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
