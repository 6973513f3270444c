"""Snapshots: listed, opened, read."""

from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from mms.domain.snapshots import Snapshot


def snapshots(session: Session, project_id: int) -> list[Snapshot]:
    """Live snapshots, newest first."""
    raise NotImplementedError


def get_snapshot(session: Session, snapshot_id: int) -> Snapshot:
    """The live snapshot of this id."""
    raise NotImplementedError


def find_by_content(session: Session, project_id: int, content_hash: str) -> Snapshot | None:
    """The live snapshot with this content."""
    raise NotImplementedError


def snapshot_file(session: Session, cache: Path, snapshot: Snapshot) -> Path:
    """A local Parquet file of the rows: features, target, entity, time, label time."""
    raise NotImplementedError


def snapshot_frame(session: Session, cache: Path, snapshot: Snapshot) -> pd.DataFrame:
    """All rows."""
    raise NotImplementedError


def snapshot_blocks(session: Session, snapshot: Snapshot) -> np.ndarray:
    """The block of every row, int16."""
    raise NotImplementedError
