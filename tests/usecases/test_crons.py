"""When a cron expression ticks, over the days on which clocks change."""

from datetime import UTC, datetime

import pytest

from mms.domain.errors import Invalid
from mms.usecases.crons import checked_cron, next_tick

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("cron", "after", "ticks"),
    [
        # Clocks go forward on 29 March at 02:00 to 03:00: what stands in the hour left out comes at its end.
        ("30 2 * * *", "2026-03-28T12:00", ["2026-03-29T01:00", "2026-03-30T00:30"]),
        ("0 3 * * *", "2026-03-28T12:00", ["2026-03-29T01:00", "2026-03-30T01:00"]),
        ("0 2 * * 0", "2026-03-23T00:00", ["2026-03-29T01:00", "2026-04-05T00:00"]),
        # They go back on 25 October at 03:00 to 02:00: the hour that comes twice counts once...
        ("30 2 * * *", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("0 2 * * *", "2026-10-25T00:30", ["2026-10-26T01:00"]),
        # ... but every hour is every hour.
        ("0 * * * *", "2026-10-24T23:30", ["2026-10-25T00:00", "2026-10-25T01:00", "2026-10-25T02:00"]),
        ("0 2 * * 1", "2026-10-24T12:00", ["2026-10-26T01:00", "2026-11-02T01:00"]),
    ],
)
def test_a_tick_goes_by_the_clock_of_its_zone(cron: str, after: str, ticks: list[str]) -> None:
    moment, found = datetime.fromisoformat(after).replace(tzinfo=UTC), []
    for _ in ticks:
        moment = next_tick(cron, BERLIN, moment)
        found.append(moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M"))

    assert found == ticks


@pytest.mark.parametrize(
    ("cron", "zone", "told"),
    [
        ("0 0 31 2 *", "UTC", "never comes"),
        ("0 0 30 2 *", BERLIN, "never comes"),
        ("0 0 * *", "UTC", "write five fields"),
        ("0 0 * * * *", "UTC", "write five fields"),
        ("@daily", "UTC", "write five fields"),
        ("R R * * *", "UTC", "write five fields"),
        ("61 0 * * *", "UTC", "write five fields"),
        ("", "UTC", "write five fields"),
        ("0 0 * * *", "Mars/Olympus", "is no time zone"),
        ("0 0 * * *", "../etc/passwd", "is no time zone"),
        ("0 0 * * *", "", "is no time zone"),
    ],
)
def test_a_clock_that_never_ticks_is_refused(cron: str, zone: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        checked_cron(cron, zone, datetime(2026, 1, 1, tzinfo=UTC))


def test_leap_days_come_and_blanks_are_put_in_order() -> None:
    assert checked_cron(" 0  0 29 2 * ", "UTC", datetime(2026, 1, 1, tzinfo=UTC)) == "0 0 29 2 *"
