"""Physical feature tables: made, filled and read by their catalogue record. Column i is stored as `c{i}`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from mms.domain.snapshots import Selection
from mms.domain.tables import FeatureTable, InstanceTable


def create(session: Session, table: FeatureTable) -> None:
    """Make the typed table with its index on key and time (unique)."""
    raise NotImplementedError


def drop(session: Session, table: FeatureTable) -> None:
    """Remove it with its rows."""
    raise NotImplementedError


def insert_frame(session: Session, table: FeatureTable, frame: pd.DataFrame) -> int:
    """Append typed rows; return how many. Conflict when key (and time) is already there."""
    raise NotImplementedError


def upsert(session: Session, table: FeatureTable, rows: Sequence[Mapping[str, Any]], *, partial: bool) -> int:
    """Insert rows or replace those with the same key (and time); partial keeps the columns that are not given."""
    raise NotImplementedError


def read_frame(session: Session, table: FeatureTable, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """All rows, typed, by insertion order."""
    raise NotImplementedError


def read_base(
    session: Session, table: FeatureTable, declaration: InstanceTable, selection: Selection, now: datetime
) -> pd.DataFrame:
    """Base rows of a selection whose label is known at `now`, sorted by entity key and time."""
    raise NotImplementedError


def lookup(session: Session, table: FeatureTable, key: Mapping[str, Any], at: datetime | None) -> dict[str, Any] | None:
    """The one row of a key: the latest at or before `at` where the table has a time. None when there is none."""
    raise NotImplementedError


def rows_per_day(session: Session, table: FeatureTable, time: str, target: str | None) -> pd.DataFrame:
    """Columns day, rows, labelled (rows whose target is known)."""
    raise NotImplementedError


def count_labelled_since(
    session: Session, table: FeatureTable, declaration: InstanceTable, since: datetime | None, now: datetime
) -> int:
    """Base rows whose label is known at `now`, with prediction time after `since` (all where it is None)."""
    raise NotImplementedError
