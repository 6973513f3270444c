"""Feature tables and the instance table of a project."""

from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import physical
from db.models import FeatureTable as TableRow
from db.models import InstanceTable as InstanceRow
from mms.domain.errors import NotFound
from mms.domain.tables import Column, ColumnType, FeatureTable, InstanceTable, Join


def feature_tables(session: Session, project_id: int) -> list[FeatureTable]:
    """Live feature tables by name."""
    stmt = (
        select(TableRow)
        .where(TableRow.project_id == project_id, TableRow.deleted_at.is_(None))
        .order_by(TableRow.name, TableRow.id)
    )
    return [table_of(row) for row in session.scalars(stmt)]


def get_table(session: Session, table_id: int) -> FeatureTable:
    """The live feature table of this id."""
    row = session.get(TableRow, table_id)
    if row is None or row.deleted_at is not None:
        raise NotFound(f"There is no feature table {table_id}: list the project's tables and choose one of them.")
    return table_of(row)


def get_table_named(session: Session, project_id: int, name: str) -> FeatureTable:
    """The live feature table of this name."""
    tables = feature_tables(session, project_id)
    for table in tables:
        if table.name == name:
            return table
    known = ", ".join(t.name for t in tables)
    advice = f"it has {known}" if known else "load one first"
    raise NotFound(f"The project has no feature table '{name}': {advice}.")


def find_instance_table(session: Session, project_id: int) -> InstanceTable | None:
    """The newest declaration of a project."""
    stmt = select(InstanceRow).where(InstanceRow.project_id == project_id).order_by(InstanceRow.id.desc()).limit(1)
    row = session.scalar(stmt)
    return None if row is None else declaration_of(row)


def get_instance_table(session: Session, project_id: int) -> InstanceTable:
    """The newest declaration, or NotFound with what to do."""
    found = find_instance_table(session, project_id)
    if found is None:
        raise NotFound("The project has no instance table yet: load a base table and declare what to learn from it.")
    return found


def first_rows(session: Session, table: FeatureTable, limit: int = 100) -> pd.DataFrame:
    """The first rows of a table, for the reader."""
    return physical.read_frame(session, table, limit=limit)


def rows_and_labels_per_day(session: Session, project_id: int) -> pd.DataFrame:
    """Base table: columns day, rows, labelled; empty without a prediction time."""
    declaration = find_instance_table(session, project_id)
    if declaration is None or declaration.prediction_time is None:
        return pd.DataFrame({"day": [], "rows": [], "labelled": []})
    table = get_table(session, declaration.base_table_id)
    return physical.rows_per_day(session, table, declaration.prediction_time, declaration.target)


def table_of(row: TableRow) -> FeatureTable:
    """The record of a row."""
    return FeatureTable(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        physical=row.physical,
        columns=tuple(Column(name, ColumnType(type_)) for name, type_ in row.columns),
        key=tuple(row.key),
        time=row.time,
        row_count=row.row_count,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def declaration_of(row: InstanceRow) -> InstanceTable:
    """The record of a row."""
    return InstanceTable(
        id=row.id,
        project_id=row.project_id,
        base_table_id=row.base_table_id,
        entity_key=tuple(row.entity_key),
        prediction_time=row.prediction_time,
        target=row.target,
        label_time=row.label_time,
        features=tuple(row.features),
        joins=tuple(_join_of(join) for join in row.joins),
        created_at=row.created_at,
    )


def join_to_json(join: Join) -> dict[str, Any]:
    """A join as it is stored with a declaration."""
    return {
        "table_id": join.table_id,
        "table_name": join.table_name,
        "on": [list(pair) for pair in join.on],
        "as_of": join.as_of,
        "columns": list(join.columns),
    }


def _join_of(value: dict[str, Any]) -> Join:
    return Join(
        table_id=value["table_id"],
        table_name=value["table_name"],
        on=tuple((base, other) for base, other in value["on"]),
        as_of=value["as_of"],
        columns=tuple(value["columns"]),
    )
