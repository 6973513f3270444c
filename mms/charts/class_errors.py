"""Class prediction error: what rows of each class were taken for, and how much of each answer is right."""

import numpy as np
import plotly.graph_objects as go

from mms.charts.confusion import ConfusionInfo
from mms.charts.theme import GREY, OKABE_ITO, bare, empty

MOST_BARS = 12
"""Of more classes, those with most wrong rows are drawn."""

MOST_PARTS = 6
"""Answers told apart; the rest is one grey part."""

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
    names = [info.classes[i] for i in bars]
    answers = np.argsort(-info.counts[bars].sum(axis=0), kind="stable")
    told, rest = np.sort(answers[:MOST_PARTS]), answers[MOST_PARTS:]
    for i, answer in enumerate(told):
        marker = {"color": OKABE_ITO[i % len(OKABE_ITO)], "pattern": {"shape": _PATTERNS[i % len(_PATTERNS)]}}
        label = f"answered {info.classes[answer]}"
        drawn.add_bar(x=names, y=info.counts[bars, answer], name=label, marker=marker)
    if len(rest):
        others = info.counts[np.ix_(bars, rest)].sum(axis=1)
        drawn.add_bar(x=names, y=others, name=f"{len(rest)} other answers", marker={"color": GREY})
    drawn.update_xaxes(type="category")
    return drawn


def _worst_first(info: ConfusionInfo) -> np.ndarray:
    """Positions of the classes that rows truly have, those with most wrong rows first."""
    totals = info.counts.sum(axis=1)
    wrong = totals - np.diag(info.counts)
    order = np.argsort(-wrong, kind="stable")
    kept: np.ndarray = order[totals[order] > 0]
    return kept
