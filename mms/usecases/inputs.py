"""Complete rows for the champion: what a request gives, checked, and what the feature tables add to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from db.physical import lookup_many
from db.queries.tables import feature_tables, get_instance_table
from mms.domain.errors import Invalid, NotFound
from mms.domain.predictions import Request, entity_text
from mms.domain.tables import Column, FeatureTable, InstanceTable, Join, typed_value

_Columns = tuple[Mapping[str, Column], Mapping[str, Column]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where inputs come from: the declared join and its tables by id."""

    declaration: InstanceTable
    tables: Mapping[int, FeatureTable]

    @property
    def base(self) -> FeatureTable:
        """The table with one row per entity and time."""
        return self.tables[self.declaration.base_table_id]

    @property
    def answer_columns(self) -> frozenset[str]:
        """Base columns that nobody knows at prediction time."""
        return frozenset({self.declaration.target, self.declaration.label_time or self.declaration.target})

    def taken(self, join: Join) -> tuple[str, ...]:
        """The columns a join adds, without the table's name."""
        table = self.tables[join.table_id]
        hidden = {*table.key, table.time}
        return join.columns or tuple(c.name for c in table.columns if c.name not in hidden)


@dataclass(frozen=True, slots=True)
class Inputs:
    """One complete row. entity: its text; at: event time; row: every known column, typed, joined ones included.

    base_row: what its feedback shall write to the base table: the columns sent, or only the identity of a stored row.
    """

    entity: str
    at: datetime
    row: Mapping[str, Any]
    base_row: Mapping[str, Any]


def source_of(session: Session, project_id: int) -> Source:
    """The project's declaration with its tables."""
    declaration = get_instance_table(session, project_id)
    return Source(declaration, {table.id: table for table in feature_tables(session, project_id)})


def complete(session: Session, source: Source, requests: Sequence[Request], now: datetime) -> list[Inputs]:
    """Complete rows in the order of the requests. Invalid names a wrong or missing column, NotFound an entity."""
    entities = [_checked_entity(source, request.entity) for request in requests]
    moments = [(request.at or now).astimezone(UTC) for request in requests]
    asked = [i for i, request in enumerate(requests) if request.features is None]
    stored = dict(zip(asked, _stored_rows(session, source, [(entities[i], moments[i]) for i in asked]), strict=True))
    columns = _feature_columns(source)
    bases: list[dict[str, Any]] = []
    given: list[dict[str, Any]] = []
    for i, request in enumerate(requests):
        if request.features is None:
            bases.append(stored[i])
            given.append({})
        else:
            base, joined = _checked_features(source, columns, {**request.features, **entities[i]}, moments[i])
            bases.append(base)
            given.append(joined)
    added = _joined(session, source, bases, given, moments)
    return [
        Inputs(
            entity=entity_text(entities[i].values()),
            at=moments[i],
            row={**bases[i], **added[i], **given[i]},
            base_row=bases[i] if request.features is not None else {c: bases[i][c] for c in source.base.identity},
        )
        for i, request in enumerate(requests)
    ]


def _checked_entity(source: Source, entity: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values of the entity key, in its order."""
    key = source.declaration.entity_key
    wrong = [name for name in entity if name not in key]
    missing = [name for name in key if entity.get(name) is None]
    if wrong or missing:
        raise Invalid(f"An entity is named by {', '.join(key)}; this one has {', '.join(entity) or 'nothing'}.")
    return {name: typed_value(source.base.column(name), entity[name]) for name in key}


def _checked_features(
    source: Source, columns: _Columns, features: Mapping[str, Any], at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Typed base columns and typed joined columns that are given; Invalid names what is unknown or missing."""
    base_columns, joined_columns = columns
    unknown = sorted(name for name in features if name not in base_columns and name not in joined_columns)
    if unknown:
        known = ", ".join([*base_columns, *joined_columns])
        raise Invalid(f"There is no feature {_quoted(unknown)}: send some of {known}.")
    base = {name: typed_value(base_columns[name], v) for name, v in features.items() if name in base_columns}
    joined = {name: typed_value(joined_columns[name], v) for name, v in features.items() if name in joined_columns}
    time = source.declaration.prediction_time
    if time is not None and base.get(time) is None:
        base[time] = at
    needed = [*source.declaration.features, *source.base.identity, *_join_columns(source, joined)]
    missing = sorted({name for name in needed if name not in base})
    if missing:
        raise Invalid(f"The features lack {_quoted(missing)}: send each, with null where the value is not known.")
    return base, joined


def _feature_columns(source: Source) -> _Columns:
    """What may be sent: base columns that are known at prediction time, and `table.column` of each join."""
    base_columns = {c.name: c for c in source.base.columns if c.name not in source.answer_columns}
    joined_columns = {
        f"{join.table_name}.{name}": source.tables[join.table_id].column(name)
        for join in source.declaration.joins
        for name in source.taken(join)
    }
    return base_columns, joined_columns


def _join_columns(source: Source, given: Mapping[str, Any]) -> list[str]:
    """Base columns that joins look up by, but for joins whose every column is given."""
    return [
        column
        for join in source.declaration.joins
        if not all(f"{join.table_name}.{name}" in given for name in source.taken(join))
        for column, _ in join.on
    ]


def _stored_rows(
    session: Session, source: Source, asked: Sequence[tuple[Mapping[str, Any], datetime]]
) -> list[dict[str, Any]]:
    """The base row of each entity: the newest at or before its moment where the base table has a time."""
    base = source.base
    timed = base.time is not None and base.time not in source.declaration.entity_key
    wanted = [(tuple(entity.values()), at if timed else None) for entity, at in asked]
    found = lookup_many(session, base, source.declaration.entity_key, wanted)
    for row, (entity, at) in zip(found, asked, strict=True):
        if row is None:
            raise NotFound(
                f"There is no row of {entity_text(entity.values())} in '{base.name}' at {at:%Y-%m-%d %H:%M} UTC: "
                "add it to the table, or send its features."
            )
    return [{name: v for name, v in row.items() if name not in source.answer_columns} for row in found if row]


def _joined(
    session: Session,
    source: Source,
    bases: Sequence[Mapping[str, Any]],
    given: Sequence[Mapping[str, Any]],
    moments: Sequence[datetime],
) -> list[dict[str, Any]]:
    """What the joins add to each row, as of its prediction time; one statement a join for some hundred rows."""
    time = source.declaration.prediction_time
    added: list[dict[str, Any]] = [{} for _ in bases]
    for join in source.declaration.joins:
        names = source.taken(join)
        on = tuple(column for _, column in join.on)
        wanted = [
            (tuple(base.get(column) for column, _ in join.on), (base[time] if time else at) if join.as_of else None)
            for base, at in zip(bases, moments, strict=True)
        ]
        table = source.tables[join.table_id]
        for row, found in zip(added, lookup_many(session, table, on, wanted), strict=True):
            row.update({f"{join.table_name}.{name}": found[name] if found else None for name in names})
    return added


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
