"""Alerts reach people: once raised, over real sockets, signed, tried again, never into a private network."""

import hashlib
import hmac
import json
import socketserver
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Event, Thread
from typing import Any

import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.alerts import alerts, asking, deliveries, due_deliveries
from db.queries.jobs import log_lines
from db.session import reading, transaction
from mms.domain.alerts import ChannelKind
from mms.domain.errors import Conflict, Forbidden, Invalid
from mms.domain.jobs import JobDraft, JobKind
from mms.domain.members import Member, Role
from mms.domain.rules import Condition, Rule, TriggerKind, rule_to_json
from mms.usecases.alerts import acknowledge_alert, create_channel, delete_channel, snooze_alert, switch_channel
from mms.usecases.jobs import JobContext, claim, enqueue, finish
from mms.usecases.projects import archive_project, delete_project
from mms.worker.delivery import watch_and_alert
from mms.worker.webhook import Undelivered, call, public
from tests import rows
from tests.wards import MARCH

LOCAL = ("127.0.0.1",)


@dataclass
class Hook:
    """A server that keeps what it gets, and answers as told."""

    port: int
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?x=1"


@pytest.fixture
def hook() -> Iterator[Hook]:
    """On this machine."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(made.answers.pop(0) if made.answers else 204)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        made = Hook(server.server_address[1])
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture
def mails() -> Iterator[tuple[int, list[str]]]:
    """The port of a mail server, and what it took: it speaks as much SMTP as a client needs."""
    taken: list[str] = []

    class Speaking(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    text = b"".join(iter(self.rfile.readline, b".\r\n"))
                    taken.append(text.decode())
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Speaking) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1], taken
        server.shutdown()
        thread.join()


def a_failed_firing(
    trigger_id: int | None = None, outcome: str = "launched nothing: there is no champion."
) -> tuple[int, int]:
    """A project whose trigger could not launch; returns both ids."""
    with transaction() as session:
        if trigger_id is None:
            project_id = rows.a_project(session, MARCH)
            rule = rule_to_json(Rule((Condition(TriggerKind.SIZE, 10),)))
            trigger = tables.Trigger(
                project_id=project_id, name="Rows", scope="global", rule=rule, created_by="ada", created_at=MARCH
            )
            session.add(trigger)
            session.flush()
        else:
            trigger = session.get_one(tables.Trigger, trigger_id)
        session.add(
            tables.Firing(
                project_id=trigger.project_id, trigger_id=trigger.id, fired_at=MARCH, evidence={}, outcome=outcome
            )
        )
        return trigger.project_id, trigger.id


def watched(at: datetime) -> list[str]:
    """One minute of the worker; returns what it logged."""
    with transaction() as session:
        enqueue(session, JobDraft(JobKind.ALERTS, {}), at)
        job = claim(session, "test", at)
    assert job is not None
    watch_and_alert(JobContext(job, transaction, lambda: at))
    with transaction() as session:
        finish(session, job.id, job.attempt, at)
    with reading() as session:
        return [line.message for line in log_lines(session, job.id)]


def minutes(count: float) -> datetime:
    return MARCH + timedelta(minutes=count)


def sent(project_id: int) -> Sequence[tuple[str, str, int]]:
    with reading() as session:
        return [(one.event, one.state.value, one.attempts) for one in deliveries(session, project_id)][::-1]


def test_an_alarm_is_raised_once_and_told_signed_until_it_is_over(
    store: str, member: Member, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MMS_WEBHOOK_HOSTS", "example.org, 127.0.0.1")
    project_id, trigger_id = a_failed_firing()
    with transaction() as session:
        channel_id, secret = create_channel(session, member, project_id, ChannelKind.WEBHOOK, hook.url, MARCH)

    assert watched(minutes(0)) == ["'flights': 1 raised, 0 over."]
    assert watched(minutes(1)) == []

    ((headers, body),) = hook.got
    at, digest = (part.partition("=")[2] for part in headers["X-MMS-Signature"].split(","))
    assert at == str(int(MARCH.timestamp()))
    assert digest == hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    told = json.loads(body)
    assert told["what"] == "Trigger 'Rows' fired and did not retrain: there is no champion."
    assert (told["event"], told["project"]["id"], told["path"]) == (
        "raised",
        project_id,
        f"/triggers?project={project_id}",
    )
    with reading() as session:
        (found,) = alerts(session, member, MARCH)
        assert asking(session, member, MARCH) == 1
    a_failed_firing(trigger_id, "launched run 2")
    assert watched(minutes(2)) == ["'flights': 0 raised, 1 over."]
    assert sent(project_id) == [("raised", "delivered", 1), ("resolved", "delivered", 1)]
    assert json.loads(hook.got[1][1])["event"] == "resolved"
    with transaction() as session, pytest.raises(Conflict, match="is over since 2026-03-01"):
        acknowledge_alert(session, member, found.id or 0, "", MARCH)
    with transaction() as session:
        switch_channel(session, member, channel_id, enabled=False)
    a_failed_firing(trigger_id)
    assert watched(minutes(3)) == ["'flights': 1 raised, 0 over."]
    assert len(hook.got) == 2


def test_what_does_not_arrive_is_tried_again_after_a_rest_that_doubles(
    sqlite_store: str, member: Member, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MMS_WEBHOOK_HOSTS", "127.0.0.1")
    project_id, _ = a_failed_firing()
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.WEBHOOK, hook.url, MARCH)
    hook.answers = [302, 500, 200]

    logs = [watched(minutes(m)) for m in (0, 0.5, 1, 2.5, 3)]

    assert logs[0][1] == "Delivery 1 did not arrive: 127.0.0.1 answered 302; redirects are not followed."
    assert (logs[1], logs[3]) == ([], [])
    assert sent(project_id) == [("raised", "delivered", 3)]
    assert {json.loads(body)["id"] for _, body in hook.got} == {"mms-delivery-1"}


def test_what_is_over_is_told_after_what_began(
    sqlite_store: str, member: Member, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MMS_WEBHOOK_HOSTS", "127.0.0.1")
    project_id, trigger_id = a_failed_firing()
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.WEBHOOK, hook.url, MARCH)
    hook.answers = [500]
    watched(minutes(0))
    a_failed_firing(trigger_id, "launched run 2")
    watched(minutes(0.5))
    assert len(hook.got) == 1

    watched(minutes(1))
    watched(minutes(2))

    assert [json.loads(body)["event"] for _, body in hook.got] == ["raised", "raised", "resolved"]


def test_of_a_deleted_project_nothing_is_sent(sqlite_store: str, member: Member) -> None:
    project_id, _ = a_failed_firing()
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.EMAIL, "grace@example.org", MARCH)
    watched(minutes(0))
    with transaction() as session:
        delete_project(session, member, project_id, MARCH)
        assert asking(session, member, MARCH) == 0

    assert watched(minutes(1)) == []


def test_an_answer_that_never_ends_is_cut() -> None:
    class Dripping(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                while True:
                    self.wfile.write(b"H")
                    over.wait(0.01)
            except OSError:
                over.set()

    over = Event()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dripping) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()

        with pytest.raises(Undelivered, match="could not be reached"):
            call(f"http://127.0.0.1:{server.server_address[1]}/", b"{}", {}, LOCAL, 0.1)

        server.shutdown()
        thread.join()
    assert over.is_set()


def test_without_its_certificate_nobody_is_called(hook: Hook) -> None:
    with pytest.raises(Undelivered, match="could not be reached"):
        call(f"https://127.0.0.1:{hook.port}/", b"{}", {}, LOCAL)

    assert hook.got == []


def test_a_dead_channel_keeps_no_other_waiting(sqlite_store: str, member: Member) -> None:
    project_id, _ = a_failed_firing()
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.WEBHOOK, "https://127.0.0.1/hook", MARCH)
        create_channel(session, member, project_id, ChannelKind.EMAIL, "grace@example.org", MARCH)
    watched(minutes(0))
    with transaction() as session:
        dead, other = session.scalars(sa.select(tables.AlertDelivery).order_by(tables.AlertDelivery.id))
        dead.state, dead.next_try_at = "waiting", minutes(5)
        other.state, other.next_try_at = "waiting", minutes(2)

        assert due_deliveries(session, minutes(9), limit=1) == [other.id]


def test_channels_are_served_in_turn_however_many_deliveries_wait_for_one(store: str, member: Member) -> None:
    project_id, trigger_id = a_failed_firing()
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.EMAIL, "ada@example.org", MARCH)
    watched(minutes(0))
    a_failed_firing(trigger_id, "launched run 2")
    watched(minutes(1))
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.EMAIL, "grace@example.org", MARCH)
    a_failed_firing(trigger_id)
    watched(minutes(2))

    with reading() as session:
        due = due_deliveries(session, minutes(999), limit=2)
        channels = [session.get_one(tables.AlertDelivery, one).channel_id for one in due]
        waiting = len(due_deliveries(session, minutes(999)))
    assert (len(set(channels)), waiting) == (2, 3)


def test_a_delivery_is_given_up_after_ten_tries(sqlite_store: str, member: Member) -> None:
    project_id, _ = a_failed_firing()
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.WEBHOOK, "https://127.0.0.1/hook", MARCH)

    logs = [watched(minutes(1000 * turn)) for turn in range(11)]

    assert logs[0][1].endswith("leads into a private network; MMS_WEBHOOK_HOSTS may allow it by name.")
    assert logs[9][0].endswith("It is given up.")
    assert logs[10] == []
    assert sent(project_id) == [("raised", "failed", 10)]


def test_an_alert_comes_by_mail(
    sqlite_store: str, member: Member, mails: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, taken = mails
    project_id, _ = a_failed_firing()
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.EMAIL, "grace@example.org", MARCH)
    assert watched(minutes(0))[1].endswith("No mail server is set up: set MMS_SMTP_URL and start again.")
    monkeypatch.setenv("MMS_SMTP_URL", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("MMS_MAIL_FROM", "mms@example.org")

    assert watched(minutes(1)) == []

    (mail,) = taken
    assert "To: grace@example.org" in mail
    assert "From: mms@example.org" in mail
    assert "Subject: [MMS] Alert: trigger in flights" in mail
    assert "Message-ID: <mms-delivery-1@mms.invalid>" in mail
    assert "What to do: See to the cause, then retrain." in mail


def test_a_password_is_not_sent_in_the_clear(
    sqlite_store: str, member: Member, mails: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id, _ = a_failed_firing()
    monkeypatch.setenv("MMS_SMTP_URL", f"smtp://ada:secret@127.0.0.1:{mails[0]}")
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.EMAIL, "grace@example.org", MARCH)

    assert "the password is not sent in the clear" in watched(minutes(0))[1]
    assert mails[1] == []


def test_a_snoozed_alert_is_quiet_and_asks_again(sqlite_store: str, member: Member) -> None:
    project_id, _ = a_failed_firing()
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.EMAIL, "grace@example.org", MARCH)
    watched(minutes(0))
    with transaction() as session:
        snooze_alert(session, member, 1, minutes(60), minutes(1))
    with reading() as session:
        counts = [asking(session, member, minutes(m)) for m in (2, 60)]

    watched(minutes(59))
    watched(minutes(60))
    watched(minutes(61))

    assert counts == [0, 1]
    assert [event for event, _, _ in sent(project_id)] == ["raised", "woken 2026-03-01T01:00:00"]
    with transaction() as session:
        acknowledge_alert(session, member, 1, " I look at it ", minutes(62))
    with transaction() as session, pytest.raises(Conflict, match="acknowledged by Ada Lovelace already"):
        acknowledge_alert(session, member, 1, "", minutes(63))
    with reading() as session:
        (found,) = alerts(session, member, minutes(64))
        assert (found.acknowledged_by, found.note) == ("Ada Lovelace", "I look at it")
        assert asking(session, member, minutes(64)) == 0


def test_who_sees_to_an_alert_ends_its_snooze_and_a_snooze_after_that_asks_again(
    sqlite_store: str, member: Member
) -> None:
    project_id, _ = a_failed_firing()
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.EMAIL, "grace@example.org", MARCH)
    watched(minutes(0))
    with transaction() as session:
        snooze_alert(session, member, 1, minutes(60), minutes(1))
        acknowledge_alert(session, member, 1, "mine", minutes(2))
    watched(minutes(60))
    assert [event for event, _, _ in sent(project_id)] == ["raised"]
    with transaction() as session:
        snooze_alert(session, member, 1, minutes(120), minutes(61))
    watched(minutes(120))

    with reading() as session:
        (found,) = alerts(session, member, minutes(120))
    assert found.asks(minutes(120))
    assert [event for event, _, _ in sent(project_id)] == ["raised", "woken 2026-03-01T02:00:00"]


@pytest.mark.slow
def test_what_never_arrived_is_not_told_to_be_over(sqlite_store: str, member: Member) -> None:
    project_id, trigger_id = a_failed_firing()
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.WEBHOOK, "https://127.0.0.1/hook", MARCH)
    for turn in range(10):
        watched(minutes(1000 * turn))
    a_failed_firing(trigger_id, "launched run 2")

    watched(minutes(10_000))

    assert sent(project_id) == [("raised", "failed", 10)]


def test_a_sender_that_is_none_keeps_nobody_waiting(
    sqlite_store: str, member: Member, mails: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id, _ = a_failed_firing()
    with transaction() as session:
        create_channel(session, member, project_id, ChannelKind.EMAIL, "grace@example.org", MARCH)
    monkeypatch.setenv("MMS_SMTP_URL", f"smtp://127.0.0.1:{mails[0]}")
    monkeypatch.setenv("MMS_MAIL_FROM", "mms@example.org\nBcc: eve@example.org")

    assert "did not take it: ValueError" in watched(minutes(0))[1]


def test_of_all_projects_those_are_listed_that_are_counted(sqlite_store: str, member: Member) -> None:
    project_id, _ = a_failed_firing()
    watched(minutes(0))
    with transaction() as session:
        archive_project(session, member, project_id, MARCH)

    with reading() as session:
        assert (asking(session, member, MARCH), alerts(session, member, MARCH)) == (0, [])
        assert len(alerts(session, member, MARCH, project_id)) == 1


def test_what_is_open_is_listed_before_however_many_are_over(sqlite_store: str, member: Member) -> None:
    project_id, _ = a_failed_firing()
    watched(minutes(0))
    over = {
        "project_id": project_id, "kind": "drift", "raised_at": MARCH, "note": "", "resolved_at": MARCH,
        "content": {"what": "w", "sure": "s", "do": "d", "page": "decay"},
    }  # fmt: skip
    with transaction() as session:
        session.execute(sa.insert(tables.Alert), [over | {"key": f"drift:{n}"} for n in range(3)])

    with reading() as session:
        found = alerts(session, member, MARCH, project_id, everything=True, limit=2)

    assert [one.resolved_at for one in found] == [None, MARCH]


def test_a_worker_that_is_away_is_seen_by_whoever_looks(sqlite_store: str, member: Member) -> None:
    with transaction() as session:
        session.add(
            tables.Schedule(name="a", kind="check triggers", arguments={}, cron="* * * * *", zone="UTC", next_run=MARCH)
        )
    with reading() as session:
        assert asking(session, member, minutes(5)) == 0
        assert asking(session, member, minutes(6)) == 1
        (found,) = alerts(session, member, minutes(6))
    assert found.what == "No worker has been seen: runs, triggers and alerts wait."


def test_who_may_make_channels(sqlite_store: str, member: Member) -> None:
    project_id, _ = a_failed_firing()
    scientist = Member(member.id, "grace", "Grace", frozenset({Role.SCIENTIST}))
    with transaction() as session:
        channel_id, _ = create_channel(session, scientist, project_id, ChannelKind.EMAIL, "g@example.org", MARCH)
        with pytest.raises(Forbidden):
            create_channel(session, scientist, project_id, ChannelKind.WEBHOOK, "https://example.org", MARCH)
        with pytest.raises(Invalid):
            create_channel(session, member, project_id, ChannelKind.WEBHOOK, "ftp://example.org", MARCH)
        delete_channel(session, scientist, channel_id, MARCH)
    watched(minutes(0))
    assert sent(project_id) == []
    with reading() as session:
        assert due_deliveries(session, minutes(9)) == []
        assert session.scalar(sa.select(sa.func.count()).select_from(tables.Alert)) == 1


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True), ("127.0.0.1", False),
        ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False),
        ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False), ("255.255.255.255", False), ("::1", False),
        ("::", False), ("fe80::1", False), ("fd00::1", False), ("::ffff:10.0.0.1", False), ("ff02::1", False),
        ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False),
    ],
)  # fmt: skip
def test_only_addresses_of_the_public_internet_are_public(address: str, is_public: bool) -> None:
    assert public(ip_address(address)) == is_public


@pytest.mark.parametrize(
    ("url", "allowed", "why"),
    [
        ("https://127.0.0.1/", (), "private network"),
        ("https://localhost/", (), "private network"),
        ("https://[::1]/", (), "private network"),
        ("https://[::ffff:127.0.0.1]/", (), "private network"),
        ("https://2130706433/", (), "private network"),
        ("http://93.184.215.14/", (), "over https only"),
        ("http://93.184.215.14/", ("93.184.215.14",), "over https only"),
        ("http://127.0.0.1:1/", ("example.org",), "not among the hosts"),
        ("https://no.such.name.invalid/", (), "has no address"),
        ("http://127.0.0.1:1/", LOCAL, "could not be reached"),
    ],
)
def test_a_call_that_may_not_be_made_is_not_made(url: str, allowed: tuple[str, ...], why: str) -> None:
    with pytest.raises(Undelivered, match=why):
        call(url, b"{}", {}, allowed)
