"""The domain classifier: whether a period's rows can be told from those that were learnt from, and by which columns."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from mms.charts.theme import OKABE_ITO, bare, empty

_SHOWN = 15


@dataclass(frozen=True, slots=True)
class ApartInfo:
    """auc over limit: the rows differ. culprits: (column, drop of the AUC when it is shuffled, spread), by the drop."""

    auc: float
    limit: float
    rows: tuple[int, int]
    culprits: tuple[tuple[str, float, float], ...]

    @property
    def apart(self) -> bool:
        """Whether the rows surely differ."""
        return self.auc > self.limit


def apart_of(verdict: pd.DataFrame, columns: pd.DataFrame) -> ApartInfo:
    """From the tables of `mms.ml.monitoring.domain_classifier`."""
    one = verdict.iloc[0]
    told = columns[columns["drop"] > 0].head(_SHOWN)
    culprits = tuple(zip(told["column"].astype(str), told["drop"].astype(float), told["sd"].astype(float), strict=True))
    rows = (int(one["reference_rows"]), int(one["current_rows"]))
    return ApartInfo(float(one["auc"]), float(one["limit"]), rows, culprits)


def words(info: ApartInfo) -> str:
    """The finding in one sentence."""
    of = f"{info.rows[1]:,} rows of the period and {info.rows[0]:,} that were learnt from"
    if not info.apart:
        return f"No drift together: a classifier cannot surely tell {of} (AUC {info.auc:.2f}, limit {info.limit:.2f})."
    names = ", ".join(f"'{name}'" for name, *_ in info.culprits[:3])
    by = f", mostly by {names}" if names else ""
    return f"Drift: a classifier tells {of} (AUC {info.auc:.2f}, limit {info.limit:.2f}){by}."


def figure(info: ApartInfo) -> go.Figure:
    """One bar a column: what the AUC loses when it is shuffled."""
    if not info.culprits:
        return empty("What tells them apart", words(info))
    ordered = info.culprits[::-1]
    drawn = bare("What tells them apart", "AUC lost when the column is shuffled", height=110 + 26 * len(ordered))
    drawn.add_bar(
        x=[drop for _, drop, _ in ordered], y=[name for name, *_ in ordered], orientation="h",
        marker={"color": OKABE_ITO[0]}, error_x={"type": "data", "array": [sd for *_, sd in ordered]},
        hovertemplate="%{y}: %{x:.3f}<extra></extra>",
    )  # fmt: skip
    drawn.update_yaxes(type="category")
    return drawn
