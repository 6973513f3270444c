"""Back-tests: what each policy gives against how often it retrains, and the score of chosen ones over time."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from mms.charts.theme import DASHES, GREY, OKABE_ITO, POINTS, bare, empty, evenly, faded
from mms.domain.backtests import EVERY, NEVER, Replayed, Replays

_MARKS = ("circle", "square", "diamond", "triangle-up", "star", "cross")


def colours(replays: Replays) -> dict[str, str]:
    """One colour for each policy of the project, grey for the controls."""
    rules = [one.name for one in replays.policies if not one.is_control]
    of_rules = {name: OKABE_ITO[i % len(OKABE_ITO)] for i, name in enumerate(rules)}
    return {one.name: of_rules.get(one.name, GREY) for one in replays.policies}


def words(replays: Replays) -> str:
    """The finding of the first chart in one sentence."""
    drawn = _drawable(replays)
    if not drawn:
        return f"No policy determines {replays.label} on these periods."
    sign = 1 if replays.greater_is_better else -1
    best = max(drawn, key=lambda one: sign * (one.value or 0.0))
    least = min(drawn, key=lambda one: len(one.retrainings))
    return (
        f"{replays.label} of {len(drawn)} policies against their retrainings: {least.name} gives {least.value:.3f} "
        f"with {len(least.retrainings)}, the best is {best.name} with {best.value:.3f} and {len(best.retrainings)}."
    )


def figure(replays: Replays) -> go.Figure:
    """One point a policy, controls hollow and grey; the band is retraining at random, median and middle 90 %."""
    drawn = _drawable(replays)
    title = f"{replays.label} against retrainings"
    if not drawn:
        return empty(title, words(replays))
    better = "higher is better" if replays.greater_is_better else "lower is better"
    made = bare(title, "retrainings", f"{replays.label} ({better})", height=440)
    _random(made, replays)
    shades, rules = colours(replays), [one for one in drawn if not one.is_control]
    controls = sorted((one for one in drawn if one.is_control), key=lambda one: len(one.retrainings))
    _points(made, controls, "controls, by the clock", GREY, "circle-open")
    for i, one in enumerate(rules):
        _points(made, [one], one.name, shades[one.name], _MARKS[i % len(_MARKS)])
    return made


def over_time_words(replays: Replays, names: Sequence[str]) -> str:
    """The finding of the second chart in one sentence."""
    said = [f"{one.name} {one.value:.3f}" for one in _chosen(replays, names) if one.value is not None]
    if not said:
        return "No policy is chosen."
    return (
        f"{replays.label} by period from {replays.periods[0]:%B %Y} to {replays.periods[-1]:%B %Y}: {', '.join(said)}."
    )


def over_time(replays: Replays, names: Sequence[str]) -> go.Figure:
    """A line a policy, its retrainings as triangles on it."""
    chosen = _chosen(replays, names)
    title = f"{replays.label} by period"
    if not chosen:
        return empty(title, over_time_words(replays, names))
    made, shades = bare(title, "", replays.label, height=380), colours(replays)
    kept = evenly(len(replays.periods), POINTS // (2 * len(chosen)))
    for i, one in enumerate(chosen):
        line = {"color": shades[one.name], "width": 2, "dash": DASHES[i % len(DASHES)]}
        made.add_scatter(
            x=[replays.periods[k] for k in kept], y=[one.scores[k] for k in kept], mode="lines", name=one.name,
            legendgroup=one.name, line=line, hovertemplate="%{x|%d %b %Y}: %{y:.3f}<extra>" + one.name + "</extra>",
        )  # fmt: skip
        _retrainings(made, replays, one, shades[one.name])
    return made


def _drawable(replays: Replays) -> list[Replayed]:
    return [one for one in replays.policies if one.is_replayed and one.value is not None]


def _chosen(replays: Replays, names: Sequence[str]) -> list[Replayed]:
    return [one for one in _drawable(replays) if one.name in names]


def _random(made: go.Figure, replays: Replays) -> None:
    if not replays.chances:
        return
    x = [one.retrainings for one in replays.chances]
    edge: dict[str, Any] = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "legendgroup": "random"}
    made.add_scatter(x=x, y=[one.high for one in replays.chances], showlegend=False, **edge)
    made.add_scatter(
        x=x,
        y=[one.low for one in replays.chances],
        fill="tonexty",
        fillcolor=faded(GREY, 0.2),
        showlegend=False,
        **edge,
    )
    made.add_scatter(
        x=x, y=[one.value for one in replays.chances], mode="lines+markers", name="at random (median, middle 90 %)",
        legendgroup="random", line={"color": GREY, "dash": "dot", "width": 1}, marker={"symbol": "x-thin", "size": 6},
        hovertemplate=f"%{{x}} retrainings at random: %{{y:.3f}} in the median of {replays.draws} draws<extra></extra>",
    )  # fmt: skip


def _points(made: go.Figure, policies: Sequence[Replayed], name: str, colour: str, symbol: str) -> None:
    if not policies:
        return
    values = [one.value or 0.0 for one in policies]
    up = [0.0 if one.high is None else one.high - value for one, value in zip(policies, values, strict=True)]
    down = [0.0 if one.low is None else value - one.low for one, value in zip(policies, values, strict=True)]
    band: Mapping[str, Any] = {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 1}
    places = {NEVER: "bottom right", EVERY: "top left"}
    made.add_scatter(
        x=[len(one.retrainings) for one in policies], y=values, error_y=band, mode="lines+markers+text", name=name,
        text=[one.name if one.name in places else "" for one in policies],
        textposition=[places.get(one.name, "top center") for one in policies],
        customdata=[one.name for one in policies], line={"color": faded(GREY, 0.5), "width": 1},
        marker={"color": colour, "symbol": symbol, "size": 12, "line": {"color": colour, "width": 2}},
        hovertemplate="%{customdata}: %{y:.4f} with %{x} retrainings<extra></extra>",
    )  # fmt: skip


def _retrainings(made: go.Figure, replays: Replays, one: Replayed, colour: str) -> None:
    """On the line, at the beginning of the first period that the new model answers."""
    place = {period: k for k, period in enumerate(replays.periods)}
    marks = [(when, place[when.at]) for when in one.retrainings if when.at in place][: POINTS // 4]
    made.add_scatter(
        x=[when.at for when, _ in marks], y=[one.scores[k] for _, k in marks], mode="markers", showlegend=False,
        legendgroup=one.name, marker={"symbol": "triangle-up", "size": 9, "color": colour},
        text=[when.why for when, _ in marks], hovertemplate="%{x|%d %b %Y}: %{text}<extra>retrained</extra>",
    )  # fmt: skip
