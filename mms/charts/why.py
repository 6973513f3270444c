"""Why a score fell: from the mean error before to the one after, step by step."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from mms.charts.theme import GREY, bare, empty
from mms.domain.why import Why

MOST_STEPS = 6
"""Groups whose changed relation has a step of its own; the rest is one more."""

_WORSE, _BETTER = "#D55E00", "#009E73"


@dataclass(frozen=True, slots=True)
class WhyInfo:
    """Steps in order: name and how much each adds; before and after are the ends. unit: of the error, in words."""

    before: float
    after: float
    steps: tuple[tuple[str, float], ...]
    unit: str
    finding: str


def why_of(why: Why) -> WhyInfo:
    """The mix shift first, then what each group of rows is answered worse, greatest first."""
    scale = 100.0 if why.counts else 1.0
    by_relation = sorted(why.groups, key=lambda group: -abs(group.relation))
    shown, rest = by_relation[:MOST_STEPS], by_relation[MOST_STEPS:]
    steps = [("other rows come (mix shift)", why.mix.value * scale)]
    steps += [(f"worse: {g.rule}" if g.relation > 0 else f"better: {g.rule}", g.relation * scale) for g in shown]
    if rest:
        others = "1 other group" if len(rest) == 1 else f"{len(rest)} other groups"
        steps.append((others, sum(g.relation for g in rest) * scale))
    unit = "wrong answers, %" if why.counts else "mean absolute error, units of the target"
    return WhyInfo(why.before * scale, why.after * scale, tuple(steps), unit, why.sentence)


def words(info: WhyInfo) -> str:
    """The finding in words."""
    return info.finding


def figure(info: WhyInfo) -> go.Figure:
    """A waterfall from above to below: what raised the error, and what lowered it; signs and words beside colours."""
    title = "From the error before to the error since"
    if not info.steps:
        return empty(title, "no labelled answers")
    names = ["before", *(name.replace(" and ", "<br>and ") for name, _ in info.steps), "since"]
    lines = sum(1 + name.count("<br>") for name in names)
    chart = bare(title, info.unit, height=150 + 20 * len(names) + 14 * lines)
    values = [info.before, *(value for _, value in info.steps), info.after]
    chart.add_waterfall(
        orientation="h",
        y=names,
        x=values,
        measure=["absolute", *["relative"] * len(info.steps), "total"],
        text=[f"{values[0]:.3g}", *(f"{value:+.3g}" for value in values[1:-1]), f"{values[-1]:.3g}"],
        textposition="outside",
        cliponaxis=False,
        increasing={"marker": {"color": _WORSE}},
        decreasing={"marker": {"color": _BETTER}},
        totals={"marker": {"color": GREY}},
        connector={"line": {"color": GREY, "width": 1}},
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    chart.update_yaxes(autorange="reversed")
    tops = np.cumsum([info.before, *(value for _, value in info.steps)])
    ends = (min(0.0, tops.min()), max(tops.max(), info.after))  # room to the right for the numbers beside the bars
    chart.update_xaxes(range=[ends[0], ends[1] + 0.12 * (ends[1] - ends[0])])
    chart.update_layout(showlegend=False)
    return chart
