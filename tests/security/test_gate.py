"""The gate lets in what comes from this site, and nothing else."""

from collections.abc import Mapping

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from mms.security.gate import Gate, allowed_hosts
from tests.http import TestClient

HOME = "http://127.0.0.1:8501"


async def echo(request: Request) -> Response:
    """The headers that came through."""
    return JSONResponse([[name, value] for name, value in request.headers.items() if "mms" in name])


async def talk(socket: WebSocket) -> None:
    """One word, if the socket got through."""
    await socket.accept()
    await socket.send_text(socket.headers["x-mms-member"])
    await socket.close()


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/{path:path}", echo, methods=["GET", "POST"]), WebSocketRoute("/{path:path}", talk)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Gate)]), base_url=HOME)


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost", "LOCALHOST:1", "[::1]:8501"])
def test_local_hosts_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8501", "", "127.0.0.1@evil.example", "localhost:x"]
)
def test_a_foreign_host_is_refused_with_what_to_do(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})

    assert answer.status_code == 400
    assert "MMS_ALLOWED_HOSTS" in answer.json()["error"]["sentence"]


def test_more_hosts_come_from_the_environment() -> None:
    hosts = allowed_hosts({"MMS_ALLOWED_HOSTS": "mms.example, Other.example"})

    assert {"mms.example", "other.example", "localhost"} <= hosts


def test_a_post_from_another_site_is_refused(client: TestClient) -> None:
    for origin in ("http://evil.example", "null", "http://127.0.0.1:9999", "file://127.0.0.1:8501"):
        assert client.post("/x", headers={"origin": origin}).status_code == 403

    assert client.post("/x", headers={"origin": HOME}).status_code == 200
    assert client.post("/x").status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_make_the_browser_read_the_interface(client: TestClient, site: str) -> None:
    """A GET there may store a prediction."""
    assert client.get("/api/v1/projects", headers={"sec-fetch-site": site}).status_code == 403
    assert client.get("/api/v1/projects", headers={"sec-fetch-site": "same-origin"}).status_code == 200
    assert client.get("/page", headers={"sec-fetch-site": site}).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"host": "127.0.0.1:8501", "origin": "http://evil.example"}]
)
def test_a_foreign_websocket_is_closed_before_it_opens(client: TestClient, headers: Mapping[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream", headers=dict(headers)):
        pass


def test_our_own_websocket_opens_as_the_local_member(client: TestClient) -> None:
    with client.websocket_connect("/_stcore/stream", headers={"host": "127.0.0.1:8501", "origin": HOME}) as socket:
        assert socket.receive_text() == "local"


def test_headers_that_claim_a_member_are_dropped(client: TestClient) -> None:
    spoofed = {"x-mms-member": "root", "X-MMS-Role": "admin", "x_mms_member": "root"}

    assert client.get("/", headers=spoofed).json() == [["x-mms-member", "local"]]


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/deep/link/_stcore/metrics",
        "//_stcore/metrics",
        "/_stcore/agent/interact",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/mcp",
        "/_stcore/script-health-check",
        "/_stcore/%6detrics",
    ],
)
def test_streamlits_own_doors_are_shut(client: TestClient, path: str) -> None:
    assert client.get(f"{HOME}{path}").status_code == 404


@pytest.mark.parametrize("path", ["/_stcore/health", "/_stcore/host-config", "/models/_stcore/health"])
def test_what_the_front_end_needs_stays_open(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for answer in (client.get("/"), client.get("/", headers={"host": "evil.example"}), client.get("/_stcore/metrics")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "http" not in policy  # no other host
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert answer.headers["referrer-policy"] == "same-origin"
    assert client.get("/api/v1/x").headers["cache-control"] == "no-store"
