"""A score by the random sample beside the same by labels that came by themselves, each with its band."""

from dataclasses import dataclass

import plotly.graph_objects as go

from mms.charts.theme import GREY, OKABE_ITO, bare, empty
from mms.domain.buckets import Estimate
from mms.domain.label_estimates import SampleEstimate
from mms.domain.scores import METRICS

_NAMES = ("random sample", "came by themselves")
_MARKS = ((OKABE_ITO[0], "circle"), (GREY, "diamond-open"))


@dataclass(frozen=True, slots=True)
class ScoresInfo:
    """Both estimates in natural units, None where none is known. finding: in words."""

    label: str
    estimates: tuple[Estimate | None, Estimate | None]
    finding: str


def scores_of(found: SampleEstimate) -> ScoresInfo:
    """What is drawn of a sample."""
    finding = f"{found.plain_sentence} {found.beside}".strip()
    return ScoresInfo(METRICS[found.metric].label, (found.estimate, found.came), finding)


def words(info: ScoresInfo) -> str:
    """The finding in words."""
    return info.finding


def figure(info: ScoresInfo) -> go.Figure:
    """One dot with its whiskers for each source."""
    title = f"{info.label} by where the labels come from"
    if info.estimates == (None, None):
        return empty(title, "no labels yet")
    drawn = bare(title, info.label, height=200)
    for name, estimate, (colour, symbol) in zip(_NAMES, info.estimates, _MARKS, strict=True):
        if estimate is None:
            continue
        low, high = (estimate.value if end is None else end for end in (estimate.low, estimate.high))
        drawn.add_scatter(
            x=[estimate.value], y=[name], mode="markers", name=name, showlegend=False,
            marker={"size": 11, "color": colour, "symbol": symbol},
            error_x={"type": "data", "symmetric": False, "array": [high - estimate.value],
                     "arrayminus": [estimate.value - low], "color": colour},
            hovertemplate=f"%{{x:.3f}} ({low:.3f} to {high:.3f}), {estimate.n:,} rows<extra>{name}</extra>",
        )  # fmt: skip
    return drawn
