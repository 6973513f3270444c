"""When an alert is raised, when it stays, when it is over; what it says, and where it may be sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mms.domain.alerts import (
    AWAY,
    Alarm,
    Alert,
    AlertKind,
    ChannelKind,
    checked_address,
    checked_snooze,
    decay_alarm,
    drift_alarm,
    estimated_alarm,
    labels_alarm,
    mail_of,
    message_of,
    next_try,
    settle,
    shown_address,
    worker_alarm,
)
from mms.domain.decay import Decay, Delay
from mms.domain.errors import Invalid
from mms.domain.triggers import Score

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FALLING = Decay(True, NOW - timedelta(days=60), None, 0.9, "F1 0.900 → 0.800, surely, since January 2026.")
WELL = Decay(False, None, None, 0.9, "F1 0.900 → 0.890: no sure fall.")


def alarm(about: str, *, holds: bool = True) -> Alarm:
    return Alarm(AlertKind.DRIFT, about, "what", None, "sure", "do", "decay", holds)


@pytest.mark.parametrize(
    ("open_keys", "alarms", "raised", "resolved"),
    [
        ([], [], [], []),
        ([], [alarm("a")], ["drift:a"], []),
        (["drift:a"], [alarm("a")], [], []),
        (["drift:a"], [alarm("a", holds=False)], [], []),
        ([], [alarm("a", holds=False)], [], []),
        (["drift:a"], [], [], ["drift:a"]),
        (["drift:a"], [alarm("b")], ["drift:b"], ["drift:a"]),
        ([], [alarm("a"), alarm("a")], ["drift:a"], []),
    ],
)
def test_no_alarm_twice_and_none_over_before_it_let_go(
    open_keys: list[str], alarms: list[Alarm], raised: list[str], resolved: list[str]
) -> None:
    settled = settle(open_keys, alarms)

    assert [one.key for one in settled.raised] == raised
    assert sorted(settled.resolved) == resolved


@pytest.mark.parametrize(
    ("full", "loose", "holds"), [(FALLING, FALLING, True), (WELL, FALLING, False), (WELL, WELL, None)]
)
def test_a_fall_raises_and_a_fall_that_wavers_only_stays(full: Decay, loose: Decay, holds: bool | None) -> None:
    for made in (decay_alarm, estimated_alarm):
        found = made("global", "v1 tree", full, loose)

        assert (found and found.holds) == holds
        assert found is None or (found.since == FALLING.since and "v1 tree" in found.what)


def test_what_cannot_be_estimated_is_no_alarm() -> None:
    assert estimated_alarm("global", "v1", Score(None, "not yet."), Score(None, "not yet.")) is None


@pytest.mark.parametrize(("value", "holds"), [(None, None), (0.39, None), (0.4, False), (0.49, False), (0.5, True)])
def test_drift_alarms_from_its_limit_on_and_lets_go_well_below(value: float | None, holds: bool | None) -> None:
    found = drift_alarm("group:ward=north", "v1", Score(value, "2 of 4 features drifted."))

    assert (found and found.holds) == holds
    assert found is None or "in 'group:ward=north'" in found.what


@pytest.mark.parametrize(
    ("days", "waiting", "delay", "alarms"),
    [
        (30, 500, Delay(24, 48), True),
        (4, 500, Delay(24, 48), False),
        (6, 500, Delay(24, 48), True),
        (30, 99, Delay(24, 48), False),
        (30, 500, Delay(24, 24 * 20), False),
        (2, 500, None, True),
        (None, 500, None, False),
    ],
)
def test_labels_stopped_when_they_are_later_than_ever(
    days: int | None, waiting: int, delay: Delay | None, alarms: bool
) -> None:
    last = None if days is None else NOW - timedelta(days=days)

    assert (labels_alarm("global", last, waiting, delay, NOW) is not None) == alarms


@pytest.mark.parametrize(
    ("seen", "away"),
    [(None, False), (NOW, False), (NOW - AWAY, False), (NOW - 2 * AWAY, True), (NOW + AWAY, False)],
)
def test_a_worker_is_away_when_its_minutes_pass(seen: datetime | None, away: bool) -> None:
    assert (worker_alarm(seen, NOW) is not None) == away


def test_a_delivery_rests_longer_after_each_try_and_is_given_up() -> None:
    rests = [next_try(attempts, NOW) for attempts in range(1, 11)]

    assert [rest and (rest - NOW).total_seconds() / 60 for rest in rests] == [1, 2, 4, 8, 16, 32, 64, 128, 256, None]


@pytest.mark.parametrize(
    ("snoozed", "acknowledged", "resolved", "asks"),
    [
        (None, None, None, True),
        (NOW + timedelta(1), None, None, False),
        (NOW, None, None, True),
        (None, NOW, None, False),
        (None, None, NOW, False),
    ],
)
def test_an_alert_asks_until_somebody_has_seen_to_it(
    snoozed: datetime | None, acknowledged: datetime | None, resolved: datetime | None, asks: bool
) -> None:
    made = Alert(
        1, 1, "P", AlertKind.DRIFT, "what", "sure", "do", "decay", None, NOW,
        acknowledged_at=acknowledged, snoozed_until=snoozed, resolved_at=resolved,
    )  # fmt: skip

    assert made.asks(NOW) == asks


def test_what_is_sent_says_what_since_when_how_sure_and_what_to_do() -> None:
    made = Alert(4, 2, "Line\nbreak", AlertKind.DECAY, "It fell.", "Sure.", "Retrain.", "decay", None, NOW)

    subject, text = mail_of(made, "raised")
    sent = message_of(made, "woken 2026-03-01", 9)

    assert subject == "[MMS] Alert: decay in Line\nbreak"
    assert text.splitlines()[0] == "It fell."
    assert "Since 2026-03-01 12:00 UTC. Sure." in text
    assert "/decay?project=2" in text
    assert (sent["id"], sent["event"], sent["alert"]) == ("mms-delivery-9", "woken", 4)
    assert sent["since"] == NOW.isoformat()
    assert mail_of(made, "resolved")[0].startswith("[MMS] Over: ")


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        (ChannelKind.EMAIL, "ada"),
        (ChannelKind.EMAIL, "ada@example.org\nBcc: eve@example.org"),
        (ChannelKind.EMAIL, "Ada <ada@example.org>"),
        (ChannelKind.WEBHOOK, "example.org/hook"),
        (ChannelKind.WEBHOOK, "file:///etc/passwd"),
        (ChannelKind.WEBHOOK, "https://"),
        (ChannelKind.WEBHOOK, "https://ada:secret@example.org/"),
        (ChannelKind.WEBHOOK, "https://example.org/a b"),
        (ChannelKind.WEBHOOK, "https://example.org:port/"),
        (ChannelKind.WEBHOOK, "https://example.org/\r\nHost: other"),
    ],
)
def test_an_address_that_is_none_is_refused(kind: ChannelKind, address: str) -> None:
    with pytest.raises(Invalid):
        checked_address(kind, address)


def test_an_address_loses_its_outer_blanks() -> None:
    assert checked_address(ChannelKind.EMAIL, " ada@example.org ") == "ada@example.org"
    assert checked_address(ChannelKind.WEBHOOK, "https://example.org/hook?x=1\n") == "https://example.org/hook?x=1"


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=367)])
def test_a_snooze_ends_on_a_day_to_come(until: datetime) -> None:
    with pytest.raises(Invalid, match="at most 366 days"):
        checked_snooze(until, NOW)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://example.org/hooks/mms", "https://example.org/hooks/mms"),
        ("https://example.org/hook?token=abc", "https://example.org/hook?…"),
        ("https://hooks.a-long-name.example.org/s/T012345/abcdefghijklmnop1234", "https://hooks.a-long-name.example.org/s/T012345/…"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9"),
        ("HTTPS://Example.org/hooks/mms?to=http://other.org/", "HTTPS://Example.org/hooks/mms?…"),
    ],
)  # fmt: skip
def test_a_key_in_an_address_is_not_shown(address: str, shown: str) -> None:
    assert shown_address(ChannelKind.WEBHOOK, address) == shown


def test_drift_of_a_model_stays_one_alert_while_its_seats_change_hands() -> None:
    drifted = Score(0.9, "4 of 4 features drifted.")
    north, everywhere, other = (
        drift_alarm(scope, name, drifted)
        for scope, name in [("group:ward=north", "v1"), ("global", "v1"), ("global", "v2")]
    )
    assert north is not None
    assert everywhere is not None
    assert other is not None

    moved, taken = settle([north.key], [everywhere]), settle([north.key], [other])

    assert (moved.raised, moved.resolved) == ((), frozenset())
    assert (north.scope, everywhere.scope) == ("group:ward=north", "global")
    assert (taken.raised, taken.resolved) == ((other,), {north.key})


def test_an_alert_of_a_scope_leads_to_its_champion() -> None:
    found = decay_alarm("group:ward=north", "v1 tree", FALLING, FALLING)
    assert found is not None
    assert found.scope == "group:ward=north"
    made = Alert(4, 2, "P", found.kind, found.what, "", "", "decay", None, NOW, scope=found.content["scope"])

    assert made.query == {"project": "2", "scope": "group:ward=north"}
    assert message_of(made, "raised", 9)["path"] == "/decay?project=2&scope=group%3Award%3Dnorth"
    assert replace(made, scope="global").query == {"project": "2"}
