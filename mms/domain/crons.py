"""Cron expressions in words: five fields (minute, hour, day, month, weekday) on the clock of a time zone."""

import re

_TIMES = re.compile(r"(\d{1,2}) (\d{1,2}) (\S+) (\S+) (\S+)")
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def cron_words(cron: str, zone: str) -> str:
    """'every night at 02:00 (Europe/Berlin)', 'every Monday at 06:30 (UTC)'; what is less plain is told as written."""
    found = _TIMES.fullmatch(" ".join(cron.split()))
    if found:
        minute, hour, day, month, weekday = found.groups()
        at = f"at {int(hour):02}:{int(minute):02} ({zone})"
        if (day, month, weekday) == ("*", "*", "*"):
            return f"every {'night' if int(hour) < 6 else 'day'} {at}"
        if (day, month) == ("*", "*") and weekday in tuple("01234567"):
            return f"every {_DAYS[int(weekday)]} {at}"
        if (month, weekday) == ("*", "*") and day.isdigit():
            return f"on day {int(day)} of every month {at}"
    return f"on '{cron}' ({zone})"
