"""Small tables as one blob: a zip of Parquet files, with the same bytes for the same tables."""

import io
import zipfile
from collections.abc import Mapping

import pandas as pd
from pyarrow.parquet import ParquetFile

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
        return {name.removesuffix(".parquet"): _read(archive.read(name)) for name in archive.namelist()}


def _read(content: bytes) -> pd.DataFrame:
    """On this thread: of small tables, others cost more than they help."""
    frame: pd.DataFrame = ParquetFile(io.BytesIO(content)).read(use_threads=False).to_pandas(use_threads=False)
    return frame
