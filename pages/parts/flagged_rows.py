"""The rows behind a point of a curve: those flagged at its threshold, or ranked within its share of the rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from mms.domain.markdown import as_text
from mms.domain.models import Model
from pages.parts.rows_behind import rows_behind
from pages.parts.scored_rows import out_of_fold


def curve_with_rows(
    figure: go.Figure, finding: str, key: str, models: Sequence[Model], class_name: str, *, by_share: bool = False
) -> None:
    """A chart of curves whose points open the rows that are flagged there. by_share: points are shares of the rows."""
    event = st.plotly_chart(figure, alt=finding, key=key, on_select="rerun", selection_mode="points")
    st.caption(f"{as_text(finding)} Select a point of a curve to see the rows flagged there.")
    picked = picks(figure, event)
    for model in models:
        if model.id not in picked:
            continue
        oof = out_of_fold(model)
        score = oof[f"p_{model.signature.classes.index(class_name)}"].to_numpy(float)
        at = threshold_of_share(score, picked[model.id]) if by_share else picked[model.id]
        rows = oof.loc[score >= at, "row"].tolist()
        said = (
            f"{model.ranked.name} flags {len(rows):,} of {len(oof):,} rows"
            if rows
            else f"{model.ranked.name} flags no row"
        )
        where = f"at a threshold of {at:.3f}" if np.isfinite(at) else "at that point"
        st.markdown(as_text(f"{said} as {class_name} {where}."))
        rows_behind(model, rows, f"{key}_{model.id}")


def picks(figure: go.Figure, event: Any) -> dict[int, float]:
    """Model -> the pick of its selected point, of several the first."""
    found: dict[int, float] = {}
    for point in event["selection"]["points"]:
        model_id = figure.data[point["curve_number"]].meta
        if model_id is not None:
            pick = point.get("customdata")
            found.setdefault(model_id, np.inf if pick is None else float(pick))  # JSON has no infinity
    return found


def threshold_of_share(score: np.ndarray, share: float) -> float:
    """The score of the last row among this share of the best-scored ones; infinite where that is no row."""
    count = round(share * len(score))
    return float(np.sort(score)[len(score) - count]) if count else np.inf
