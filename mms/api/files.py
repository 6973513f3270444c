"""Files that come as the body of a request: streamed to disk, gone when the request is over."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool


async def sent_file(request: Request) -> AsyncIterator[Path]:
    """The body as a file, for as long as the route needs it; never whole in memory."""
    with TemporaryDirectory(prefix="mms-upload-") as folder:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            async for block in request.stream():
                await run_in_threadpool(file.write, block)
        yield path


FILE_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"format": "binary"}}}}
}
"""How a route that takes a file describes its body."""

SentFile = Annotated[Path, Depends(sent_file)]
"""Declared last in a route, so that a request that is refused for anything else is refused before it is read."""
