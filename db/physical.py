"""Physical feature tables: made, filled and read by their catalogue record. Column i is stored as `c{i}`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models.base import UtcTime
from mms.domain.errors import Conflict, Invalid
from mms.domain.snapshots import Extent, Selection
from mms.domain.tables import (
    COMPARISONS,
    DTYPES,
    Column,
    ColumnType,
    Condition,
    FeatureTable,
    InstanceTable,
    Operator,
    checked_condition,
    typed_value,
)

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Texts compare by their bytes on every database, not by the rules of a language."""

_PHYSICAL: Mapping[ColumnType, sa.types.TypeEngine[Any]] = {
    ColumnType.INTEGER: sa.BigInteger(),
    ColumnType.NUMBER: sa.Double(),
    ColumnType.BOOLEAN: sa.Boolean(),
    ColumnType.CATEGORY: _BYTEWISE,
    ColumnType.TEXT: _BYTEWISE,
    ColumnType.TIME: UtcTime(),
}
_CHUNK = 10_000
_LOOKUPS = 500
"""Rows looked up in one statement; their values stay below the databases' limits."""

_END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)


def create(session: Session, table: FeatureTable) -> None:
    """Make the typed table with its index on key and time (unique)."""
    _physical(table).create(session.connection())


def drop(session: Session, table: FeatureTable) -> None:
    """Remove it with its rows."""
    _physical(table).drop(session.connection(), checkfirst=True)


def insert_frame(session: Session, table: FeatureTable, frame: pd.DataFrame) -> int:
    """Append typed rows; return how many. Conflict when key (and time) is already there."""
    connection = session.connection()
    stored = [_stored_name(table, c.name) for c in table.columns if c.name in frame.columns]
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    statement = f"INSERT INTO {table.physical} ({', '.join(stored)}) VALUES ({', '.join([mark] * len(stored))})"
    try:
        for start in range(0, len(frame), _CHUNK):
            part = frame.iloc[start : start + _CHUNK]
            lists = [_driver_values(part[c.name], c, connection.dialect) for c in table.columns if c.name in part]
            connection.exec_driver_sql(statement, list(zip(*lists, strict=True)))
    except sa.exc.IntegrityError as error:
        raise Conflict(
            f"A row with the same {' and '.join(table.identity)} is already in table '{table.name}', so nothing was "
            "added: leave it out, or update it instead."
        ) from error
    return len(frame)


def upsert(session: Session, table: FeatureTable, rows: Sequence[Mapping[str, Any]], *, partial: bool) -> int:
    """Insert rows or replace those with the same key (and time); partial keeps the columns that are not given."""
    physical = _physical(table)
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    identity = [physical.c[_stored_name(table, name)] for name in table.identity]
    stored = {column.name: f"c{i}" for i, column in enumerate(table.columns)}
    for given, alike in groupby(rows, key=lambda row: frozenset(row)):
        written = [table.column(name).name for name in given] if partial else list(stored)
        values = [{stored[name]: row.get(name) for name in written} for row in alike]
        statement = insert(physical)
        changes = {stored[name]: statement.excluded[stored[name]] for name in set(written) - set(table.identity)}
        if changes:
            statement = statement.on_conflict_do_update(index_elements=identity, set_=changes)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=identity)
        session.execute(statement, values)
    return len(rows)


def read_frame(
    session: Session, table: FeatureTable, columns: Sequence[str] | None = None, limit: int | None = None
) -> pd.DataFrame:
    """All rows (or the first `limit`), typed, by insertion order."""
    physical = _physical(table)
    wanted = table.columns if columns is None else tuple(table.column(name) for name in columns)
    return _frame(session, table, wanted, sa.select().order_by(physical.c.row_id).limit(limit))


def count_rows(session: Session, table: FeatureTable) -> int:
    """How many rows the table has."""
    return session.scalar(sa.select(sa.func.count()).select_from(_physical(table))) or 0


def read_base(
    session: Session,
    table: FeatureTable,
    declaration: InstanceTable,
    selection: Selection,
    now: datetime,
    also: Sequence[str] = (),
) -> pd.DataFrame:
    """Base rows of a selection whose label is known at `now`, sorted by entity key and time.

    Columns: the base features in order, then (unless they are features) entity key, times, target, join columns, and
    those of `also`.
    """
    physical = _physical(table)
    chosen = [_known(physical, table, declaration, now)]
    chosen += [_condition(physical, table, condition) for condition in selection.conditions]
    if selection.extent is not Extent.ALL:
        chosen.append(_since(session, physical, table, declaration, selection, chosen))
    order = list(dict.fromkeys((*declaration.entity_key, *_some(declaration.prediction_time), *table.identity)))
    asked = list(dict.fromkeys((*base_columns(declaration), *also)))
    names = list(dict.fromkeys((*asked, *order)))
    frame = _frame(session, table, [table.column(name) for name in names], sa.select().where(*chosen))
    frame = frame.sort_values(order, kind="stable", ignore_index=True)
    if selection.extent is Extent.LAST_ROWS and selection.amount is not None and len(frame) > selection.amount:
        newest = frame[declaration.prediction_time].argsort(kind="stable").to_numpy()[-selection.amount :]
        frame = frame.iloc[np.sort(newest)]
    if selection.sample is not None and len(frame) > selection.sample:
        taken = np.random.default_rng(selection.seed).choice(len(frame), selection.sample, replace=False)
        frame = frame.iloc[np.sort(taken)]
    return frame[asked].reset_index(drop=True)


def count_base(
    session: Session, table: FeatureTable, declaration: InstanceTable, selection: Selection, now: datetime
) -> int:
    """How many base rows meet the selection's conditions and are labelled at `now`; its extent does not count."""
    physical = _physical(table)
    chosen = [_known(physical, table, declaration, now)]
    chosen += [_condition(physical, table, condition) for condition in selection.conditions]
    return session.scalar(sa.select(sa.func.count()).select_from(physical).where(*chosen)) or 0


def base_columns(declaration: InstanceTable) -> list[str]:
    """The base columns an instance needs, each once: features, entity key, times, target, join columns."""
    joins = [base for join in declaration.joins for base, _ in join.on]
    times = (*_some(declaration.prediction_time), *_some(declaration.label_time))
    return list(dict.fromkeys((*declaration.features, *declaration.entity_key, *times, declaration.target, *joins)))


def lookup_many(
    session: Session,
    table: FeatureTable,
    on: Sequence[str],
    wanted: Sequence[tuple[tuple[Any, ...], datetime | None]],
) -> list[dict[str, Any] | None]:
    """The one row of each (values of the columns `on`, moment), in order, or None; one statement for hundreds.

    Where the table has a time it is the latest row at or before the moment; a moment of None asks for the newest.
    Values are checked against the columns' types. A key that holds a null has no row.
    """
    columns = [table.column(name) for name in on]
    typed = [(tuple(map(typed_value, columns, values)), at or _END_OF_TIME) for values, at in wanted]
    distinct = [one for one in dict.fromkeys(typed) if None not in one[0]]
    found: dict[tuple[tuple[Any, ...], datetime], dict[str, Any]] = {}
    names = [column.name for column in table.columns]
    for start in range(0, len(distinct), _LOOKUPS):
        chunk = distinct[start : start + _LOOKUPS]
        for position, *row in session.execute(_lookup_statement(table, columns, chunk)):
            found[chunk[position]] = dict(zip(names, row, strict=True))
    return [found.get(one) for one in typed]


def _lookup_statement(
    table: FeatureTable, on: Sequence[Column], chunk: Sequence[tuple[tuple[Any, ...], datetime]]
) -> sa.Select[Any]:
    """Position in the chunk, then every column of its row."""
    physical = _physical(table)
    keys = [sa.column(f"k{i}", _PHYSICAL[column.type]) for i, column in enumerate(on)]
    position, at = sa.column("position", sa.Integer()), sa.column("at", UtcTime())
    rows = [(i, moment, *values) for i, (values, moment) in enumerate(chunk)]
    wanted = sa.values(position, at, *keys, name="wanted").data(rows).cte()
    stored = [_stored_name(table, column.name) for column in on]
    same = [physical.c[name] == wanted.c[f"k{i}"] for i, name in enumerate(stored)]
    if table.time is not None:
        older, time = physical.alias(), _stored_name(table, table.time)
        newest = sa.select(sa.func.max(older.c[time])).where(
            *(older.c[name] == wanted.c[f"k{i}"] for i, name in enumerate(stored)), older.c[time] <= wanted.c.at
        )
        same.append(physical.c[time] == newest.correlate(wanted).scalar_subquery())
    columns = [physical.c[f"c{i}"] for i in range(len(table.columns))]
    return sa.select(wanted.c.position, *columns).join_from(wanted, physical, sa.and_(*same))


def rows_per_day(session: Session, table: FeatureTable, time: str, target: str | None) -> pd.DataFrame:
    """Columns day, rows, labelled (rows whose target is known)."""
    physical = _physical(table)
    moment = physical.c[_stored_name(table, time)]
    if session.get_bind().dialect.name == "sqlite":
        day: sa.ColumnElement[str] = sa.func.substr(sa.type_coerce(moment, sa.String), 1, 10)
    else:
        day = sa.func.to_char(sa.func.timezone("UTC", moment), "YYYY-MM-DD")
    labelled = sa.literal(0) if target is None else sa.func.count(physical.c[_stored_name(table, target)])
    stmt = sa.select(day, sa.func.count(), labelled).where(moment.is_not(None)).group_by(day).order_by(day)
    rows = session.execute(stmt).all()
    frame = pd.DataFrame([tuple(row) for row in rows], columns=["day", "rows", "labelled"])
    return frame.assign(day=pd.to_datetime(frame["day"], format="%Y-%m-%d"))


def count_labelled_since(
    session: Session, table: FeatureTable, declaration: InstanceTable, since: datetime | None, now: datetime
) -> int:
    """Base rows whose label is known at `now`, with prediction time after `since` (all where it is None)."""
    physical = _physical(table)
    stmt = sa.select(sa.func.count()).select_from(physical).where(_known(physical, table, declaration, now))
    if since is not None and declaration.prediction_time is not None:
        stmt = stmt.where(physical.c[_stored_name(table, declaration.prediction_time)] > since)
    return session.scalar(stmt) or 0


@lru_cache(maxsize=64)
def _physical(table: FeatureTable) -> sa.Table:
    made = sa.Table(
        table.physical,
        sa.MetaData(),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        *(sa.Column(f"c{i}", _PHYSICAL[column.type]) for i, column in enumerate(table.columns)),
    )
    identity = [made.c[_stored_name(table, name)] for name in table.identity]
    sa.Index(f"uq_{table.physical}_key", *identity, unique=True)
    if table.time is not None:
        sa.Index(f"ix_{table.physical}_time", made.c[_stored_name(table, table.time)])
    return made


def _stored_name(table: FeatureTable, name: str) -> str:
    return f"c{table.columns.index(table.column(name))}"


def _some(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _known(
    physical: sa.Table, table: FeatureTable, declaration: InstanceTable, now: datetime
) -> sa.ColumnElement[bool]:
    """Labelled, and known at `now`: by the label time, or where there is none, by the prediction time."""
    rules: list[sa.ColumnElement[bool]] = [physical.c[_stored_name(table, declaration.target)].is_not(None)]
    moments = [
        physical.c[_stored_name(table, name)]
        for name in (declaration.label_time, declaration.prediction_time)
        if name is not None
    ]
    if declaration.prediction_time is not None:
        rules.append(physical.c[_stored_name(table, declaration.prediction_time)].is_not(None))
    if moments:
        known_at = moments[0] if len(moments) == 1 else sa.func.coalesce(*moments)
        rules.append(sa.or_(known_at.is_(None), known_at <= sa.literal(now, UtcTime())))
    return sa.and_(*rules)


def _condition(physical: sa.Table, table: FeatureTable, condition: Condition) -> sa.ColumnElement[bool]:
    checked = checked_condition(table.column(condition.column), condition)
    stored: sa.ColumnElement[Any] = physical.c[_stored_name(table, checked.column)]
    if checked.operator is Operator.IS_NULL:
        return stored.is_(None)
    if checked.operator is Operator.NOT_NULL:
        return stored.is_not(None)
    if checked.operator is Operator.IN:
        return stored.in_(checked.value)
    holds: sa.ColumnElement[bool] = COMPARISONS[checked.operator](stored, checked.value)
    return holds


def _since(
    session: Session,
    physical: sa.Table,
    table: FeatureTable,
    declaration: InstanceTable,
    selection: Selection,
    chosen: Sequence[sa.ColumnElement[bool]],
) -> sa.ColumnElement[bool]:
    """Only rows from a moment on: that many days before the newest row, or the time of the last row that is taken."""
    if declaration.prediction_time is None:
        raise Invalid(f"'{selection.extent.value}' needs a prediction time: declare one, or take all rows.")
    time = physical.c[_stored_name(table, declaration.prediction_time)]
    amount = selection.amount or 1
    if selection.extent is Extent.LAST_DAYS:
        newest = session.scalar(sa.select(sa.func.max(time)).where(*chosen))
        return sa.true() if newest is None else time > newest - pd.Timedelta(days=amount).to_pytimedelta()
    stmt = sa.select(time).where(*chosen).order_by(time.desc()).offset(amount - 1).limit(1)
    first = session.scalar(stmt)
    return sa.true() if first is None else time >= first


def _frame(session: Session, table: FeatureTable, columns: Sequence[Column], stmt: sa.Select[Any]) -> pd.DataFrame:
    """The columns of a statement's rows, as a typed frame. Times are parsed as a whole, not one by one."""
    physical = _physical(table)
    stored = [physical.c[_stored_name(table, column.name)] for column in columns]
    raw = [
        sa.type_coerce(s, sa.String) if c.type is ColumnType.TIME else s for s, c in zip(stored, columns, strict=True)
    ]
    rows = session.execute(stmt.add_columns(*raw)).all()
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pd.DataFrame({c.name: _series(v, c.type) for c, v in zip(columns, values, strict=True)})


def _series(values: Sequence[Any], type_: ColumnType) -> pd.Series:
    given: Any = values
    if type_ is ColumnType.TIME:
        given = pd.to_datetime(pd.Series(values, dtype=object), utc=True, format="ISO8601")
    made: pd.Series = pd.Series(given, dtype=DTYPES[type_])
    return made


def _driver_values(series: pd.Series, column: Column, dialect: sa.Dialect) -> list[Any]:
    """Python values as the driver takes them, None for missing."""
    typed = series.astype(DTYPES[column.type])
    missing = typed.isna()
    if column.type is ColumnType.TIME and dialect.name == "sqlite":
        naive = typed.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
        objects = np.char.replace(np.datetime_as_string(naive), "T", " ").astype(object)
    elif column.type is ColumnType.TIME:
        objects = np.array(typed.dt.to_pydatetime(), dtype=object)
    else:
        objects = typed.astype(object).to_numpy(copy=True)
    objects[missing.to_numpy()] = None
    return list(objects)
