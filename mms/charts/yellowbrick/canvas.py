"""Where Yellowbrick draws: a Figure of our own in the colours of a theme, under one lock for the process, kept as SVG.

Neither pyplot nor matplotlib's text parser is safe in threads, so the lock is held from the import of a visualizer to
the last byte of its SVG; and whatever pyplot was left with is closed inside it.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from threadpoolctl import threadpool_limits

from mms.charts.theme import OKABE_ITO
from mms.domain.pictures import Theme

MANY = 2_000
"""Above this many points a scatter becomes one image inside the SVG; axes and numbers stay exact."""

_SIZE = (7.0, 4.5)
_INK: Mapping[Theme, str] = {Theme.LIGHT: "#31333f", Theme.DARK: "#fafafa"}
_PAPER: Mapping[Theme, str] = {Theme.LIGHT: "#ffffff", Theme.DARK: "#0e1117"}
_BLACK = frozenset({"#000000", "#111111", "#333333"})
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Canvas:
    """A figure to draw on, its axes, and the theme whose colours they bear. Pass both to a visualizer."""

    figure: Figure
    axes: Axes
    theme: Theme

    @property
    def ink(self) -> str:
        """The colour of texts and lines."""
        return _INK[self.theme]

    @property
    def paper(self) -> str:
        """The colour behind the picture, which itself has none."""
        return _PAPER[self.theme]

    def title(self, words: str) -> None:
        """Our title, on the left, in the place of Yellowbrick's, which names the class of the estimator."""
        self.axes.set_title("")
        self.axes.set_title(words, loc="left")

    def grow(self, classes: int, *, square: bool = False) -> None:
        """Room for a row (square: and a column) of each class."""
        width, height = _SIZE
        height = max(height, 1.5 + 0.3 * classes)
        self.figure.set_size_inches(max(width, height + 1) if square else width, height)

    def flatten(self, count: int) -> None:
        """Make points one image where there are too many for an SVG."""
        for axes in self.figure.axes:
            for points in axes.collections:
                points.set_rasterized(count > MANY)

    def svg(self) -> bytes:
        """The picture so far."""
        self._ink_lines()
        buffer = BytesIO()
        self.figure.savefig(buffer, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None})
        return buffer.getvalue()

    def _ink_lines(self) -> None:
        """What Yellowbrick draws in black, which it takes paper to be white for, in the colour of the theme's lines."""
        for axes in self.figure.axes:
            legend = axes.get_legend()
            for line in (*axes.lines, *(legend.get_lines() if legend else ())):
                if to_hex(line.get_color()) in _BLACK:
                    line.set_color(self.ink)


Drawer = Callable[[Any, Canvas], Any]
"""What draws one kind of picture from its numbers (the source that its module names), and returns the visualizer with
the numbers it drew, finalized. Numbers that cannot be drawn raise Invalid with the sentence that says why."""


@contextmanager
def canvas(theme: Theme) -> Iterator[Canvas]:
    """The only place where Matplotlib is at work in this process, until it is left."""
    # One thread: k-means and t-SNE on few rows wait for their threads longer than they compute.
    with _lock, threadpool_limits(limits=1), warnings.catch_warnings(), mpl.rc_context():
        warnings.simplefilter("ignore")  # a library of 2022 on the libraries of today
        mpl.rcParams.update(_style(theme))
        figure = Figure(figsize=_SIZE)
        try:
            made = Canvas(figure, figure.add_subplot(), theme)
            yield made
        finally:
            pyplot.close("all")


def _style(theme: Theme) -> Any:
    """Settings of Matplotlib for one background."""
    ink = _INK[theme]
    coloured = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "lines.color")
    return {
        **dict.fromkeys(coloured, ink),
        "legend.framealpha": 0.0,
        "axes.facecolor": "none",
        "axes.prop_cycle": mpl.rcsetup.cycler(color=OKABE_ITO),
        "svg.hashsalt": "mms",
        "svg.fonttype": "none",
    }
