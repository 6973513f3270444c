"""How every benchmark reports: bars as a table, or as one JSON object; a missed bar fails."""

from collections.abc import Mapping, Sequence
from json import dumps
from typing import Any

Bar = Mapping[str, Any]


def bar(name: str, value: float, limit: float, unit: str, *, at_least: bool = False) -> Bar:
    """One measured figure and the limit it must not pass, or must reach."""
    ok = value >= limit if at_least else value <= limit
    return {"name": name, "value": float(f"{value:.3g}"), "limit": limit, "unit": unit, "ok": ok}


def report(bars: Sequence[Bar], *, as_json: bool) -> int:
    """Print the bars; the exit code: 1 when one is missed."""
    print(dumps({"bars": list(bars)}) if as_json else table(bars))
    return 0 if all(bar["ok"] for bar in bars) else 1


def table(bars: Sequence[Bar]) -> str:
    """The bars as text."""
    width = max(len(bar["name"]) for bar in bars)
    lines = [f"{'bar':<{width}}  {'value':>11}  {'limit':>9}"]
    for bar in bars:
        verdict = "ok" if bar["ok"] else "MISSED"
        value, limit = f"{bar['value']:g} {bar['unit']}", f"{bar['limit']:.3g} {bar['unit']}"
        lines.append(f"{bar['name']:<{width}}  {value:>11}  {limit:>9}  {verdict}")
    return "\n".join(lines)
