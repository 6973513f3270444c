"""Take snapshots: freeze the instance table."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import physical
from db.blobs import put_bytes, put_file
from db.models import Model as ModelRow
from db.models import Project as ProjectRow
from db.models import Snapshot as SnapshotRow
from db.queries.projects import live_project, project_of
from db.queries.snapshots import (
    BLOCK_TYPE,
    find_by_content,
    get_snapshot,
    profile_to_json,
    snapshot_frame,
    snapshot_of,
)
from db.queries.tables import get_instance_table, get_table
from db.session import Transaction, reading
from mms.domain.errors import Conflict, Invalid
from mms.domain.members import Member, Permission
from mms.domain.projects import Project, Task
from mms.domain.snapshots import (
    HELD_OUT,
    Dealing,
    FoldKind,
    FoldPlan,
    Profile,
    Selection,
    Snapshot,
    holdout_to_json,
    selection_to_json,
)
from mms.domain.tables import Column, FeatureTable, InstanceTable
from mms.ml.fitting import Instances
from mms.ml.folds import assign_blocks, proposed_kind
from mms.ml.instances import class_labels, content_hash, feature_columns, joined
from mms.ml.profile import profile
from mms.settings import settings


def take_snapshot(
    transaction: Transaction,
    member: Member,
    project_id: int,
    selection: Selection,
    now: datetime,
    dealing: Dealing | None = None,
) -> Snapshot:
    """Join, hash, profile, hold out, deal the folds, store; the same content returns the existing snapshot.

    Long work: reads, computes outside any transaction, then writes in short ones. dealing None takes the project's
    policy; the selection's seed deals. Invalid: no labelled rows, a target with one class, a class with fewer than 12
    rows. Conflict: the same content is there, and was dealt otherwise than asked.
    """
    member.require(Permission.TRAIN)
    with reading() as session:
        rows = _read(session, project_id, selection, now, dealing)
    frozen_hash = content_hash(rows.frame, rows.columns)
    with reading() as session:
        existing = find_by_content(session, project_id, frozen_hash)
    if existing is not None:
        return _same(existing, rows.dealing, exactly=dealing is not None)
    frozen = _frozen(rows, selection, frozen_hash)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "snapshot.parquet"
        rows.frame.to_parquet(file, index=False, compression="zstd")
        data = put_file(transaction, file, now)
    with transaction() as session:
        stored = _stored(session, member, frozen, data, now)
    return _same(stored, rows.dealing, exactly=dealing is not None)


@dataclass(frozen=True, slots=True)
class LooseRows:
    """Rows that stand in no table. declaration: what their columns mean; columns: all, with their types.

    frame: sorted by entity and time.
    """

    declaration: InstanceTable
    columns: tuple[Column, ...]
    frame: pd.DataFrame


def freeze_rows(session: Session, member: Member, project: Project, loose: LooseRows, now: datetime) -> Snapshot:
    """A snapshot of rows that stand in no table, in the caller's transaction, so a few MB; dealt shuffled."""
    features = tuple(column for column in loose.columns if column.name in loose.declaration.features)
    dealing = Dealing(FoldKind.SHUFFLED)
    rows = _Rows(project, dealing, loose.declaration, features, loose.columns, loose.frame)
    frozen = _frozen(rows, Selection(), content_hash(loose.frame, loose.columns))
    buffer = BytesIO()
    loose.frame.to_parquet(buffer, index=False, compression="zstd")
    return _stored(session, member, frozen, put_bytes(session, buffer.getvalue(), now), now)


def load_instances(session: Session, snapshot_id: int) -> Instances:
    """A snapshot in memory, ready to fit."""
    snapshot = get_snapshot(session, snapshot_id)
    project = project_of(live_project(session, snapshot.project_id))
    frame = snapshot_frame(session, settings().cache, snapshot)
    target = _target(frame[snapshot.target], project.task)
    return Instances(
        task=project.task,
        columns=snapshot.schema,
        features=frame[[column.name for column in snapshot.schema]],
        target=target,
        time=None if snapshot.time is None else frame[snapshot.time],
        label_time=None if snapshot.label_time is None else frame[snapshot.label_time],
        classes=tuple(sorted(target.unique())) if project.task.is_classification else (),
        positive=project.positive_class,
    )


def delete_snapshot(session: Session, member: Member, snapshot_id: int, now: datetime) -> None:
    """Put it in the bin; Conflict while live models come from it."""
    member.require(Permission.TRAIN)
    snapshot = get_snapshot(session, snapshot_id)
    used = select(ModelRow.id).where(ModelRow.snapshot_id == snapshot_id, ModelRow.deleted_at.is_(None)).limit(1)
    if session.scalar(used) is not None:
        raise Conflict(f"Models were fitted on {snapshot.name}: delete them first, then the snapshot.")
    session.execute(update(SnapshotRow).where(SnapshotRow.id == snapshot_id).values(deleted_at=now))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The selected instance rows, sorted by entity and time, with what they were read by, and how to deal them."""

    project: Project
    dealing: Dealing
    declaration: InstanceTable
    features: tuple[Column, ...]
    columns: tuple[Column, ...]
    frame: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Frozen:
    """All that is stored of a snapshot but its Parquet bytes."""

    rows: _Rows
    selection: Selection
    plan: FoldPlan
    content_hash: str
    blocks: np.ndarray
    profile: Profile


def _read(session: Session, project_id: int, selection: Selection, now: datetime, dealing: Dealing | None) -> _Rows:
    project = project_of(live_project(session, project_id))
    dealing = dealing or project.policy.dealing
    declaration = get_instance_table(session, project_id)
    ids = (declaration.base_table_id, *(join.table_id for join in declaration.joins))
    tables = {id_: get_table(session, id_) for id_ in ids}
    base_table = tables[declaration.base_table_id]
    group = _group(dealing, base_table, declaration)
    base = physical.read_base(session, base_table, declaration, selection, now, also=group)
    if base.empty:
        raise Invalid(
            f"No row of '{base_table.name}' is labelled and in the selection (labels known by {now:%Y-%m-%d %H:%M} "
            "UTC): widen the selection, or load rows with their target."
        )
    frames = {join.table_id: physical.read_frame(session, tables[join.table_id]) for join in declaration.joins}
    whole = joined(base, declaration, tables, frames)
    features = feature_columns(declaration, tables)
    columns = _stored_columns(declaration, base_table, features, group)
    return _Rows(project, dealing, declaration, features, columns, whole[[column.name for column in columns]])


def _group(dealing: Dealing, base: FeatureTable, declaration: InstanceTable) -> tuple[str, ...]:
    """The column whose values folds by group keep together; Invalid where the base table has no such column."""
    if dealing.group is None:
        return ()
    if dealing.group == declaration.target:
        raise Invalid(f"'{dealing.group}' is the target, and each fold needs all its values: group by another column.")
    return (base.column(dealing.group).name,)


def _stored_columns(
    declaration: InstanceTable, base: FeatureTable, features: tuple[Column, ...], group: tuple[str, ...]
) -> tuple[Column, ...]:
    """Base columns once (features, entity key, time, label time, target, group of the folds), then joined ones."""
    own, others = features[: len(declaration.features)], features[len(declaration.features) :]
    roles = (*declaration.entity_key, declaration.prediction_time, declaration.label_time, declaration.target, *group)
    kept = {column.name: column for column in own}
    kept |= {name: base.column(name) for name in roles if name is not None}
    return (*kept.values(), *others)


def _frozen(rows: _Rows, selection: Selection, frozen_hash: str) -> _Frozen:
    project, declaration, dealing = rows.project, rows.declaration, rows.dealing
    target = _target(rows.frame[declaration.target], project.task)
    _check_classes(target, project, declaration.target)
    time = None if declaration.prediction_time is None else rows.frame[declaration.prediction_time]
    kind = dealing.kind or proposed_kind(project.task, time is not None)
    plan = FoldPlan(kind, selection.seed, group=dealing.group, holdout=dealing.holdout)
    label_time = None if declaration.label_time is None else rows.frame[declaration.label_time]
    group = None if plan.group is None else rows.frame[plan.group]
    blocks = assign_blocks(plan, target, time, project.task, label_time, group)
    profiled = profile(rows.frame, rows.features, target, project.task)
    return _Frozen(rows, selection, plan, frozen_hash, blocks, profiled)


def _target(target: pd.Series, task: Task) -> pd.Series:
    """Labels as strings, or numbers."""
    if task is Task.REGRESSION:
        return target.astype("float64")
    return class_labels(target)


def _check_classes(target: pd.Series, project: Project, name: str) -> None:
    if not project.task.is_classification:
        if target.nunique() < 2:
            raise Invalid(f"The target '{name}' is {target.iloc[0]:g} in every row: widen the selection.")
        return
    classes = sorted(target.unique())
    if len(classes) < 2:
        raise Invalid(f"The target '{name}' has one class only, '{classes[0]}': widen the selection to rows of both.")
    if project.task is Task.BINARY and len(classes) > 2:
        raise Invalid(
            f"The target '{name}' has {len(classes)} classes ({', '.join(classes[:5])}), a binary project two: "
            "filter the others out, or make a multiclass project."
        )


def _same(existing: Snapshot, asked: Dealing, *, exactly: bool) -> Snapshot:
    """The snapshot of this content, or Conflict where it was dealt otherwise.

    exactly: somebody asked for this very dealing; else the policy did, and what it leaves open may be anything.
    """
    plan = existing.fold_plan
    other_folds = asked.kind is not None and (plan.kind, plan.group) != (asked.kind, asked.group)
    other_holdout = (exactly or asked.holdout is not None) and plan.holdout != asked.holdout
    if other_folds or other_holdout:
        held = "" if plan.holdout or not other_holdout else ", and nothing held out"
        raise Conflict(
            f"{existing.name.capitalize()} holds these very rows with {plan.words}{held}: "
            "use it, or delete it to deal the rows anew."
        )
    return existing


def _stored(session: Session, member: Member, frozen: _Frozen, data: str, now: datetime) -> Snapshot:
    rows, declaration = frozen.rows, frozen.rows.declaration
    project_id = rows.project.id
    live_project(session, project_id)  # it may have been deleted while we computed
    number = session.scalar(
        update(ProjectRow)
        .where(ProjectRow.id == project_id)
        .values(last_snapshot=ProjectRow.last_snapshot + 1)
        .returning(ProjectRow.last_snapshot)
    )
    existing = find_by_content(session, project_id, frozen.content_hash)
    if existing is not None:  # somebody else took it meanwhile; the update above makes us wait for them
        return existing
    time = declaration.prediction_time
    times: Mapping[str, datetime | None] = {"time_from": None, "time_to": None}
    if time is not None:
        span = rows.frame[time]
        times = {"time_from": span.min().to_pydatetime(), "time_to": span.max().to_pydatetime()}
    row = SnapshotRow(
        project_id=project_id,
        number=number,
        content_hash=frozen.content_hash,
        row_count=len(rows.frame),
        columns=[[column.name, column.type.value] for column in rows.features],
        target=declaration.target,
        entity_key=list(declaration.entity_key),
        time=time,
        label_time=declaration.label_time,
        selection=selection_to_json(frozen.selection),
        fold_kind=frozen.plan.kind.value,
        fold_seed=frozen.plan.seed,
        fold_group=frozen.plan.group,
        holdout=holdout_to_json(frozen.plan.holdout),
        held_out=int((frozen.blocks == HELD_OUT).sum()),
        profile=profile_to_json(frozen.profile),
        data_blob=data,
        folds_blob=put_bytes(session, frozen.blocks.astype(BLOCK_TYPE).tobytes(), now),
        taken_by=member.display_name,
        created_at=now,
        **times,
    )
    session.add(row)
    session.flush()
    return snapshot_of(row)
