"""Differences by fold: how much better the best is than each other model, beside what counts as practically equal."""

from collections.abc import Mapping
from dataclasses import dataclass

import plotly.graph_objects as go

from mms.charts.theme import GREY, bare, faded
from mms.domain.comparison import Comparison, amount_words
from mms.domain.scores import METRICS

_ROPE = faded(GREY, 0.22)


@dataclass(frozen=True, slots=True)
class Differences:
    """The best minus another model: fold (0 to 11) -> difference, stored units, so that right of 0 the best is better.

    mean, se: over the folds, with the corrected standard error.
    """

    model_id: int
    name: str
    by_fold: Mapping[int, float]
    mean: float
    se: float


def differences_of(comparison: Comparison) -> list[Differences]:
    """Of the best against each other model, best first."""
    by_id = {c.model.id: c for c in comparison.models}
    best = comparison.models[0]
    found = []
    for pair in (pair for pair in comparison.pairs if pair.model_id == best.model.id):
        other = by_id[pair.other_id]
        shared = sorted(best.scores.keys() & other.scores.keys())
        by_fold = {fold: best.scores[fold] - other.scores[fold] for fold in shared}
        found.append(Differences(other.model.id, other.model.name, by_fold, pair.test.mean, pair.test.se))
    return found


def words(comparison: Comparison) -> str:
    """The finding in one sentence: on how many folds the best is better than the runner-up, and by enough."""
    best, rope = comparison.models[0].model.name, comparison.rope
    first = differences_of(comparison)[0]
    ahead = sum(value > rope for value in first.by_fold.values())
    enough = f" by more than {amount_words(METRICS[comparison.metric], rope)}" if rope else ""
    return f"{best} is better than {first.name}{enough} on {ahead} of {len(first.by_fold)} folds."


def figure(comparison: Comparison, colours: Mapping[int, str]) -> go.Figure:
    """One row of dots a model (a dot is a fold), a diamond with its corrected ± for the mean, the equal band shaded."""
    best, rope, found = comparison.models[0].model.name, comparison.rope, differences_of(comparison)
    axis = f"how much better {best} is ({METRICS[comparison.metric].label})"
    chart = bare(f"{best} against the others, fold by fold", axis, height=150 + 60 * len(found))
    for one in reversed(found):  # the first row of the axis is drawn at the bottom
        chart.add_scatter(
            x=list(one.by_fold.values()), y=[one.name] * len(one.by_fold), mode="markers", name=one.name,
            marker={"color": faded(colours[one.model_id], 0.7), "size": 9}, text=[f"fold {f + 1}" for f in one.by_fold],
            hovertemplate="%{text}: %{x:.4f}<extra>" + one.name + "</extra>",
        )  # fmt: skip
        chart.add_scatter(
            x=[one.mean], y=[one.name], mode="markers", name="mean",
            marker={"color": GREY, "size": 13, "symbol": "diamond-open", "line": {"width": 2}},
            error_x={"type": "data", "array": [one.se], "color": GREY},
            hovertemplate=f"mean %{{x:.4f}} ± {one.se:.4f}<extra>{one.name}</extra>",
        )  # fmt: skip
    if rope:
        chart.add_vrect(
            x0=-rope, x1=rope, fillcolor=_ROPE, line_width=0, layer="below",
            annotation_text="practically equal", annotation_position="outside top", annotation_font_color=GREY,
        )  # fmt: skip
    chart.add_vline(x=0, line={"color": GREY, "dash": "dot"})
    chart.update_yaxes(type="category")
    chart.update_layout(showlegend=False)
    return chart
