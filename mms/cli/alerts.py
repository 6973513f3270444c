"""Alerts: listed, acknowledged, snoozed; channels, and what was sent over them."""

from argparse import ArgumentParser, BooleanOptionalAction, Namespace, _SubParsersAction
from datetime import timedelta

from db.queries.alerts import alerts, channels, deliveries
from db.queries.projects import get_project_named
from db.session import reading, transaction
from mms.cli.console import Output, acting, group, table, verb
from mms.domain.alerts import LONGEST_SNOOZE, ChannelKind
from mms.usecases.alerts import acknowledge_alert, create_channel, delete_channel, snooze_alert, switch_channel


def register(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """The verbs of alerts."""
    noun = group(verbs, "alerts", "alerts: list, acknowledge, snooze, channels, add-channel, ..., deliveries")
    listing = verb(noun, "list", "open alerts of all projects, or of one", _list)
    listing.add_argument("project", nargs="?", help="name or id")
    listing.add_argument("--everything", action="store_true", help="resolved ones too")
    seen = verb(noun, "acknowledge", "say that you have seen to it", _acknowledge)
    seen.add_argument("alert", type=int, help="id")
    seen.add_argument("--note", default="", help="what you have to say")
    snoozing = verb(noun, "snooze", "leave it alone for some days", _snooze)
    snoozing.add_argument("alert", type=int, help="id")
    snoozing.add_argument("--days", type=int, default=7, choices=range(1, LONGEST_SNOOZE.days + 1), metavar="DAYS")
    verb(noun, "channels", "where alerts go", _channels).add_argument("project", help="name or id")
    add = verb(noun, "add-channel", "send alerts to an address; a webhook's secret is told this once", _add)
    add.add_argument("project", help="name or id")
    add.add_argument("kind", choices=[kind.value for kind in ChannelKind])
    add.add_argument("address", help="an e-mail address, or the https address of a webhook")
    switch = verb(noun, "switch-channel", "switch a channel on or off", _switch)
    switch.add_argument("channel", type=int, help="id")
    switch.add_argument("--enabled", action=BooleanOptionalAction, required=True)
    verb(noun, "delete-channel", "delete a channel", _delete).add_argument("channel", type=int, help="id")
    verb(noun, "deliveries", "what was sent, and what is on its way", _deliveries).add_argument(
        "project", help="name or id"
    )


def _list(args: Namespace) -> Output:
    member, now = acting()
    with reading() as session:
        project = get_project_named(session, member, args.project) if args.project else None
        found = alerts(session, member, now, project.id if project else None, everything=args.everything)
    rows = [
        {
            "id": one.id,
            "project": one.project,
            "kind": one.kind.value,
            "since": f"{one.since or one.raised_at:%Y-%m-%d}",
            "what": one.what,
            "do": one.do,
            "seen to by": one.acknowledged_by,
        }
        for one in found
    ]
    return Output({"alerts": found}, table(rows, "Nothing asks for you."))


def _acknowledge(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        acknowledge_alert(session, member, args.alert, args.note, now)
    return Output({"alert": args.alert}, [f"Alert {args.alert} is acknowledged by {member.display_name}."])


def _snooze(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        until = now + timedelta(days=args.days)
        snooze_alert(session, member, args.alert, until, now)
    return Output({"alert": args.alert}, [f"Alert {args.alert} sleeps until {until:%Y-%m-%d %H:%M} UTC."])


def _channels(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        found = channels(session, get_project_named(session, member, args.project).id)
    rows = [
        {"id": one.id, "kind": one.kind.value, "address": one.address, "on": "yes" if one.enabled else "no"}
        for one in found
    ]
    return Output({"channels": found}, table(rows, "Alerts go nowhere yet: make a channel with 'alerts add-channel'."))


def _add(args: Namespace) -> Output:
    member, now = acting()
    kind = ChannelKind(args.kind)
    with transaction() as session:
        project = get_project_named(session, member, args.project)
        made, secret = create_channel(session, member, project.id, kind, args.address, now)
    told = secret if kind is ChannelKind.WEBHOOK else None
    once = [f"Its secret, told this once: {told}"] if told else []
    return Output({"channel": made, "secret": told}, [f"Channel {made} is there.", *once])


def _switch(args: Namespace) -> Output:
    member, _ = acting()
    with transaction() as session:
        switch_channel(session, member, args.channel, enabled=args.enabled)
    return Output({"channel": args.channel}, [f"Channel {args.channel} is {'on' if args.enabled else 'off'}."])


def _delete(args: Namespace) -> Output:
    member, now = acting()
    with transaction() as session:
        delete_channel(session, member, args.channel, now)
    return Output({"channel": args.channel}, [f"Channel {args.channel} is deleted."])


def _deliveries(args: Namespace) -> Output:
    member, _ = acting()
    with reading() as session:
        found = deliveries(session, get_project_named(session, member, args.project).id)
    rows = [
        {
            "id": one.id,
            "alert": one.alert_id,
            "to": one.channel,
            "event": one.event,
            "state": one.state.value,
            "tries": one.attempts,
            "error": one.error,
        }
        for one in found
    ]
    return Output({"deliveries": found}, table(rows, "Nothing was sent yet."))
