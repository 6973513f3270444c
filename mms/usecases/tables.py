"""Feature tables: loaded from files, updated by key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import physical
from db.models import FeatureTable as TableRow
from db.models import InstanceTable as InstanceRow
from db.models import Project as ProjectRow
from db.queries.projects import live_project, project_of
from db.queries.tables import declaration_of, get_table, get_table_named, join_to_json, table_of
from mms.domain.errors import Conflict, Invalid
from mms.domain.members import Member, Permission
from mms.domain.projects import Project, ProjectDraft, Task, checked_name
from mms.domain.tables import (
    Column,
    ColumnType,
    FeatureTable,
    FileProject,
    InstanceDraft,
    InstanceTable,
    Join,
    TableSource,
    typed_value,
)
from mms.ml.files import draft_of, place_of, read_file, typed_file
from mms.ml.instances import feature_columns
from mms.usecases.projects import check_class, class_counts, create_project

ROW = "row"
"""Name of the key that a file without a key column gets: the row's number in the file."""


def load_table(session: Session, member: Member, project_id: int, source: TableSource, now: datetime) -> FeatureTable:
    """A file becomes one physical, typed table. Invalid when a key (with time) is null or not unique.

    Without key columns the rows are numbered: the table gets a whole-number key `row`.
    """
    member.require(Permission.EDIT_DATA)
    live_project(session, project_id)
    frame, types = read_file(source.file, source.types)
    return _stored(session, project_id, source, _Content(frame, types), now)


def append_rows(
    session: Session, member: Member, table_id: int, rows: Sequence[Mapping[str, Any]], now: datetime
) -> int:
    """POST: new rows; Conflict when a key is already there."""
    member.require(Permission.EDIT_DATA)
    table = get_table(session, table_id)
    checked = _checked_rows(table, rows)
    frame = pd.DataFrame(checked, columns=[c.name for c in table.columns], dtype=object)
    added = physical.insert_frame(session, table, frame)
    _touch(session, table, now)
    return added


def update_rows(
    session: Session, member: Member, table_id: int, rows: Sequence[Mapping[str, Any]], now: datetime, *, partial: bool
) -> int:
    """PUT (partial=False) and PATCH (partial=True) by key (and time). Returns how many rows changed or were added."""
    member.require(Permission.EDIT_DATA)
    table = get_table(session, table_id)
    changed = physical.upsert(session, table, _checked_rows(table, rows), partial=partial)
    _touch(session, table, now)
    return changed


def declare_instances(
    session: Session, member: Member, project_id: int, draft: InstanceDraft, now: datetime
) -> InstanceTable:
    """Declare the join; Invalid names what is wrong."""
    member.require(Permission.EDIT_DATA)
    project = live_project(session, project_id)
    base = get_table_named(session, project_id, draft.base)
    joins = tuple(_checked_join(session, base, draft, join) for join in draft.joins)
    declaration = InstanceTable(
        id=0,
        project_id=project_id,
        base_table_id=base.id,
        entity_key=draft.entity_key,
        prediction_time=draft.prediction_time,
        target=draft.target,
        label_time=draft.label_time,
        features=_features_of(base, draft),
        joins=joins,
    )
    _check_declaration(session, base, declaration)
    _check_target(session, project, base.column(draft.target), base)
    row = InstanceRow(
        project_id=project_id,
        base_table_id=base.id,
        entity_key=list(draft.entity_key),
        prediction_time=draft.prediction_time,
        target=draft.target,
        label_time=draft.label_time,
        features=list(declaration.features),
        joins=[join_to_json(join) for join in joins],
        created_at=now,
    )
    session.add(row)
    session.flush()
    return declaration_of(row)


def project_from_file(session: Session, member: Member, source: FileProject, now: datetime) -> Project:
    """One file and one target are enough: project, base table and declaration in one step, the rest inferred."""
    member.require(Permission.TRAIN)
    frame, columns = typed_file(source.file, source.types)
    draft = draft_of(frame, columns, source.target)
    task = _task_of(source.task or draft.task or "")
    key = draft.key if source.key is None else source.key
    time = draft.time if source.time is None else source.time or None
    label_time = draft.label_time if source.label_time is None else source.label_time or None
    project = create_project(
        session, member, ProjectDraft(source.name, task, positive_class=source.positive_class), now
    )
    table = TableSource(source.table or _table_name(source.file), source.file, key, time, source.types)
    types = {name: column.type for name, column in columns.items()}
    base = _stored(session, project.id, table, _Content(frame, types), now)
    instances = InstanceDraft(base.name, source.target, base.key, time, label_time)
    declare_instances(session, member, project.id, instances, now)
    return project_of(live_project(session, project.id))


@dataclass(frozen=True, slots=True)
class _Content:
    """A file that was read."""

    frame: pd.DataFrame
    types: Mapping[str, ColumnType]


def _stored(session: Session, project_id: int, source: TableSource, content: _Content, now: datetime) -> FeatureTable:
    name = checked_name(source.name, "feature table")
    taken = select(TableRow.id).where(
        TableRow.project_id == project_id, TableRow.name == name, TableRow.deleted_at.is_(None)
    )
    if session.scalar(taken):
        raise Conflict(f"The project has a feature table '{name}' already: choose another name, or update its rows.")
    frame, types, key = content.frame, dict(content.types), source.key
    if not key:
        number = ROW if ROW not in types else f"{ROW}_number"
        frame, types, key = frame.assign(**{number: range(len(frame))}), types | {number: ColumnType.INTEGER}, (number,)
    _check_identity(frame, types, source, key)
    row = TableRow(
        project_id=project_id,
        name=name,
        physical=f"new_{uuid4().hex}",  # its id names it, which the next line brings
        columns=[[column, type_.value] for column, type_ in types.items()],
        key=list(key),
        time=source.time,
        row_count=len(frame),
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    row.physical = f"ft_{row.id}"
    session.flush()
    table = table_of(row)
    physical.create(session, table)
    physical.insert_frame(session, table, frame)
    return table


def _check_identity(
    frame: pd.DataFrame, types: Mapping[str, ColumnType], source: TableSource, key: Sequence[str]
) -> None:
    """The key (and time) is there, complete and unique; Invalid names the lines."""
    identity = list(dict.fromkeys((*key, *((source.time,) if source.time else ()))))
    for name in identity:
        if name not in types:
            raise Invalid(f"The file has no column '{name}'; it has {', '.join(types)}.")
        if frame[name].isna().any():
            place = place_of(source.file, int(frame[name].isna().to_numpy().argmax()))
            noun = "time" if name == source.time else "key"
            raise Invalid(
                f"The {noun} column '{name}' is empty in {place}: fill it in, remove the row, or choose another {noun}."
            )
    if source.time and types[source.time] is not ColumnType.TIME:
        raise Invalid(f"Column '{source.time}' is {types[source.time].value}, not time: choose a column of times.")
    again = frame.duplicated(identity).to_numpy()
    if again.any():
        second = int(again.argmax())
        values = frame.loc[second, identity]
        first = int((frame[identity] == values).all(axis=1).to_numpy().argmax())
        raise Invalid(
            f"The key {' + '.join(identity)} is not unique: {' | '.join(map(str, values))} stands in "
            f"{place_of(source.file, first)} and again in {place_of(source.file, second)}; "
            "remove one of them, or add a column to the key."
        )


def _checked_rows(table: FeatureTable, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Typed rows with complete keys, none of them twice; Invalid names the row (from 1) and what is wrong."""
    seen: dict[tuple[Any, ...], int] = {}
    checked = []
    for number, row in enumerate(rows, start=1):
        try:
            typed = {name: typed_value(table.column(name), value) for name, value in row.items()}
        except Invalid as error:
            raise Invalid(f"Row {number}: {error}") from error
        for name in table.identity:
            if typed.get(name) is None:
                raise Invalid(f"Row {number} has no value for '{name}', which tells the rows of '{table.name}' apart.")
        key = tuple(typed[name] for name in table.identity)
        if key in seen:
            raise Invalid(
                f"Rows {seen[key]} and {number} have the same {' + '.join(table.identity)}: send one of them."
            )
        seen[key] = number
        checked.append(typed)
    return checked


def _touch(session: Session, table: FeatureTable, now: datetime) -> None:
    rows = physical.count_rows(session, table)
    session.execute(update(TableRow).where(TableRow.id == table.id).values(row_count=rows, updated_at=now))


def _features_of(base: FeatureTable, draft: InstanceDraft) -> tuple[str, ...]:
    roles = {*draft.entity_key, draft.prediction_time, draft.label_time, draft.target}
    if draft.features is None:
        return tuple(c.name for c in base.columns if c.name not in roles)
    return tuple(dict.fromkeys(draft.features))


def _check_declaration(session: Session, base: FeatureTable, declaration: InstanceTable) -> None:
    if not declaration.entity_key:
        raise Invalid("The instance table needs an entity key: name the columns that tell entities apart.")
    for name in (*declaration.entity_key, *declaration.features):
        base.column(name)
    for noun, time in (("prediction time", declaration.prediction_time), ("label time", declaration.label_time)):
        if time is not None and base.column(time).type is not ColumnType.TIME:
            raise Invalid(f"The {noun} '{time}' is {base.column(time).type.value}: choose a column of times.")
    for later in (declaration.target, declaration.label_time):
        if later is not None and later in declaration.features:
            raise Invalid(f"'{later}' is not known before the prediction, so it cannot be a feature: leave it out.")
    if declaration.target in (*declaration.entity_key, declaration.prediction_time, declaration.label_time):
        raise Invalid(f"The target '{declaration.target}' is a key or a time too: choose another target.")
    tables = {base.id: base} | {join.table_id: get_table(session, join.table_id) for join in declaration.joins}
    names = [column.name for column in feature_columns(declaration, tables)]
    if not names:
        raise Invalid("The instance table has no feature: name columns that are known before the prediction.")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Invalid(f"The feature '{twice}' would come twice: join its table once, or leave the base column out.")


def _checked_join(session: Session, base: FeatureTable, draft: InstanceDraft, join: Join) -> Join:
    """The join with its table's id; a draft may give the name alone (id 0)."""
    table = (
        get_table(session, join.table_id)
        if join.table_id
        else get_table_named(session, base.project_id, join.table_name)
    )
    if table.project_id != base.project_id:
        raise Invalid(f"Table '{table.name}' belongs to another project: load it into this one.")
    for ours, theirs in join.on:
        left, right = base.column(ours), table.column(theirs)
        if left.type is not right.type and not (left.type.is_words and right.type.is_words):
            raise Invalid(
                f"'{ours}' is {left.type.value} but '{table.name}.{theirs}' is {right.type.value}: "
                "load one of them with the type of the other."
            )
    if {theirs for _, theirs in join.on} != set(table.key):
        raise Invalid(f"Join '{table.name}' on all of its key columns and no others: {', '.join(table.key)}.")
    if join.as_of and (table.time is None or draft.prediction_time is None):
        raise Invalid(f"Joining '{table.name}' as of a time needs a prediction time and a time in '{table.name}'.")
    if table.time is not None and not join.as_of:
        raise Invalid(f"Table '{table.name}' has many rows per key, by '{table.time}': join it as of the prediction.")
    return Join(table.id, table.name, join.on, join.as_of, join.columns)


def _check_target(session: Session, project: ProjectRow, target: Column, base: FeatureTable) -> None:
    """The target suits the task; a binary project without a positive class takes the rarer one."""
    task = Task(project.task)
    if target.type is ColumnType.TIME or (task is Task.REGRESSION and not target.type.is_numeric):
        takes = "a number" if task is Task.REGRESSION else "a category, a number, or true and false"
        raise Invalid(f"The target '{target.name}' is {target.type.value}; a {task.value} project takes {takes}.")
    if task is not Task.BINARY:
        return
    counts = class_counts(session, base, target.name)
    if len(counts) > 2:
        raise Invalid(f"The target '{target.name}' has {len(counts):,} classes; a binary project takes two.")
    if project.positive_class is None and len(counts) == 2:
        project.positive_class = str(min(counts.index, key=lambda label: (counts[label], label != "true", label)))
    check_class(project.positive_class, target.name, list(counts.index))


def _task_of(name: str) -> Task:
    try:
        return Task(name)
    except ValueError as error:
        raise Invalid(f"'{name}' is no task; choose one of {', '.join(task.value for task in Task)}.") from error


def _table_name(file: Path) -> str:
    return file.name.partition(".")[0][:80].strip() or "base"
