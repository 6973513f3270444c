"""Answers: records as JSON, tables as files to download."""

import io
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import pandas as pd
from fastapi import Response
from fastapi.responses import JSONResponse, StreamingResponse

from mms.domain.exports import csv_lines
from mms.domain.plain import plain

_LINES = 500


class TableFormat(StrEnum):
    """How a table travels to a program: Arrow IPC (a file of it), or Parquet."""

    ARROW = "arrow"
    PARQUET = "parquet"


def answer(document: Mapping[str, Any], status: int = 200) -> Response:
    """One JSON object; records in it become plain."""
    return JSONResponse(plain(document), status)


def attachment(content: Iterable[bytes | str], name: str, media_type: str) -> Response:
    """A file to save, streamed. name: made by us, never by a client."""
    return StreamingResponse(
        content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


def csv_file(frame: pd.DataFrame, name: str) -> Response:
    """A frame as CSV that no spreadsheet runs as formulas; missing values are empty."""
    rows = frame.astype(object).where(frame.notna(), "").itertuples(index=False, name=None)
    return attachment(in_blocks(csv_lines([str(column) for column in frame.columns], rows)), name, "text/csv")


def table_file(frame: pd.DataFrame, name: str, kind: TableFormat) -> Response:
    """A frame with its types, for programs; its row labels are left out."""
    content = io.BytesIO()
    if kind is TableFormat.ARROW:
        frame.reset_index(drop=True).to_feather(content, compression="uncompressed")
    else:
        frame.to_parquet(content, index=False)
    return attachment([content.getvalue()], f"{name}.{kind.value}", f"application/vnd.apache.{_MEDIA[kind]}")


_MEDIA: Mapping[TableFormat, str] = {TableFormat.ARROW: "arrow.file", TableFormat.PARQUET: "parquet"}


def in_blocks(lines: Iterator[str]) -> Iterator[str]:
    """Lines put together, so that each piece that is sent has many."""
    block: list[str] = []
    for line in lines:
        block.append(line)
        if len(block) == _LINES:
            yield "".join(block)
            block.clear()
    yield "".join(block)
