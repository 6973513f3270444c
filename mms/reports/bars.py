"""A small bar chart for paper, as SVG of our own: dark bars on white, its ends labelled."""

from collections.abc import Sequence
from html import escape

_WIDE, _HIGH, _FOOT = 640, 120, 18
_INK, _BAR = "#1c2126", "#0072B2"


def bars(values: Sequence[float], first: str, last: str) -> str:
    """One bar a value, 0 and more, in order; the labels stand below the first and the last one. At least one value."""
    most = max(values)
    step = _WIDE / len(values)
    drawn = "".join(
        f'<rect x="{i * step + 0.1 * step:.2f}" y="{_HIGH - high:.2f}" width="{0.8 * step:.2f}" height="{high:.2f}" '
        f'fill="{_BAR}"/>'
        for i, value in enumerate(values)
        if (high := 0.9 * _HIGH * value / most if most else 0.0)
    )
    text = f'y="{_HIGH + 14}" font-family="sans-serif" font-size="12" fill="{_INK}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH + _FOOT}">{drawn}'
        f'<line x1="0" y1="{_HIGH}" x2="{_WIDE}" y2="{_HIGH}" stroke="{_INK}" stroke-width="1"/>'
        f'<text x="0" {text}>{escape(first)}</text>'
        f'<text x="{_WIDE}" text-anchor="end" {text}>{escape(last)}</text></svg>'
    )
