"""Class prediction error: what rows of each class were taken for, and how much of each answer is right."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from mms.charts.confusion import ConfusionInfo
from mms.charts.theme import GREY, OKABE_ITO, as_written, bare, empty

MOST_BARS = 12
"""Of more classes, those with most wrong rows are drawn."""

MOST_PARTS = 6
"""Answers told apart; the rest is one grey part."""

_SYMBOLS = ("circle", "diamond", "square", "triangle-up")
_PATTERNS = ("", "/", "x", ".", "+", "-")


def words(info: ConfusionInfo) -> str:
    """The finding in one sentence."""
    worst = _worst_first(info)
    if not len(worst):
        return "There are no answered rows to count."
    at = int(worst[0])
    total, right = int(info.counts[at].sum()), int(info.counts[at, at])
    if right == total:
        return f"Every row of all {len(info.classes)} classes is answered rightly."
    few = f" Drawn are the {MOST_BARS} classes with most wrong rows." if len(info.classes) > MOST_BARS else ""
    return (
        f"Most wrong rows are truly {info.classes[at]}: {total - right:,} of {total:,} got another answer "
        f"({(total - right) / total:.0%}).{few}"
    )


def figure(info: ConfusionInfo) -> go.Figure:
    """A bar for each truth, in parts by answer; an answer has the same colour and pattern in every bar."""
    worst = _worst_first(info)
    if not len(worst):
        return empty("Class prediction error", words(info))
    bars = np.sort(worst[:MOST_BARS])
    drawn = bare("Class prediction error", "truly", "rows")
    drawn.update_layout(barmode="stack")
    names = [as_written(info.classes[i]) for i in bars]
    answers = np.argsort(-info.counts[bars].sum(axis=0), kind="stable")
    told, rest = np.sort(answers[:MOST_PARTS]), answers[MOST_PARTS:]
    for i, answer in enumerate(told):
        marker = {"color": OKABE_ITO[i % len(OKABE_ITO)], "pattern": {"shape": _PATTERNS[i % len(_PATTERNS)]}}
        label = f"answered {as_written(info.classes[answer])}"
        drawn.add_bar(x=names, y=info.counts[bars, answer], name=label, marker=marker)
    if len(rest):
        others = info.counts[np.ix_(bars, rest)].sum(axis=1)
        drawn.add_bar(x=names, y=others, name=f"{len(rest)} other answers", marker={"color": GREY})
    drawn.update_xaxes(type="category")
    return drawn


def words_of_several(infos: Mapping[str, ConfusionInfo]) -> str:
    """Which class is missed most, and by whom. infos: by the name of the model."""
    missed = {name: _missed(info) for name, info in infos.items()}
    worst = max(((share, c, name) for name, by in missed.items() for c, share in by.items()), default=None)
    if worst is None:
        return "There are no answered rows to count."
    share, class_name, name = worst
    return f"{class_name} is missed most: {name} gives {share:.0%} of its rows another answer."


def overlay(infos: Mapping[int, ConfusionInfo], names: Mapping[int, str], colours: Mapping[int, str]) -> go.Figure:
    """Share of each class's rows that got another answer: a dot a model. Of many classes those missed most."""
    missed = {model_id: _missed(info) for model_id, info in infos.items()}
    highest: dict[str, float] = {}
    for by_class in missed.values():
        for class_name, share in by_class.items():
            highest[class_name] = max(highest.get(class_name, 0.0), share)
    shown = sorted(sorted(highest, key=lambda c: -highest[c])[:MOST_BARS])
    if not shown:
        return empty("Rows of each class that got another answer", words_of_several({}))
    drawn = bare("Rows of each class that got another answer", "share of the class", height=150 + 34 * len(shown))
    for i, (model_id, by_class) in enumerate(missed.items()):
        own = [class_name for class_name in shown if class_name in by_class]
        drawn.add_scatter(
            x=[by_class[class_name] for class_name in own], y=[*map(as_written, own)], mode="markers",
            name=names[model_id],
            marker={"color": colours[model_id], "size": 10, "symbol": _SYMBOLS[i // len(OKABE_ITO) % len(_SYMBOLS)]},
            hovertemplate="truly %{y}: %{x:.1%} answered otherwise<extra>" + names[model_id] + "</extra>",
        )  # fmt: skip
    drawn.update_xaxes(tickformat=".0%", rangemode="tozero")
    drawn.update_yaxes(type="category", categoryorder="array", categoryarray=[*map(as_written, shown[::-1])])
    return drawn


def _missed(info: ConfusionInfo) -> dict[str, float]:
    totals = info.counts.sum(axis=1)
    return {name: float(1 - info.counts[i, i] / totals[i]) for i, name in enumerate(info.classes) if totals[i]}


def _worst_first(info: ConfusionInfo) -> np.ndarray:
    """Positions of the classes that rows truly have, those with most wrong rows first."""
    totals = info.counts.sum(axis=1)
    wrong = totals - np.diag(info.counts)
    order = np.argsort(-wrong, kind="stable")
    kept: np.ndarray = order[totals[order] > 0]
    return kept
