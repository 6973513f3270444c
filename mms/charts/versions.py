"""False positives and false negatives of a project's versions, in the order in which they were made."""

import plotly.graph_objects as go

from mms.charts.theme import OKABE_ITO, bare, empty
from mms.domain.versions import VersionHistory, history_words

_BLUE, _ORANGE = OKABE_ITO[0], OKABE_ITO[1]


def figure(history: VersionHistory) -> go.Figure:
    """One place a version, left to right; circles are false positives, diamonds false negatives."""
    title = f"Errors by version, class {history.class_name}"
    if not history.versions or not history.rows:
        return empty(title, history_words(history))
    drawn = bare(title, "version", f"rows of {history.rows:,}")
    for name, field, colour, symbol, dash in (
        ("false positives", "false_positives", _ORANGE, "circle", "solid"),
        ("false negatives", "false_negatives", _BLUE, "diamond", "dot"),
    ):
        drawn.add_scatter(
            x=[f"v{one.version}" for one in history.versions], y=[getattr(one, field) for one in history.versions],
            customdata=[[one.model_id, one.name] for one in history.versions], mode="lines+markers", name=name,
            line={"color": colour, "dash": dash}, marker={"size": 9, "symbol": symbol},
            hovertemplate=f"%{{customdata[1]}}: %{{y:,}} {name}<extra></extra>",
        )  # fmt: skip
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(rangemode="tozero")
    return drawn
