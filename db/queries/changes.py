"""Two models with where they come from, and the rows that their snapshots do not share."""

from pathlib import Path

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.blobs import cached_file
from db.models import Snapshot as SnapshotRow
from db.queries.models import get_model
from db.queries.projects import get_project
from db.queries.runs import get_run
from db.queries.snapshots import snapshot_of
from mms.domain.changes import Changes, Origins, RowChange, changes
from mms.domain.errors import Invalid
from mms.domain.members import Member
from mms.domain.snapshots import Snapshot

_TRUTH = "truth"
_TURN = "turn"


def changes_between(session: Session, member: Member, cache: Path, model_id: int, other_id: int) -> Changes:
    """What differs from one live model of a project to another, counted row by row where their snapshots differ."""
    one, other = _origins(session, model_id), _origins(session, other_id)
    project = get_project(session, member, one.model.ranked.project_id)
    if other.model.ranked.project_id != project.id:
        raise Invalid("These models answer different questions: compare models of one project.")
    rows = None
    if one.snapshot and other.snapshot and one.snapshot.content_hash != other.snapshot.content_hash:
        rows = row_change(session, cache, one.snapshot, other.snapshot)
    return changes(one, other, rows)


def row_change(session: Session, cache: Path, one: Snapshot, other: Snapshot) -> RowChange | None:
    """Rows by entity and time; None where the two snapshots know their rows by other columns."""
    if _keys(one) != _keys(other):
        return None
    first, second = (_rows(session, cache, snapshot) for snapshot in (one, other))
    names = [name for name in first if name != _TRUTH]
    for name in (*names, _TRUTH):
        if first[name].dtype != second[name].dtype:  # retyped meanwhile: equal where they are written alike
            first[name], second[name] = first[name].astype(str), second[name].astype(str)
    for frame in (first, second):  # where an entity has more than one row at a time, the first is paired with the first
        repeats = frame.duplicated(names).any()
        frame[_TURN] = frame.groupby(names, dropna=False, sort=False).cumcount() if repeats else 0
    both = first.merge(second, on=[*names, _TURN], how="outer", suffixes=("_one", "_other"), indicator="side")
    kept = both[both["side"] == "both"]
    ours, theirs = kept[f"{_TRUTH}_one"], kept[f"{_TRUTH}_other"]
    return RowChange(
        added=int((both["side"] == "right_only").sum()),
        removed=int((both["side"] == "left_only").sum()),
        kept=len(kept),
        relabelled=int((ours.ne(theirs) & ~(ours.isna() & theirs.isna())).sum()),
    )


def _origins(session: Session, model_id: int) -> Origins:
    model = get_model(session, model_id)
    live = select(SnapshotRow).where(SnapshotRow.id == model.ranked.snapshot_id, SnapshotRow.deleted_at.is_(None))
    row = session.scalar(live)
    return Origins(model, None if row is None else snapshot_of(row), get_run(session, model.ranked.run_id))


def _keys(snapshot: Snapshot) -> list[str]:
    return [
        *snapshot.entity_key,
        *([snapshot.time] if snapshot.time and snapshot.time not in snapshot.entity_key else []),
    ]


def _rows(session: Session, cache: Path, snapshot: Snapshot) -> pd.DataFrame:
    """The columns by which rows are known, under names of ours, and the truth: whatever the columns are called."""
    names = _keys(snapshot)
    file = cached_file(session, cache, snapshot.data_blob)
    frame = pd.read_parquet(file, columns=list(dict.fromkeys((*names, snapshot.target))))
    keys = frame[names].set_axis([f"key {i}" for i in range(len(names))], axis=1)
    return keys.assign(**{_TRUTH: frame[snapshot.target]})
