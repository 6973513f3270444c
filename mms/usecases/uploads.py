"""Uploads: what a file looks like before it becomes a table."""

from collections.abc import Mapping
from pathlib import Path

from mms.domain.members import Member, Permission
from mms.domain.tables import ColumnType, TableDraft
from mms.ml.files import draft_table


def draft_upload(
    member: Member, file: Path, target: str | None = None, types: Mapping[str, ColumnType] | None = None
) -> TableDraft:
    """Types, key, times and task of a CSV or Parquet file, inferred. Touches no store. Invalid says what is wrong."""
    member.require(Permission.EDIT_DATA)
    return draft_table(file, target, types)
