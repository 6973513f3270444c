"""Numbers with their doubt, times in the reader's zone, durations, sizes and ages, as people read them."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from mms.domain.scores import Metric


def with_spread(value: float, spread: float | None, digits: int = 3) -> str:
    """'0.487 ± 0.011'."""
    return f"{value:.{digits}f}" + ("" if spread is None else f" ± {spread:.{digits}f}")


def score_of(metric: Metric, stored: float, spread: float | None = None) -> str:
    """A stored score in natural units, with its spread."""
    return with_spread(metric.natural(stored), spread)


def metric_help(metric: Metric) -> str:
    """What a metric means and which way is better."""
    return f"{metric.label}: {metric.explanation}; {metric.direction}."


def zone() -> str:
    """The reader's time zone by name; UTC where the browser does not say."""
    name = st.context.timezone
    try:
        return ZoneInfo(name).key if name else "UTC"
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"


def local(moment: datetime) -> datetime:
    """The moment in the reader's zone."""
    return moment.astimezone(ZoneInfo(zone()))


def time_words(moment: datetime | None) -> str:
    """'3 Mar 2013, 14:05' in the reader's zone; a dash for never."""
    return "–" if moment is None else f"{local(moment):%-d %b %Y, %H:%M}"


def day_words(moment: datetime | None) -> str:
    """'3 Mar 2013' in the reader's zone; a dash for never."""
    return "–" if moment is None else f"{local(moment):%-d %b %Y}"


def utc_help(moment: datetime) -> str:
    """The moment in UTC, for a tooltip."""
    return f"{moment.astimezone(UTC):%-d %b %Y, %H:%M:%S} UTC"


def time_column(label: str, **more: Any) -> Any:
    """A table column of times in the reader's zone."""
    return st.column_config.DatetimeColumn(
        label,
        format="D MMM YYYY, HH:mm",
        timezone=zone(),
        help=f"in your time zone, {zone()}",
        **more,
    )


def seconds(value: float | None) -> str:
    """A duration: '0.3 s', '38 s', '1 min 50 s', '2 h 5 min', '3 d 4 h'; a dash where it is not known."""
    if value is None:
        return "–"
    if value < 9.95:
        return f"{value:.1f} s"
    whole = round(value)
    for name, unit, smaller, part in (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if whole >= unit:
            rest = whole % unit // part
            return f"{whole // unit} {name}" + (f" {rest} {smaller}" if rest else "")
    return f"{whole} s"


def size(count: int) -> str:
    """Bytes: '412 B', '1.2 MB'."""
    if count < 1000:
        return f"{count} B"
    power = 1 if count < 999_500 else 2 if count < 999_500_000 else 3
    value = count / 1000**power
    return f"{value:.{1 if value < 99.5 else 0}f} {' kMG'[power]}B"


def age(moment: datetime, now: datetime) -> str:
    """How long ago: 'now', '5 min', '3 h', '214 d'."""
    passed = (now - moment).total_seconds()
    if passed < 60:
        return "now"
    if passed < 3600:
        return f"{passed // 60:.0f} min"
    if passed < 2 * 86400:
        return f"{passed // 3600:.0f} h"
    return f"{passed // 86400:,.0f} d"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """'1 row', '2,000 rows'."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def begun(words: str) -> str:
    """The words as a sentence begins."""
    return f"{words[:1].upper()}{words[1:]}"
