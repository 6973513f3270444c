"""What each feature did to one answer: bars to the right and to the left."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mms.charts.theme import OKABE_ITO, as_written, bare, empty
from mms.domain.what_if import Effect

SHOWN = 20
"""Bars of one chart."""

_TITLE = "What each feature did to the answer"


def words(effects: Sequence[Effect], output: str) -> str:
    """The finding in one sentence. effects: greatest first."""
    moved = [one for one in effects if one.effect]
    if not moved:
        return f"No feature moves {output}: with other values of any one of them the answer is the same."
    most = moved[0]
    verb = "raises" if most.effect > 0 else "lowers"
    return f"{most.feature} moves {output} most: it {verb} it by {abs(most.effect):.3g} against other rows' values."


def figure(effects: Sequence[Effect], output: str) -> go.Figure:
    """The `SHOWN` greatest effects with their spread, the greatest on top."""
    shown = [one for one in effects if one.effect][:SHOWN][::-1]
    if not shown:
        return empty(_TITLE, words(effects, output))
    drawn = bare(_TITLE, x=f"effect on {output}", height=120 + 28 * len(shown))
    drawn.add_bar(
        x=[one.effect for one in shown],
        y=[as_written(one.feature) for one in shown],
        orientation="h",
        marker_color=[OKABE_ITO[0] if one.effect > 0 else OKABE_ITO[1] for one in shown],
        error_x={"type": "data", "array": [one.spread for one in shown], "thickness": 1},
        name=output,
    )
    drawn.update_layout(showlegend=False)
    return drawn
