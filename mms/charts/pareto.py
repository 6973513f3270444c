"""What a score costs: score against fit time or predict time, and the models that no other beats on both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import plotly.graph_objects as go

from mms.charts.theme import GREY, bare, empty
from mms.domain.comparison import Contender
from mms.domain.scores import Metric


class Cost(StrEnum):
    """What one pays with, as the axis says it."""

    FIT = "seconds to fit, mean of the folds"
    PREDICT = "seconds to predict 1,000 rows"


@dataclass(frozen=True, slots=True)
class Priced:
    """A model with its price. score: stored units, mean of the folds."""

    model_id: int
    name: str
    score: float
    seconds: float


@dataclass(frozen=True, slots=True)
class ParetoInfo:
    """Models by their seconds, quickest first. front: ids of those than which no other is as good and as quick."""

    cost: Cost
    metric: Metric
    models: tuple[Priced, ...]
    front: tuple[int, ...]


def pareto_of(contenders: Sequence[Contender], metric: Metric, cost: Cost) -> ParetoInfo:
    """Score and cost of each model whose folds tell both; of equals both are on the front."""
    priced = [
        Priced(c.model.id, c.model.name, c.model.score, seconds)
        for c in contenders
        if (seconds := _seconds(c, cost)) is not None
    ]
    priced.sort(key=lambda one: (one.seconds, -one.score, one.model_id))
    front = [one.model_id for one in priced if not any(_dominates(other, one) for other in priced)]
    return ParetoInfo(cost, metric, tuple(priced), tuple(front))


def words(info: ParetoInfo) -> str:
    """The finding in one sentence: who is on the front, and what its best costs against its quickest."""
    if not info.models:
        return "No fold of these models tells how long it took."
    front = [one for one in info.models if one.model_id in info.front]
    quickest, best = front[0], front[-1]
    if len(front) == 1:
        return f"{best.name} is the best and the quickest: no other model is worth a look here."
    times = f" at {best.seconds / quickest.seconds:,.1f} times the time" if quickest.seconds else ""
    gain = abs(best.score - quickest.score)
    return (
        f"{len(front)} of {len(info.models)} models are on the front, so that none is both better and quicker: from "
        f"{quickest.name} to {best.name}, which gains {gain:.3f} {info.metric.label}{times}."
    )


def figure(info: ParetoInfo, colours: Mapping[int, str]) -> go.Figure:
    """One point a model, its version beside it; filled and joined on the front, hollow behind it."""
    title = f"{info.metric.label} against {info.cost.name.lower()} time"
    if not info.models:
        return empty(title, words(info))
    drawn = bare(title, info.cost.value, f"{info.metric.label} ({info.metric.direction})", height=420)
    front = [one for one in info.models if one.model_id in info.front]
    drawn.add_scatter(
        x=[one.seconds for one in front], y=[info.metric.natural(one.score) for one in front], mode="lines",
        line={"color": GREY, "width": 1, "dash": "dot"}, hoverinfo="skip", name="front", showlegend=False,
    )  # fmt: skip
    on_front = [one.model_id in info.front for one in info.models]
    drawn.add_scatter(
        x=[one.seconds for one in info.models], y=[info.metric.natural(one.score) for one in info.models],
        mode="markers+text", text=[one.name.partition(" ")[0] for one in info.models], textposition="top center",
        customdata=[[one.model_id, one.name] for one in info.models], name="models", showlegend=False,
        marker={
            "color": [colours[one.model_id] for one in info.models], "size": 12, "line": {"width": 2},
            "symbol": ["circle" if filled else "circle-open" for filled in on_front],
        },
        hovertemplate=f"%{{customdata[1]}}: %{{y:.4f}} {info.metric.label}, %{{x:.3g}} s<extra></extra>",
    )  # fmt: skip
    drawn.update_xaxes(type="log" if info.models[0].seconds > 0 else "linear")
    return drawn


def _seconds(contender: Contender, cost: Cost) -> float | None:
    if cost is Cost.PREDICT:
        return None if contender.row_seconds is None else 1000 * contender.row_seconds
    return contender.fit_seconds / len(contender.ratios) if contender.ratios else None


def _dominates(one: Priced, other: Priced) -> bool:
    as_good = one.score >= other.score and one.seconds <= other.seconds
    return as_good and (one.score > other.score or one.seconds < other.seconds)
