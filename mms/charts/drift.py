"""Drift: which features drifted furthest, how their drift went over time, and two distributions over one another."""

from collections.abc import Sequence
from datetime import datetime

import plotly.graph_objects as go

from mms.charts.theme import GREY, OKABE_ITO, POINTS, bare, empty, faded
from mms.domain.drift import DriftPoint, FeatureDrift, FeatureKind, TokenChange, Verdict, finding

SHOWN = 20
"""Features in a chart of many."""

_NOW, _THEN = OKABE_ITO[0], GREY
_COLOURS = {Verdict.DRIFTED: OKABE_ITO[5], Verdict.STABLE: OKABE_ITO[0], Verdict.FEW: GREY}
_SYMBOLS = {Verdict.DRIFTED: "diamond", Verdict.STABLE: "circle", Verdict.FEW: "circle-open"}


def ranking_words(features: Sequence[FeatureDrift]) -> str:
    """The finding in one sentence: how many passed their limits, and who is first."""
    drifted = [one for one in features if one.verdict is Verdict.DRIFTED]
    if not features:
        return "There is nothing to compare."
    if not drifted:
        return f"None of {len(features)} drifted beyond its limit."
    most = max(drifted, key=_share)
    return f"{len(drifted)} of {len(features)} drifted; furthest {most.label}, {_share(most):.1f} times its limit."


def ranking(features: Sequence[FeatureDrift]) -> go.Figure:
    """One line a feature, in the order given: its PSI as a multiple of its limit, beyond the line at 1 it drifted."""
    shown = list(features[:SHOWN])
    if not shown:
        return empty("Drift by feature", ranking_words(features))
    drawn = bare("Drift by feature", "PSI in limits", height=150 + 26 * len(shown))
    below = {"yref": "container", "yanchor": "bottom", "y": 0}  # few rows are low: a share of them is no room for both
    drawn.update_layout(legend=below, margin={"b": 76})
    for one in shown:
        drawn.add_scatter(
            x=[0, _share(one)], y=[one.label, one.label], mode="lines", hoverinfo="skip", showlegend=False,
            line={"color": faded(_COLOURS[one.verdict], 0.5), "width": 3},
        )  # fmt: skip
    for verdict in Verdict:
        some = [one for one in shown if one.verdict is verdict]
        if some:
            drawn.add_scatter(
                x=[_share(one) for one in some], y=[one.label for one in some], mode="markers", name=verdict.value,
                marker={"color": _COLOURS[verdict], "symbol": _SYMBOLS[verdict], "size": 11},
                text=[one.sentence or finding(one) for one in some], hovertemplate="%{text}<extra></extra>",
            )  # fmt: skip
    drawn.add_vline(x=1, line={"color": GREY, "dash": "dot"}, annotation_text="limit", annotation_position="top")
    drawn.update_yaxes(categoryorder="array", categoryarray=[one.label for one in reversed(shown)], type="category")
    drawn.update_xaxes(rangemode="tozero")
    return drawn


def series_words(one: FeatureDrift) -> str:
    """How the drift of a feature went over time, in one sentence."""
    over = [point for point in one.points if point.share > 1]
    if not one.points:
        return f"No period has rows of {one.label}."
    if not over:
        return f"{one.label} never left its limit in {_periods(len(one.points))}."
    return (
        f"{one.label} was over its limit in {len(over)} of {_periods(len(one.points))}, first on {_day(over[0].start)}."
    )


def series(one: FeatureDrift) -> go.Figure:
    """PSI of each period, with the limit that its rows allow; ◆ where it is over."""
    title = f"Drift of {one.label} over time"
    if not one.points:
        return empty(title, series_words(one))
    points = one.points[-POINTS // 2 :]
    drawn = bare(title, y="PSI")
    at = [point.start for point in points]
    drawn.add_scatter(
        x=at, y=[point.limit for point in points], mode="lines", name="limit, by rows", hoverinfo="skip",
        line={"color": GREY, "dash": "dot", "shape": "hvh"},
    )  # fmt: skip
    drawn.add_scatter(
        x=at, y=[point.psi for point in points], mode="lines+markers", name="PSI", line={"color": _NOW},
        text=[_hover(point) for point in points], hovertemplate="%{text}<extra></extra>",
        marker={
            "size": 8, "symbol": ["diamond" if point.share > 1 else "circle" for point in points],
            "color": [_COLOURS[Verdict.DRIFTED if point.share > 1 else Verdict.STABLE] for point in points],
        },
    )  # fmt: skip
    drawn.update_yaxes(rangemode="tozero")
    return drawn


def distributions_words(one: FeatureDrift) -> str:
    """The finding in one sentence."""
    return one.sentence or finding(one)


def distributions(one: FeatureDrift) -> go.Figure:
    """Shares of rows by bin: the period as bars, what the model learnt from as outlines over them."""
    title = (
        f"{one.label}, words a text: then and now" if one.kind is FeatureKind.TEXTS else f"{one.label}: then and now"
    )
    if not one.bins or not one.n:
        return empty(title, distributions_words(one))
    names = [each.name for each in one.bins]
    drawn = bare(title, y="share of rows", height=380)
    drawn.add_bar(
        x=names, y=[each.current for each in one.bins], name=f"period, {one.n:,} rows",
        marker={"color": faded(_NOW, 0.65)}, hovertemplate="%{x}: %{y:.1%} now<extra></extra>",
    )  # fmt: skip
    drawn.add_bar(
        x=names, y=[each.reference for each in one.bins], name=f"learnt from, {one.n_reference:,} rows",
        marker={"color": "rgba(0,0,0,0)", "line": {"color": _THEN, "width": 2}},
        hovertemplate="%{x}: %{y:.1%} then<extra></extra>",
    )  # fmt: skip
    above = {"yanchor": "bottom", "y": 1, "x": 1, "xanchor": "right"}  # names of bins stand upright below the axis
    drawn.update_layout(barmode="overlay", bargap=0.1, legend=above, margin_t=72)
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero")
    return drawn


def tokens_words(one: FeatureDrift) -> str:
    """Which words rise and which fall, in one sentence."""
    sure = [token for token in one.tokens if token.sure]
    if not sure:
        return f"No word of {one.label} surely rose or fell."
    rise, fall = (", ".join(f"'{t.token}'" for t in sure if _rises(t) is up) for up in (True, False))
    return "; ".join(part for part in (rise and f"Rising: {rise}", fall and f"Falling: {fall}") if part) + "."


def tokens(one: FeatureDrift) -> go.Figure:
    """Words by the change of the share of texts that hold them; ◆ where the change is sure."""
    title = f"{one.label}: rising and falling words"
    if not one.tokens:
        return empty(title, tokens_words(one))
    ordered = sorted(one.tokens, key=lambda token: token.current - token.reference)
    drawn = bare(title, "share of texts", height=120 + 24 * len(ordered))
    for token in ordered:
        drawn.add_scatter(
            x=[token.reference, token.current], y=[token.token] * 2, mode="lines", hoverinfo="skip", showlegend=False,
            line={"color": faded(OKABE_ITO[2] if _rises(token) else OKABE_ITO[5], 0.6), "width": 3},
        )  # fmt: skip
    drawn.add_scatter(
        x=[token.reference for token in ordered], y=[token.token for token in ordered], mode="markers",
        name="learnt from", marker={"color": _THEN, "symbol": "circle-open", "size": 9},
        hovertemplate="%{y}: %{x:.1%} then<extra></extra>",
    )  # fmt: skip
    drawn.add_scatter(
        x=[token.current for token in ordered], y=[token.token for token in ordered], mode="markers", name="now",
        marker={
            "size": 10, "color": [OKABE_ITO[2] if _rises(token) else OKABE_ITO[5] for token in ordered],
            "symbol": ["diamond" if token.sure else "circle" for token in ordered],
        },
        hovertemplate="%{y}: %{x:.1%} now<extra></extra>",
    )  # fmt: skip
    drawn.update_yaxes(type="category")
    drawn.update_xaxes(tickformat=".0%", rangemode="tozero")
    return drawn


def _share(one: FeatureDrift) -> float:
    return one.psi.value / (one.psi.limit or 1.0)


def _rises(token: TokenChange) -> bool:
    return token.current > token.reference


def _hover(point: DriftPoint) -> str:
    return f"from {_day(point.start)}: PSI {point.psi:.3f}, limit {point.limit:.3f}, {point.n:,} rows"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _periods(count: int) -> str:
    return "1 period" if count == 1 else f"{count} periods"
