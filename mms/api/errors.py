"""Refusals become HTTP here and nowhere else: {"error": {"kind", "sentence"}}, never an input or a stack trace."""

import logging
import secrets
from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from mms.domain.errors import Forbidden, Invalid, MmsError, NotFound, Unavailable

_log = logging.getLogger(__name__)

_STATUS: Mapping[str, int] = {Invalid.kind: 422, NotFound.kind: 404, Forbidden.kind: 403, Unavailable.kind: 503}
_SENTENCES: Mapping[int, tuple[str, str]] = {
    400: ("invalid", "The request's body cannot be read: send JSON in UTF-8."),
    404: ("not found", "There is nothing at this address: GET /api/v1/openapi.json lists what there is."),
    405: ("invalid", "This address does not take that method: GET /api/v1/openapi.json lists what it takes."),
    413: ("too large", "The body is too large (16 MB are taken, of a file 500 MB): send it in parts."),
}


def refusal(status: int, kind: str, sentence: str) -> Response:
    """The one shape of every error."""
    shown = sentence.encode(errors="backslashreplace").decode()  # half a surrogate pair may come back in a name
    return JSONResponse({"error": {"kind": kind, "sentence": shown}}, status)


def too_large() -> Response:
    """The refusal of a body above the cap."""
    return refusal(413, *_SENTENCES[413])


def translate_errors(app: FastAPI) -> None:
    """Install the handlers."""

    @app.exception_handler(MmsError)
    def refused(_request: Request, error: MmsError) -> Response:
        return refusal(_STATUS.get(error.kind, 409), error.kind, error.sentence)

    @app.exception_handler(RequestValidationError)
    def malformed(_request: Request, error: RequestValidationError) -> Response:
        return refusal(422, "invalid", _sentence(error))

    @app.exception_handler(HTTPException)
    def http(_request: Request, error: HTTPException) -> Response:
        kind, sentence = _SENTENCES.get(error.status_code, ("invalid", str(error.detail)))
        return refusal(error.status_code, kind, sentence)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        number = secrets.token_hex(4)
        _log.error("error %s in %s %s", number, request.method, request.url.path, exc_info=error)
        return refusal(500, "internal", f"Something broke here; the log has the details under error {number}.")


def _sentence(error: RequestValidationError) -> str:
    """The first thing that is wrong, by its place; what was sent is not echoed."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return "The body is no JSON: check its quotes, commas and brackets."
    place = ".".join(str(part)[:40] for part in first["loc"])
    return f"'{place}' is wrong: {first['msg'][:200].rstrip('.')}."
