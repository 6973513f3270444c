"""Send one e-mail over the site's SMTP server."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from mms.settings import Settings
from mms.worker.webhook import SECONDS, Undelivered


def send_mail(site: Settings, to: str, subject: str, text: str, message_id: str) -> None:
    """Send it; Undelivered where there is no server, or it refuses. message_id: the same however often it is sent.

    MMS_SMTP_URL: smtp://NAME:PASSWORD@HOST:PORT (TLS where the server offers it, and always before a password) or
    smtps://.
    """
    if site.smtp_url is None:
        raise Undelivered("No mail server is set up: set MMS_SMTP_URL and start again.")
    parts = urlsplit(site.smtp_url)
    host, context = parts.hostname or "localhost", ssl.create_default_context()
    try:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = site.mail_from, to, " ".join(subject.split())
        message["Message-ID"] = f"<{message_id}@mms.invalid>"
        message.set_content(text)
        if parts.scheme == "smtps":
            with smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context) as server:
                _hand_over(server, parts.username, parts.password, message)
            return
        with smtplib.SMTP(host, parts.port or 25, timeout=SECONDS) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
            elif parts.username:
                raise Undelivered("The mail server offers no TLS: the password is not sent in the clear.")
            _hand_over(server, parts.username, parts.password, message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise Undelivered(f"The mail server {host} did not take it: {type(error).__name__}.") from error


def _hand_over(server: smtplib.SMTP, name: str | None, password: str | None, message: EmailMessage) -> None:
    if name:
        server.login(unquote(name), unquote(password or ""))
    server.send_message(message)
