"""Snapshots: listed, opened, read."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.blobs import cached_file, read_bytes
from db.models import Snapshot as SnapshotRow
from mms.domain.errors import NotFound
from mms.domain.snapshots import (
    ColumnProfile,
    FoldKind,
    FoldPlan,
    Profile,
    Snapshot,
    holdout_from_json,
    selection_from_json,
)
from mms.domain.tables import Column, ColumnType

BLOCK_TYPE = "<i2"
"""How the block assignment lies in its blob: little-endian int16 per row."""


def snapshots(session: Session, project_id: int) -> list[Snapshot]:
    """Live snapshots, newest first."""
    stmt = (
        select(SnapshotRow)
        .where(SnapshotRow.project_id == project_id, SnapshotRow.deleted_at.is_(None))
        .order_by(SnapshotRow.number.desc())
    )
    return [snapshot_of(row) for row in session.scalars(stmt)]


def get_snapshot(session: Session, snapshot_id: int) -> Snapshot:
    """The live snapshot of this id."""
    row = session.get(SnapshotRow, snapshot_id)
    if row is None or row.deleted_at is not None:
        raise NotFound(f"There is no snapshot {snapshot_id}: list the project's snapshots and choose one of them.")
    return snapshot_of(row)


def find_by_content(session: Session, project_id: int, content_hash: str) -> Snapshot | None:
    """The live snapshot with this content."""
    stmt = select(SnapshotRow).where(
        SnapshotRow.project_id == project_id,
        SnapshotRow.content_hash == content_hash,
        SnapshotRow.deleted_at.is_(None),
    )
    row = session.scalar(stmt)
    return None if row is None else snapshot_of(row)


def snapshot_file(session: Session, cache: Path, snapshot: Snapshot) -> Path:
    """A local Parquet file of the rows: features, target, entity, time, label time."""
    return cached_file(session, cache, snapshot.data_blob)


def snapshot_frame(session: Session, cache: Path, snapshot: Snapshot) -> pd.DataFrame:
    """All rows."""
    return pd.read_parquet(snapshot_file(session, cache, snapshot))


def snapshot_times(session: Session, cache: Path, snapshot: Snapshot) -> tuple[pd.Series | None, pd.Series | None]:
    """Prediction time and label time of every row, None where the snapshot has none."""
    names = [name for name in dict.fromkeys((snapshot.time, snapshot.label_time)) if name is not None]
    frame = pd.read_parquet(snapshot_file(session, cache, snapshot), columns=names)
    time, label_time = (None if name is None else frame[name] for name in (snapshot.time, snapshot.label_time))
    return time, label_time


def snapshot_blocks(session: Session, snapshot: Snapshot) -> np.ndarray:
    """The block of every row, int16."""
    return np.frombuffer(read_bytes(session, snapshot.folds_blob), dtype=BLOCK_TYPE).astype(np.int16)


def snapshot_of(row: SnapshotRow) -> Snapshot:
    """The record of a row."""
    return Snapshot(
        id=row.id,
        project_id=row.project_id,
        number=row.number,
        content_hash=row.content_hash,
        row_count=row.row_count,
        schema=tuple(Column(name, ColumnType(type_)) for name, type_ in row.columns),
        target=row.target,
        entity_key=tuple(row.entity_key),
        time=row.time,
        label_time=row.label_time,
        selection=selection_from_json(row.selection),
        fold_plan=FoldPlan(
            FoldKind(row.fold_kind),
            row.fold_seed,
            group=row.fold_group,
            holdout=holdout_from_json(row.holdout),
        ),
        profile=profile_from_json(row.profile),
        data_blob=row.data_blob,
        folds_blob=row.folds_blob,
        time_from=row.time_from,
        time_to=row.time_to,
        taken_by=row.taken_by,
        created_at=row.created_at,
        held_out=row.held_out,
    )


def profile_to_json(profile: Profile) -> dict[str, Any]:
    """A profile as it is stored with its snapshot."""
    return {
        "columns": [asdict(column) | {"top": [list(pair) for pair in column.top]} for column in profile.columns],
        "classes": dict(profile.classes),
        "target_mean": profile.target_mean,
        "target_sd": profile.target_sd,
    }


def profile_from_json(value: Mapping[str, Any]) -> Profile:
    """The profile that `profile_to_json` wrote."""
    return Profile(
        columns=tuple(
            ColumnProfile(**(column | {"top": tuple((label, count) for label, count in column["top"])}))
            for column in value["columns"]
        ),
        classes=value["classes"],
        target_mean=value["target_mean"],
        target_sd=value["target_sd"],
    )
