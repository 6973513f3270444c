"""The gate in front of dashboard, REST and WebSocket: who may speak to this server, and as whom.

Pure ASGI. Without sign-in, whoever reaches 127.0.0.1 is the local administrator, so the gate keeps other sites out of
the reader's browser: Host (against DNS rebinding), Origin and Sec-Fetch-Site (against forged requests), and a content
security policy that names no host but this one.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mms.domain.members import LOCAL_MEMBER

MEMBER_HEADER = "x-mms-member"
"""Carries the member's sign-in name inwards; whatever a client sends under our prefix is dropped."""

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_OWN_PREFIX = b"x-mms-"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?")
# What the dashboard's front end asks of Streamlit. The rest of /_stcore (metrics, the agent API, ...) stays shut.
_STREAMLIT = re.compile(r"/_stcore/(health|host-config|stream|upload_file/.+|bidi-components/.+)")
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",  # Streamlit's own front end
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self'",
        "frame-ancestors 'self'",
        "form-action 'self'",
        "base-uri 'self'",
        "object-src 'none'",
    )
)
_HEADERS: Mapping[str, str] = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request goes no further: HTTP status, kind and one sentence."""

    status: int
    kind: str
    sentence: str


def allowed_hosts(environment: Mapping[str, str] | None = None) -> frozenset[str]:
    """Host names this server answers to: the local ones, and those of MMS_ALLOWED_HOSTS (separated by commas)."""
    given = (os.environ if environment is None else environment).get("MMS_ALLOWED_HOSTS", "")
    return frozenset(LOCAL_HOSTS) | {name.strip().lower() for name in given.split(",") if name.strip()}


class Gate:
    """Refuses what does not come from this site; names the member; adds security headers."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None = None) -> None:
        self.app = app
        self.hosts = allowed_hosts() if hosts is None else hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass, or answer with the refusal (HTTP), or close before accepting (WebSocket)."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self.app(_as_member(scope), receive, _with_headers(scope, send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": refusal.sentence[:120]})
        else:
            answer = JSONResponse({"error": {"kind": refusal.kind, "sentence": refusal.sentence}}, refusal.status)
            await answer(scope, receive, _with_headers(scope, send))

    def _refusal(self, scope: Scope) -> Refusal | None:
        if scope["type"] not in ("http", "websocket"):
            return Refusal(400, "invalid", "This server speaks HTTP and WebSocket only.")
        headers = Headers(scope=scope)
        return self._foreign_host(headers) or _foreign_origin(scope, headers) or _shut(scope["path"])

    def _foreign_host(self, headers: Headers) -> Refusal | None:
        given = headers.getlist("host")
        match = _HOST.fullmatch(given[0].lower()) if len(given) == 1 else None
        if match is not None and match[1] in self.hosts:
            return None
        return Refusal(
            400,
            "invalid",
            "This server does not answer to that host name: use 127.0.0.1 or localhost, or add the name to the "
            "environment variable MMS_ALLOWED_HOSTS.",
        )


def _foreign_origin(scope: Scope, headers: Headers) -> Refusal | None:
    """Requests that other sites make the reader's browser send. A client without a browser sends no Origin."""
    refusal = Refusal(403, "forbidden", "This request comes from another site: open the dashboard itself.")
    is_api = scope["path"].startswith("/api")  # a GET there may store a prediction
    if scope["type"] == "http" and scope["method"] in _SAFE_METHODS and not is_api:
        return None
    if is_api and headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return refusal
    origins = headers.getlist("origin")
    if not origins:
        return None
    parts = urlsplit(origins[0])
    is_ours = parts.scheme in ("http", "https") and parts.netloc.lower() == headers.get("host", "").lower()
    return None if is_ours and len(origins) == 1 else refusal


def _shut(path: str) -> Refusal | None:
    """Parts of Streamlit's own server that the dashboard does not need. Its front end also probes /<page>/_stcore."""
    start = path.find("/_stcore")
    if start < 0 or _STREAMLIT.fullmatch(path[start:]):
        return None
    return Refusal(404, "not found", "There is nothing here.")


def _as_member(scope: Scope) -> Scope:
    kept = [(name, value) for name, value in scope["headers"] if not _is_own(name)]
    return {**scope, "headers": [*kept, (MEMBER_HEADER.encode(), LOCAL_MEMBER.encode())]}


def _is_own(name: bytes) -> bool:
    """Also with underscores: some servers take the two for one."""
    return name.lower().replace(b"_", b"-").startswith(_OWN_PREFIX)


def _with_headers(scope: Scope, send: Send) -> Send:
    if scope["type"] != "http":
        return send

    async def answered(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            if scope["path"].startswith("/api"):
                headers["cache-control"] = "no-store"
        await send(message)

    return answered
