"""The front end is answered whole and soon, and what is not known of it is left to Streamlit."""

import re

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from mms.front import FIRST, Front
from tests.http import TestClient


async def streamlit(scope: Scope, receive: Receive, send: Send) -> None:
    """Whatever lies behind."""
    await PlainTextResponse("behind")(scope, receive, send)


@pytest.fixture
def front() -> Front:
    return Front(streamlit, pages=["", "models"])


@pytest.fixture
def client(front: Front) -> TestClient:
    return TestClient(front, base_url="http://127.0.0.1:8501")


@pytest.mark.parametrize("chunk", FIRST)
def test_a_chunk_comes_whole_and_is_kept(front: Front, client: TestClient, chunk: str) -> None:
    (address,) = [name for name in front.files if name.startswith(f"/static/js/{chunk}.")]

    answer = client.get(address)

    assert answer.content == front.files[address].read_bytes()
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, immutable, max-age=31536000"


def test_a_page_says_where_the_server_is_and_names_each_file_once(front: Front, client: TestClient) -> None:
    page = client.get("/models")

    named = [name for name in re.findall(r'"\.(/static/[^"]+)"', page.text) if name.startswith("/static/js/")]
    assert page.text == client.get("/").text
    assert page.headers["cache-control"] == "no-cache"
    assert page.text.index("window.__streamlit") < page.text.index("</head>")
    assert len(named) == len(set(named)) > 100
    assert set(named) <= set(front.files)
    assert any(name.startswith("/static/js/DataFrame.") for name in named)


@pytest.mark.parametrize(
    "address", ["/other", "/healthz", "/static/js/none.js", "/static/%2e%2e/index.html", "/models/"]
)
def test_what_is_not_known_is_passed(client: TestClient, address: str) -> None:
    assert client.get(address).text == "behind"


def test_only_reading_is_answered(client: TestClient) -> None:
    assert client.post("/models").text == "behind"


def test_the_first_page_is_found_by_its_name_too_and_keeps_the_query(client: TestClient) -> None:
    answer = client.get("/health?project=1")

    assert answer.url == "http://127.0.0.1:8501/?project=1"
    assert answer.text == client.get("/").text
