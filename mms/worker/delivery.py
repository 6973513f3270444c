"""The minute's watch: raise and resolve alerts of every project, then send what is due."""

import json
from datetime import timedelta

from db.queries.alerts import due_deliveries
from db.queries.projects import projects
from mms.domain.alerts import ChannelKind, DeliveryState, mail_of, message_of
from mms.domain.errors import Lost, MmsError, Unavailable
from mms.domain.members import PRODUCT
from mms.settings import settings
from mms.usecases.alerts import Sending, note_delivery, sending_of, watch_project
from mms.usecases.jobs import JobContext
from mms.worker.mail import send_mail
from mms.worker.webhook import SIGNATURE, Undelivered, call, signature

ROUND = timedelta(seconds=30)
"""How long the deliveries of one minute may keep a worker."""


def watch_and_alert(context: JobContext) -> None:
    """Each live project in a transaction of its own; one that cannot be judged does not keep the others waiting."""
    with context.transaction() as session:
        found = projects(session, PRODUCT)
    for project in found:
        try:
            with context.transaction() as session:
                raised, resolved = watch_project(session, PRODUCT, project.id, context.now())
        except (Unavailable, Lost):
            raise
        except MmsError as error:
            context.log(f"'{project.name}' was not watched: {error.sentence}", "warning")
            continue
        if raised or resolved:
            context.log(f"'{project.name}': {raised} raised, {resolved} over.")
    deliver_due(context)


def deliver_due(context: JobContext) -> None:
    """Send what waits, each in its turn: no transaction is open while somebody else is being waited for.

    A channel that fails is left alone until the next minute, and so is what is left after `ROUND`: other work waits.
    """
    began, failed = context.now(), set[int]()
    with context.transaction() as session:
        ids = due_deliveries(session, began)
    for delivery_id in ids:
        with context.transaction() as session:
            sending = sending_of(session, delivery_id, context.now())
        if sending is None or sending.channel.id in failed:
            continue
        if context.now() - began > ROUND:
            break
        error = _sent(sending, int(context.now().timestamp()))
        with context.transaction() as session:
            state = note_delivery(session, delivery_id, error, context.now())
        if error is not None:
            failed.add(sending.channel.id)
            last = " It is given up." if state is DeliveryState.FAILED else ""
            context.log(f"Delivery {delivery_id} did not arrive: {error}{last}", "warning")


def _sent(sending: Sending, at: int) -> str | None:
    """Send it; return why it did not arrive, None where it did."""
    site, channel = settings(), sending.channel
    try:
        if channel.kind is ChannelKind.EMAIL:
            subject, text = mail_of(sending.alert, sending.event)
            send_mail(site, channel.address, subject, text, f"mms-delivery-{sending.id}")
        else:
            body = json.dumps(message_of(sending.alert, sending.event, sending.id)).encode()
            call(channel.address, body, {SIGNATURE: signature(sending.secret, at, body)}, site.webhook_hosts)
    except Undelivered as error:
        return str(error)
    return None
