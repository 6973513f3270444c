"""Clusters in the plane of the first two principal components."""

import numpy as np
import plotly.graph_objects as go

from mms.charts.theme import GREY, OKABE_ITO, bare, empty
from mms.domain.clusterings import NOISE, Structure

_TITLE = "Rows in the plane that shows most"
_SYMBOLS = ("circle", "diamond", "square", "cross")
"""Beyond six clusters colours repeat; the symbol tells those of one colour apart."""


def words(structure: Structure) -> str:
    """The finding in one sentence."""
    count = len(structure.clusters)
    if not structure.points:
        return "There is nothing to draw."
    apart = "" if structure.silhouette is None else f" (mean silhouette {structure.silhouette:.2f})"
    noise = f"; {structure.noise:,} rows belong to none" if structure.noise else ""
    return (
        f"{count} {'cluster' if count == 1 else 'clusters'}, {structure.separation}{apart}{noise}. "
        f"The plane shows {structure.spread:.0%} of the spread of the features, so clusters may overlap here that "
        "do not elsewhere."
    )


def figure(structure: Structure) -> go.Figure:
    """A sample of the rows, one trace a cluster."""
    if not structure.points:
        return empty(_TITLE, words(structure))
    drawn = bare(_TITLE, "first component", "second component", height=420)
    points = np.array(structure.points)
    names = {cluster.number: cluster.name for cluster in structure.clusters} | {NOISE: "none"}
    for number, name in sorted(names.items()):
        own = points[points[:, 2] == number]
        if not len(own):
            continue
        drawn.add_scattergl(
            x=own[:, 0], y=own[:, 1], mode="markers", name=name, hovertemplate=f"{name}<extra></extra>",
            marker={
                "color": GREY if number == NOISE else OKABE_ITO[number % len(OKABE_ITO)], "size": 5, "opacity": 0.7,
                "symbol": "x-thin-open" if number == NOISE else _SYMBOLS[number // len(OKABE_ITO) % len(_SYMBOLS)],
            },
        )  # fmt: skip
    return drawn
