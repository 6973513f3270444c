"""Call a webhook: over https, to an address that was checked, signed, without redirects, in bounded time.

The name is resolved once, every address it has is checked, and the connection goes to one that was: a name that
resolves to something else a moment later leads nowhere.
"""

import hashlib
import hmac
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from urllib.parse import urlsplit

SECONDS = 10.0
"""How long a connection may take, and then an answer."""

SIGNATURE = "X-MMS-Signature"
"""The header `t=SECONDS,v1=HEX`: HMAC-SHA-256 by the channel's secret over the time, a full stop and the body."""

_EMBEDDED = IPv6Network("64:ff9b::/96")
"""Addresses of NAT64 hold one of IPv4."""


class Undelivered(Exception):
    """A call that did not arrive; its text says why and names nothing that was sent."""


def signature(secret: str, at: int, body: bytes) -> str:
    """What stands in the header. at: seconds since 1970, by which who gets it refuses old calls."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def call(
    url: str, body: bytes, headers: Mapping[str, str], allowed: Sequence[str] = (), seconds: float = SECONDS
) -> None:
    """POST the body; Undelivered unless the answer is 2xx, and begins within so many seconds of the connection.

    allowed: the only hosts that may be called, in lower case, which then may be private, and those of this machine be
    called without TLS; (): any public one, over https.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if allowed and host not in allowed:
        raise Undelivered(f"'{host}' is not among the hosts that MMS_WEBHOOK_HOSTS allows.")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address = _checked(host, port, trusted=bool(allowed), secure=secure)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    connection = HTTPConnection(host, port, timeout=seconds)
    ending: Timer | None = None
    try:
        made = connection.sock = _connected(address, port, seconds)
        if secure:
            context = ssl.create_default_context()
            made = connection.sock = context.wrap_socket(made, server_hostname=host, do_handshake_on_connect=False)
        ending = Timer(seconds, _shut, (made,))  # who sends a byte now and then keeps every single wait short
        ending.daemon = True
        ending.start()
        if isinstance(made, ssl.SSLSocket):
            made.do_handshake()
        connection.request("POST", path, body, {**headers, "Content-Type": "application/json", "Connection": "close"})
        status = connection.getresponse().status
    except (OSError, HTTPException, ValueError) as error:
        raise Undelivered(f"{host} could not be reached: {type(error).__name__}.") from error
    finally:
        if ending is not None:
            ending.cancel()
        connection.close()
    if not 200 <= status < 300:
        raise Undelivered(f"{host} answered {status}; redirects are not followed.")


def public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the public internet, whatever it is wrapped in."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _EMBEDDED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not public(inner):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _checked(host: str, port: int, *, trusted: bool, secure: bool) -> str:
    """One address of the host; all that it has must be fit."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Undelivered(f"The name '{host}' has no address.") from error
    addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if not trusted and not all(public(one) for one in addresses):
        raise Undelivered(f"'{host}' leads into a private network; MMS_WEBHOOK_HOSTS may allow it by name.")
    if not secure and not (trusted and all(one.is_loopback for one in addresses)):
        raise Undelivered(f"'{host}' is called over https only.")
    return str(addresses[0])


def _connected(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to a checked address, and to nobody else."""
    made = socket.create_connection((address, port), seconds)
    if ip_address(str(made.getpeername()[0]).partition("%")[0]) != ip_address(address):
        made.close()
        raise OSError("somebody else answered")
    return made


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # beneath TLS, which would wait for the other side
