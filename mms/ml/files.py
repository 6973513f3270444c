"""CSV and Parquet files of strangers: read strictly, typed, with one sentence for what is wrong."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from mms.domain.tables import ColumnType, TableDraft


def read_file(path: Path, types: Mapping[str, ColumnType] | None = None) -> tuple[pd.DataFrame, dict[str, ColumnType]]:
    """A CSV (UTF-8, header line, .gz allowed) or Parquet file as a typed frame, and its column types.

    types: overrides of the inferred ones. Times become UTC-aware. Raises Invalid for a missing or duplicated column
    name, ragged rows, a wrong encoding, mixed types, no rows: naming column and line.
    """
    raise NotImplementedError


def draft_table(path: Path, target: str | None = None) -> TableDraft:
    """What a file looks like: types, row count, proposals for key, time, label time, target and task, first rows."""
    raise NotImplementedError


def infer_task(target: pd.Series, type_: ColumnType) -> str:
    """The task a target suggests: binary, multiclass or regression; Invalid with one class only."""
    raise NotImplementedError
