"""Which models agree: a map of every pair."""

import numpy as np
import plotly.graph_objects as go

from mms.charts.theme import bare, empty
from mms.domain.agreement import Agreement, Pairing

_TITLE = "Agreement"
_SCALE = ((0.0, "#E3EEF6"), (1.0, "#0072B2"))


def least_alike(info: Agreement) -> Pairing | None:
    """The pair that errs together least, or whose residuals go together least."""
    return min(info.pairs, key=lambda p: p.agreement if p.both_wrong is None else p.both_wrong, default=None)


def words(info: Agreement) -> str:
    """The finding in one sentence: which pair complements each other."""
    pair = least_alike(info)
    if pair is None:
        return "There are not two models to compare."
    names = {model.id: f"v{model.version}" for model in info.models}
    one, other = names[pair.one], names[pair.other]
    if pair.both_wrong is None:
        return f"The residuals of {one} and {other} go together least (correlation {pair.agreement:.2f})."
    return (
        f"{one} and {other} complement each other most: {one} errs on {info.errors[pair.one]:.1%} of the rows and "
        f"{other} on {info.errors[pair.other]:.1%}, but both on {pair.both_wrong:.1%} only."
    )


def figure(info: Agreement) -> go.Figure:
    """One cell a pair; the lighter, the less the two go together."""
    if not info.pairs:
        return empty(_TITLE, words(info))
    names = [f"v{model.version}" for model in info.models]
    place = {model.id: i for i, model in enumerate(info.models)}
    cells = np.full((len(names), len(names)), np.nan)
    hover = np.full((len(names), len(names)), "", dtype=object)
    for pair in info.pairs:
        for i, j in ((place[pair.one], place[pair.other]), (place[pair.other], place[pair.one])):
            cells[i, j], hover[i, j] = pair.agreement, _hover(names[i], names[j], pair)
    drawn = bare(_TITLE if not info.of_numbers else "Correlation of residuals", height=max(260, 90 + 34 * len(names)))
    drawn.add_heatmap(
        z=cells, x=names, y=names, customdata=hover, zmax=1, zmin=min(0.0, float(np.nanmin(cells))),
        colorscale=_SCALE, texttemplate="%{z:.2f}", hovertemplate="%{customdata}<extra></extra>", xgap=2, ygap=2,
        hoverongaps=False, colorbar={"title": "residuals" if info.of_numbers else "same label", "thickness": 12},
    )  # fmt: skip
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(type="category", autorange="reversed")
    return drawn


def _hover(one: str, other: str, pair: Pairing) -> str:
    if pair.both_wrong is None:
        return f"{one} and {other}: residuals correlate {pair.agreement:.2f}"
    return f"{one} and {other}: same label on {pair.agreement:.1%} of the rows, both wrong on {pair.both_wrong:.1%}"
