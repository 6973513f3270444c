"""What all pictures of data share: colours of groups, names of columns, title, legend and the line below."""

from typing import Any

import numpy as np
from matplotlib.patches import Patch
from matplotlib.text import Annotation

from mms.charts.theme import GREY, OKABE_ITO
from mms.charts.yellowbrick.canvas import Canvas
from mms.charts.yellowbrick.sample import Sample, distinct, short
from mms.domain.errors import Invalid

_CLASSES = (*OKABE_ITO, "#9467BD", "#8C564B", "#A0A020", "#44AA99")
_QUARTERS = ("#0072B2", "#56B4E9", "#E69F00", "#D55E00")
_CROWDED = 12


def colours(sample: Sample) -> list[str]:
    """One for each group: from cold to warm for quarters of a number, grey for the rarer classes."""
    if not sample.classes:
        return list(_QUARTERS[-len(sample.names) :])
    told = list(_CLASSES[: len(sample.names)])
    if len(sample.names) < len(set(sample.target.tolist())):
        told[-1] = GREY
    return told


def labels(sample: Sample) -> list[str]:
    """The names of the columns, as short as a picture has room for."""
    return list(distinct([short(str(name)) for name in sample.numbers.columns]))


def need_columns(sample: Sample, count: int) -> None:
    """Invalid where fewer columns vary."""
    there = sample.numbers.shape[1]
    if there < count:
        words = "one column that varies" if count == 1 else f"{count} columns that vary"
        raise Invalid(f"It takes {words}, numbers, times or categories; here {'is' if there == 1 else 'are'} {there}.")


def need_rows(sample: Sample, count: int) -> None:
    """Invalid where there are fewer rows."""
    if len(sample.rows) < count:
        raise Invalid(
            f"It takes at least {count} rows; there {'is 1' if len(sample.rows) == 1 else f'are {len(sample.rows)}'}."
        )


def finished(visualizer: Any, canvas: Canvas, title: str, sample: Sample, *, legend: bool = False) -> Any:
    """The visualizer, finalized, with our title and a line below that says what the rows are."""
    visualizer.finalize()
    axes = canvas.axes
    canvas.title(title)
    own = axes.get_legend()
    if own is not None:
        own.remove()
    if legend:
        handles = [Patch(color=c, label=n) for c, n in zip(colours(sample), sample.names, strict=True)]
        axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize="small")
    for ticks in (axes.xaxis, axes.yaxis):
        if len(ticks.get_ticklabels()) > _CROWDED:
            ticks.set_tick_params(labelsize=7)
    canvas.flatten(sum(len(np.asarray(points.get_offsets())) for points in axes.collections))
    axes.set_xlabel(axes.get_xlabel() or " ")  # what lies below needs something to lie below
    words = sample.words.replace("$", r"\$")
    below = Annotation(words, (0.5, 0), (0, -4), xycoords=axes.xaxis.get_label(), textcoords="offset points")
    below.set(fontsize=7, color=GREY, ha="center", va="top")
    canvas.figure.add_artist(below)
    return visualizer
