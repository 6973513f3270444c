"""Alerts: what asks for somebody, raised once, resolved when its cause is gone; and where they are sent."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode, urlsplit

from mms.domain.decay import Decay, Delay
from mms.domain.errors import Invalid
from mms.domain.promotions import GLOBAL
from mms.domain.triggers import RELEASE, Score

DRIFT_LIMIT = 0.5
"""From this drift score on (share of the importances that lies on features that drifted) somebody should look."""

LATE = 2.0
"""Labels have stopped when they are later than this many times what 9 of 10 took so far, and a day."""

LATE_ANSWERS = 100
"""... and at least so many answers wait for theirs."""

AWAY = timedelta(minutes=5)
"""A worker that did not queue its minutes' work for so long is away."""

TRIES = 10
"""How often a delivery is tried before it is given up."""

FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=6)

LONGEST_SNOOZE = timedelta(days=366)

_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


_KEY = re.compile(r"[^/]{16,}")


class AlertKind(StrEnum):
    """What kind of thing is wrong."""

    DECAY = "decay"
    ESTIMATED = "estimated decay"
    DRIFT = "drift"
    TRIGGER = "trigger"
    APPROVAL = "approval"
    LABELS = "labels"
    WORKER = "worker"


class ChannelKind(StrEnum):
    """How an alert travels."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong now. about: what of its kind; sure: how one knows; do: what to do, on `page` of the dashboard.

    holds: whether it is bad enough to raise an alert. One that does not hold, and is here, has not let go either: an
    open alert stays.
    """

    kind: AlertKind
    about: str
    what: str
    since: datetime | None
    sure: str
    do: str
    page: str
    holds: bool = True
    scope: str = GLOBAL

    @property
    def key(self) -> str:
        """What the alert is about: of each key, one is open at most."""
        return f"{self.kind.value}:{self.about}"

    @property
    def content(self) -> dict[str, Any]:
        """What an alert keeps of it."""
        return {"what": self.what, "sure": self.sure, "do": self.do, "page": self.page, "scope": self.scope}


@dataclass(frozen=True, slots=True)
class Alert:
    """One alarm, kept. id None: what is seen only while one looks (a worker that is away cannot write it down)."""

    id: int | None
    project_id: int | None
    project: str
    kind: AlertKind
    what: str
    sure: str
    do: str
    page: str
    since: datetime | None
    raised_at: datetime
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    note: str = ""
    snoozed_by: str | None = None
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    scope: str = GLOBAL

    @property
    def query(self) -> dict[str, str]:
        """What the address of its page says: the project, and the scope where it is not all rows."""
        project = {} if self.project_id is None else {"project": str(self.project_id)}
        return project if self.scope == GLOBAL else project | {"scope": self.scope}

    def asks(self, now: datetime) -> bool:
        """Whether it still waits for somebody: open, acknowledged by nobody, and not asleep."""
        asleep = self.snoozed_until is not None and now < self.snoozed_until
        return self.resolved_at is None and self.acknowledged_at is None and not asleep


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be raised anew, and which keys are to be resolved."""

    raised: tuple[Alarm, ...]
    resolved: frozenset[str]


@dataclass(frozen=True, slots=True)
class Channel:
    """Where alerts of a project go."""

    id: int
    project_id: int
    kind: ChannelKind
    address: str
    enabled: bool
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert on its way over one channel. event: 'raised', 'woken ...' or 'resolved'."""

    id: int
    alert_id: int
    channel: str
    kind: ChannelKind
    event: str
    state: DeliveryState
    attempts: int
    next_try_at: datetime
    error: str | None
    delivered_at: datetime | None


def settle(open_keys: Collection[str], alarms: Sequence[Alarm]) -> Settled:
    """Hold what is wrong now against what is open: no key twice, and none resolved that has not let go."""
    there = {alarm.key for alarm in alarms}
    fresh = {alarm.key: alarm for alarm in alarms if alarm.holds and alarm.key not in open_keys}
    return Settled(tuple(fresh.values()), frozenset(open_keys) - there)


def decay_alarm(scope: str, champion: str, full: Decay, loose: Decay) -> Alarm | None:
    """Of a realised fall. loose: judged by `RELEASE` of the fall that counts, so what wavers about it stays open."""
    if not loose.decaying:
        return None
    return Alarm(
        AlertKind.DECAY,
        _of(scope, champion),
        f"{champion} decays{_seat(scope)}: {loose.sentence}",
        loose.since,
        "Sure: 2 of its last 3 judged months are worse than its newest rows, by more than their 95 % bands.",
        "Look at which rows fell, and retrain.",
        "decay",
        full.decaying,
        scope,
    )


def estimated_alarm(scope: str, champion: str, full: Decay | Score, loose: Decay | Score) -> Alarm | None:
    """Of a fall that is estimated without labels; what cannot be estimated is no alarm."""
    if isinstance(full, Score) or isinstance(loose, Score) or not loose.decaying:
        return None
    return Alarm(
        AlertKind.ESTIMATED,
        _of(scope, champion),
        f"{champion} is estimated to decay{_seat(scope)}: {loose.sentence}",
        loose.since,
        "Likely: estimated without labels, which holds while only the mix of its rows changes.",
        "Label some of its answers to know.",
        "decay",
        full.decaying,
        scope,
    )


def drift_alarm(scope: str, champion: str, score: Score) -> Alarm | None:
    """Of inputs that moved away from what the champion learnt from: the same drift, whichever seat tells of it."""
    if score.value is None or score.value < DRIFT_LIMIT * RELEASE:
        return None
    return Alarm(
        AlertKind.DRIFT,
        champion,
        f"What {champion} is asked drifted{_seat(scope)}: {score.sentence}",
        None,
        f"Sure that rows differ ({score.value:.0%} of what weighs in its answers drifted), not that answers got worse.",
        "See which features moved, and whether the score fell.",
        "decay",
        score.value >= DRIFT_LIMIT,
        scope,
    )


def labels_alarm(scope: str, last: datetime | None, waiting: int, delay: Delay | None, now: datetime) -> Alarm | None:
    """Of labels that used to come. last: end of the newest day with a label; waiting: answers since that are older
    than `late_after`."""
    if last is None or waiting < LATE_ANSWERS or now - last <= late_after(delay):
        return None
    return Alarm(
        AlertKind.LABELS,
        scope,
        f"No label has come for {waiting:,} answers since {last:%Y-%m-%d}{_seat(scope)}.",
        last,
        f"Sure: 9 of 10 labels came within {_hours(_usual(delay))} so far.",
        "See to the feedback, or ask for some labels.",
        "decay",
        scope=scope,
    )


def late_after(delay: Delay | None) -> timedelta:
    """How long an answer waits before its label is late: see `LATE`."""
    return LATE * _usual(delay) + timedelta(days=1)


def trigger_alarm(trigger_id: int, name: str, at: datetime, said: str) -> Alarm:
    """Of a trigger whose newest firing came to nothing. said: its outcome, or the run's error."""
    what = f"Trigger '{name}' fired and did not retrain: {said}"
    return Alarm(
        AlertKind.TRIGGER, str(trigger_id), what, at, "Sure: it is written with the firing.",
        "See to the cause, then retrain.", "triggers",
    )  # fmt: skip


def approval_alarm(about: str, what: str, since: datetime | None) -> Alarm:
    """Of a promotion that waits for somebody's yes."""
    return Alarm(
        AlertKind.APPROVAL, about, what, since, "By the verdict beside the button, on the same newest rows.",
        "Promote it, or say why not.", "champions",
    )  # fmt: skip


def worker_alarm(seen: datetime | None, now: datetime) -> Alarm | None:
    """Of the site's workers: they queue work each minute. seen: when the next was due; None: none ever ran."""
    if seen is None or now - seen <= AWAY:
        return None
    return Alarm(
        AlertKind.WORKER,
        "site",
        "No worker has been seen: runs, triggers and alerts wait.",
        seen,
        "Sure: a worker queues its work each minute.",
        "Start one with `python -m mms worker`, or see why it ended in mms.log.",
        "admin",
    )


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When a delivery that failed so often is tried again: 1, 2, 4 ... minutes later; None: it is given up."""
    return None if attempts >= TRIES else now + min(FIRST_REST * 2 ** (attempts - 1), LONGEST_REST)


def checked_snooze(until: datetime, now: datetime) -> datetime:
    """A time to come, or Invalid."""
    if not now < until <= now + LONGEST_SNOOZE:
        raise Invalid(f"An alert is snoozed until a day to come, at most {LONGEST_SNOOZE.days} days ahead.")
    return until


def checked_address(kind: ChannelKind, address: str) -> str:
    """The address without outer blanks, or Invalid."""
    trimmed = address.strip()
    if kind is ChannelKind.EMAIL:
        if not _MAIL.fullmatch(trimmed):
            raise Invalid(f"'{trimmed[:80]}' is no e-mail address: write it like ada@example.org.")
        return trimmed
    try:
        parts = urlsplit(trimmed)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    plain = trimmed.isascii() and trimmed.isprintable() and " " not in trimmed
    if not plain or len(trimmed) > 2000 or parts.scheme not in ("https", "http") or not parts.hostname:
        raise Invalid(f"'{trimmed[:80]}' is no address of a webhook: write it like https://example.org/hooks/mms.")
    if parts.username or parts.password or parts.fragment:
        raise Invalid("A webhook's address holds no name, password or fragment: what is sent is signed instead.")
    return trimmed


def shown_address(kind: ChannelKind, address: str) -> str:
    """As everybody may read it: what may be a key of the receiver, long words and what is asked, is left out."""
    if kind is ChannelKind.EMAIL:
        return address
    path, asks, _ = address.partition("?")
    scheme, colon, behind = path.partition("://")
    site, slash, rest = behind.partition("/")
    return f"{scheme}{colon}{site}{slash}{_KEY.sub('…', rest)}{'?…' if asks else ''}"


def message_of(alert: Alert, event: str, delivery_id: int) -> Mapping[str, Any]:
    """What a webhook gets. id: the same however often it is sent, for who wants to act on it once."""
    return {
        "id": f"mms-delivery-{delivery_id}",
        "event": event.partition(" ")[0],
        "alert": alert.id,
        "project": {"id": alert.project_id, "name": alert.project},
        "kind": alert.kind.value,
        "what": alert.what,
        "since": (alert.since or alert.raised_at).isoformat(),
        "sure": alert.sure,
        "do": alert.do,
        "path": f"/{alert.page}?{urlencode(alert.query)}",
    }


def mail_of(alert: Alert, event: str) -> tuple[str, str]:
    """Subject and text of an e-mail."""
    word = {"resolved": "Over", "woken": "Still"}.get(event.partition(" ")[0], "Alert")
    lines = (
        alert.what,
        "",
        f"Since {alert.since or alert.raised_at:%Y-%m-%d %H:%M} UTC. {alert.sure}",
        f"What to do: {alert.do}",
        f"Where: /{alert.page}?{urlencode(alert.query)} on the dashboard.",
    )
    return f"[MMS] {word}: {alert.kind.value} in {alert.project}", "\n".join(lines) + "\n"


def _of(scope: str, champion: str) -> str:
    """What an alarm of a champion is about: what is known of it is not said of who takes its seat."""
    return f"{scope}, {champion}"


def _usual(delay: Delay | None) -> timedelta:
    return timedelta(hours=delay.most if delay else 0)


def _seat(scope: str) -> str:
    return "" if scope == GLOBAL else f" in '{scope}'"


def _hours(delay: timedelta) -> str:
    hours = delay.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{max(hours, 1):.0f} h"
