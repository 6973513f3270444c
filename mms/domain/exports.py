"""Files to take along: tables as CSV that a spreadsheet opens without running anything in them, and zips."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def guarded(value: Any) -> Any:
    """The value, with an apostrophe before text that a spreadsheet would run as a formula; numbers stay as they are."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA) and not _is_number(value):
        return f"'{value}"
    return value


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """A guarded CSV, line by line, header first (RFC 4180 line ends)."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    yield _line(writer, buffer, columns)
    for row in rows:
        yield _line(writer, buffer, row)


def _line(writer: Any, buffer: StringIO, row: Sequence[Any]) -> str:
    writer.writerow([guarded(value) for value in row])
    line = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return line


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files by their names, in one zip; the same files give the same bytes."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(ZipInfo(name), data, ZIP_DEFLATED)
    return content.getvalue()
