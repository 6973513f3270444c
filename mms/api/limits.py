"""Caps: what one request may bring."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mms.api.errors import too_large

BODY_BYTES = 16 << 20
FILE_BYTES = 500 << 20
"""A file becomes a table: as much as the dashboard's upload takes."""

Id = Annotated[int, Field(ge=1, lt=2**31)]
"""A row's number in the store."""


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the time lies outside the calendar") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time with its zone, taken to UTC."""

_FILES = re.compile(r"/v1/projects/(from-file|[^/]+/tables)/?$")
"""Where a body is a file, written to disk as it comes."""

PREDICTION_ROWS = 1_000
FEEDBACK_ROWS = 10_000
TABLE_ROWS = 10_000
TRIPLES = 500
LIST_ROWS = 500


class BodyCap:
    """Refuses a body above the cap, announced or not, before it is held in memory.

    FastAPI's own `max_body_size` answers an announced one in plain text; every refusal of ours has one shape.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the bytes on their way in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cap = FILE_BYTES if _FILES.search(scope["path"]) else BODY_BYTES
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced) > cap:
            await too_large()(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > cap:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)
