"""One MMS server over HTTP: its refusals become the domain's errors, its tables frames."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pandas as pd
import pyarrow as pa

from mms.domain.errors import Conflict, Forbidden, Invalid, MmsError, NotFound, Unavailable

_ERRORS: Mapping[str, type[MmsError]] = {one.kind: one for one in (Invalid, NotFound, Conflict, Forbidden, Unavailable)}
_PATIENCE = httpx.Timeout(300.0, connect=5.0)
"""Seconds: a server that is there may take minutes for a snapshot."""


class Server:
    """Speaks to the routes under /api/v1. Raises MmsError with the server's own sentence."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url.rstrip("/")
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise Invalid(f"'{url}' is no address: give one such as http://127.0.0.1:8501.")
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=f"{self.url}/api/v1/", headers=headers, timeout=_PATIENCE)

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """The JSON object at an address."""
        return self._json("GET", path, params=_given(query))

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON object that a request with a JSON body is answered with."""
        return self._json("POST", path, json=body)

    def send_table(self, path: str, frame: pd.DataFrame, **query: Any) -> dict[str, Any]:
        """Send a frame as Parquet; named row labels go along as columns."""
        labelled = [name for name in frame.index.names if name is not None]
        whole = frame.reset_index() if labelled else frame
        return self._json("POST", path, params=_given(query), content=whole.to_parquet(index=False))

    def table(self, path: str, **query: Any) -> pd.DataFrame:
        """The Arrow table at an address, as a frame."""
        with self._answer("GET", path, params=_given(query)) as answer:
            frame: pd.DataFrame = pa.ipc.open_file(answer.read()).read_all().to_pandas()
        return frame

    @contextmanager
    def file(self, path: str) -> Iterator[Iterator[bytes]]:
        """The bytes at an address, as they come."""
        with self._answer("GET", path) as answer, self._reached():
            yield answer.iter_bytes()

    def _json(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        with self._answer(method, path, **request) as answer:
            return self._document(answer)

    @contextmanager
    def _answer(self, method: str, path: str, **request: Any) -> Iterator[httpx.Response]:
        """A good answer, not read yet; else the error it stands for."""
        with self._reached(), self._http.stream(method, path, **request) as answer:
            if not answer.is_success:
                answer.read()
                raise self._error(answer)
            yield answer

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as error:
            raise Unavailable(
                f"No MMS answers at {self.url}: start it there (`make run`), or connect to where it is."
            ) from error

    def _error(self, answer: httpx.Response) -> MmsError:
        refusal = self._document(answer).get("error")
        if not isinstance(refusal, dict):
            return self._foreign()
        return _ERRORS.get(refusal.get("kind", ""), Unavailable)(str(refusal.get("sentence")))

    def _document(self, answer: httpx.Response) -> dict[str, Any]:
        answer.read()
        try:
            document = answer.json()
        except ValueError as error:
            raise self._foreign() from error
        if not isinstance(document, dict):
            raise self._foreign()
        return document

    def _foreign(self) -> Unavailable:
        return Unavailable(f"What answers at {self.url} is no MMS: check the address and its port.")


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    """Without what was left out."""
    return {name: value for name, value in query.items() if value is not None}
