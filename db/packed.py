"""Small tables as one blob: a zip of Parquet files, with the same bytes for the same tables."""

import io
import zipfile
from collections.abc import Mapping

import pandas as pd

_DAWN = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold: the bytes tell nothing of when they were written."""


def packed(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """The tables by name, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:  # Parquet is compressed already
        for name, frame in tables.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.parquet", _DAWN), frame.to_parquet(index=False))
    return buffer.getvalue()


def unpacked(content: bytes) -> dict[str, pd.DataFrame]:
    """The tables that `packed` wrote."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name.removesuffix(".parquet"): pd.read_parquet(io.BytesIO(archive.read(name)))
            for name in archive.namelist()
        }
