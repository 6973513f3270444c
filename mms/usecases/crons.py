"""When a cron expression ticks, on the clock of its time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, croniter

from mms.domain.errors import Invalid

FIELDS = 5


def checked_zone(zone: str) -> str:
    """The time zone, or Invalid where the IANA data has none of this name."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise Invalid(f"'{zone}' is no time zone: write one such as 'UTC' or 'Europe/Berlin'.") from None
    return zone


def checked_cron(cron: str, zone: str, after: datetime) -> str:
    """The expression with single blanks, or Invalid: not five fields, no such time zone, or a date that never comes."""
    fields = cron.split()
    written = " ".join(fields)
    checked_zone(zone)
    drawn = any(field[0] in "RrHh" for field in fields)  # drawn anew at each reading: no time that one could wait for
    if len(fields) != FIELDS or drawn or not croniter.is_valid(written):
        raise Invalid(f"'{cron[:80]}' is no cron expression: write five fields, such as '*/5 * * * *'.")
    next_tick(written, zone, after)
    return written


def next_tick(cron: str, zone: str, after: datetime) -> datetime:
    """The first tick after a moment. Invalid: it never comes, such as 31 February.

    Where clocks go forward, a tick in the hour that is left out comes at its end. Where they go back, the hour that
    comes twice counts once, unless the expression ticks in every hour.
    """
    clock, tick = ZoneInfo(zone), after
    hourly = cron.split()[1].startswith("*")
    while True:
        try:
            tick = croniter(cron, tick.astimezone(clock)).get_next(datetime)
        except CroniterBadDateError:
            raise Invalid(f"'{cron}' never comes: no year has such a date. Write one that does.") from None
        if hourly or not tick.astimezone(clock).fold:
            return tick
