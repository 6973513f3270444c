"""A small bar chart as SVG of our own, for paper and for screens that need no more: it brings no script."""

from collections.abc import Sequence
from html import escape

_WIDE, _HIGH, _FOOT = 640, 120, 18
_BAR = "#0072B2"
INK, LIGHT_INK = "#1c2126", "#e8ebee"
"""Letters on white, and on a dark screen."""


def bars(values: Sequence[float], first: str, last: str, ink: str = INK) -> str:
    """One bar a value above 0, in order, a gap for 0; labels below the first and the last. At least one value."""
    most = max(values)
    step = _WIDE / len(values)
    drawn = "".join(
        f'<rect x="{i * step + 0.1 * step:.2f}" y="{_HIGH - high:.2f}" width="{0.8 * step:.2f}" height="{high:.2f}" '
        f'fill="{_BAR}"/>'
        for i, value in enumerate(values)
        if (high := 0.9 * _HIGH * value / most if most else 0.0)
    )
    text = f'y="{_HIGH + 14}" font-family="sans-serif" font-size="12" fill="{ink}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH + _FOOT}">{drawn}'
        f'<line x1="0" y1="{_HIGH}" x2="{_WIDE}" y2="{_HIGH}" stroke="{ink}" stroke-width="1"/>'
        f'<text x="0" {text}>{escape(first)}</text>'
        f'<text x="{_WIDE}" text-anchor="end" {text}>{escape(last)}</text></svg>'
    )
