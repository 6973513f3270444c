"""The model table by any filter, in any order, page by page, with the columns that were asked for."""

import base64
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from db.models import Model, ModelParameter, ModelScore, ModelTag, Run, Snapshot
from db.models.base import UtcTime
from db.queries.ageing import all_ranks, ranks_of
from db.queries.model_candidates import candidates
from db.queries.model_conditions import COLUMNS, Condition, Ground, condition, living, mirrored, score_column
from db.queries.models import PAGE, ranked_of
from mms.domain.canonical import digest, parsed_json
from mms.domain.errors import Invalid
from mms.domain.filters import Missing, ModelQuery, text_of
from mms.domain.model_fields import RANK, Field, field_named
from mms.domain.models import ModelPage, RankedModel
from mms.domain.projects import Project

MOST = 2 * PAGE
"""Rows a page may have."""

COUNT_CAP = 1000
"""Counts stop here: "1,000+"."""

FEW = COUNT_CAP
"""Models that pass are looked up and sorted where there are so few; else all are walked in order and tested."""

_CHUNK = 1000
"""Rows that a walk over all reads at once."""

_Chunk = tuple[Sequence[RankedModel], Mapping[int, Mapping[str, Any]], Mapping[int, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class _Leg:
    """One part of an order: those with a number, then those with a text, then those without a value.

    key: what is compared before the id; None where nothing is, and the rows stand by their version.
    side: the table beside the models that holds the key.
    """

    key: Any | None
    where: tuple[Condition, ...] = ()
    side: Any | None = None

    @property
    def order(self) -> list[Any]:
        """The columns that put its rows in order; together they are unique."""
        if self.key is None:
            return [Model.version]
        return [self.key, Model.id if self.side is None else self.side.model_id]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands: its leg, and what it has in the columns of the leg's order."""

    leg: int
    mark: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Walk:
    """A query made ready: legs in order, whether stored keys fall, and what the rows must be.

    few: ids of all that pass, where they are so few that they are looked up and sorted; else rows are walked in order
    and tested. total: how many pass, counted up to the cap and one.
    """

    project_id: int
    legs: tuple[_Leg, ...]
    descending: bool
    where: tuple[Condition, ...]
    few: tuple[int, ...] | None
    total: int

    def rows(self, session: Session, after: _Place | None, limit: int) -> list[tuple[Model, _Place]]:
        """The next rows, at most so many, with their places."""
        found: list[tuple[Model, _Place]] = []
        first = after.leg if after else 0
        for number, leg in enumerate(self.legs[first:], first):
            behind = after if after and after.leg == number else None
            rows = session.execute(self._statement(leg, behind, limit - len(found)))
            found += [(row, _Place(number, tuple(mark))) for row, *mark in rows]
            if len(found) == limit:
                break
        return found

    @property
    def _among(self) -> Condition:
        return Model.project_id == self.project_id if self.few is None else Model.id.in_(self.few)

    def _statement(self, leg: _Leg, behind: _Place | None, limit: int) -> sa.Select[Any]:
        order = leg.order
        stmt = select(Model, *order).where(*self.where, *leg.where)
        if leg.side is not None:
            stmt = stmt.join(leg.side, leg.side.model_id == Model.id)
        if leg.side is None or self.few is not None:  # beside a side's project, that of the model would invite a sort
            stmt = stmt.where(self._among)
        if behind is not None:
            here = sa.tuple_(*order)
            there = sa.tuple_(*(sa.literal(value, key.type) for value, key in zip(behind.mark, order, strict=True)))
            stmt = stmt.where(here < there if self.descending else here > there)
        return stmt.order_by(*(key.desc() if self.descending else key.asc() for key in order)).limit(limit)


def search(session: Session, project: Project, query: ModelQuery, now: datetime) -> ModelPage:
    """One keyset page of the models that pass a filter. now: the project's present. Invalid: a foreign cursor."""
    walk = _walk(session, Ground(project, now), query)
    after = None if query.after is None else _place(walk, _mark(project, query), query.after)
    limit = max(1, min(query.limit, MOST))
    found = walk.rows(session, after, limit + 1)
    more = len(found) > limit
    rows = [row for row, _ in found[:limit]]
    return ModelPage(
        models=tuple(ranked_of(row) for row in rows),
        after=_cursor(_mark(project, query), found[limit - 1][1]) if more else None,
        total=min(walk.total, COUNT_CAP),
        capped=walk.total > COUNT_CAP,
        values=_values(session, rows, query.columns, now, ranks_of(session, rows) if RANK in query.columns else {}),
        tags=_tags(session, rows) if rows else {},
    )


def walked(session: Session, project: Project, query: ModelQuery, now: datetime) -> Iterator[_Chunk]:
    """All models that pass, in chunks: each with its models, their values by id and name, and their tags by id."""
    walk = _walk(session, Ground(project, now), query)
    ranks = all_ranks(session, project.id) if RANK in query.columns else {}  # once: a chunk's rivals are everywhere
    after: _Place | None = None
    while found := walk.rows(session, after, _CHUNK):
        rows, after = [row for row, _ in found], found[-1][1]
        values = _values(session, rows, query.columns, now, ranks)
        yield [ranked_of(row) for row in rows], values, _tags(session, rows)
        session.expunge_all()


def _walk(session: Session, ground: Ground, query: ModelQuery) -> _Walk:
    field = query.sort or field_named(ground.project.primary_metric, ground.project.task)
    if not field.sorts:
        raise Invalid(f"Models cannot be put in order by {field.name}: choose another column.")
    descending = field.descending if query.descending is None else query.descending
    found = candidates(session, ground, query, COUNT_CAP + 1)
    is_few = query.where is not None and len(found) <= FEW
    alive = living(query.where, archived=query.archived)
    tests = () if query.where is None or is_few else (condition(ground, query.where),)
    return _Walk(
        project_id=ground.project.id,
        legs=_legs(ground, field),
        descending=descending != mirrored(field),
        where=(*alive, *tests),
        few=found if is_few else None,
        total=len(found),
    )


def _legs(ground: Ground, field: Field) -> tuple[_Leg, ...]:
    own, project_id = ground.own(field), ground.project.id
    if field.name in ("id", "version"):  # both are given in one order
        return (_Leg(None),)
    if own is not None and not own.nullable and field.name != "description":  # an empty one is none
        return (_Leg(own),)
    last = _Leg(None, (condition(ground, Missing(field)),))
    if own is not None:
        return _Leg(own, (condition(ground, Missing(field, missing=False)),)), last
    if field.metric is not None:
        score = aliased(ModelScore)
        return _Leg(
            score_column(field, score), (score.project_id == project_id, score.metric == field.metric), score
        ), last
    number, text = aliased(ModelParameter), aliased(ModelParameter)
    keys = ((number.number, number), (text.text, text))
    legs = (
        _Leg(key, (side.project_id == project_id, side.name == field.parameter, key.is_not(None)), side)
        for key, side in keys
    )
    return *legs, last


def _values(
    session: Session, rows: Sequence[Model], fields: Sequence[Field], now: datetime, ranks: Mapping[int, int]
) -> dict[int, dict[str, Any]]:
    """What each row has under the names of the fields, in natural units; None where it has nothing. ranks: by id."""
    metrics = {field.metric for field in fields if field.metric is not None}
    scores = _scores(session, rows, metrics) if metrics else {}
    names = {field.name for field in fields}
    runs = _numbers(session, Run, {row.run_id for row in rows}) if "run" in names else {}
    snapshots = _numbers(session, Snapshot, {row.snapshot_id for row in rows}) if "snapshot" in names else {}

    def value(row: Model, field: Field) -> Any:
        if field.name == RANK.name:
            return ranks.get(row.id)
        if field.metric is not None:
            score = scores.get((row.id, field.metric))
            stored = None if score is None else getattr(score, score_column(field).key)
            return -stored if stored is not None and mirrored(field) else stored
        if field.parameter is not None:
            return row.hyperparameters.get(field.parameter)
        if field.name in ("run", "snapshot"):
            return runs[row.run_id] if field.name == "run" else snapshots[row.snapshot_id]
        if field.name == "age":
            return (now - row.created_at) / timedelta(days=1)
        return getattr(row, COLUMNS[field.name].key)

    return {row.id: {field.name: value(row, field) for field in fields} for row in rows}


def _scores(
    session: Session, rows: Sequence[Model], metrics: Collection[str | None]
) -> Mapping[tuple[int, str], ModelScore]:
    stmt = select(ModelScore).where(ModelScore.model_id.in_([row.id for row in rows]), ModelScore.metric.in_(metrics))
    return {(score.model_id, score.metric): score for score in session.scalars(stmt)}


def _numbers(session: Session, parent: type[Run] | type[Snapshot], keys: Collection[int]) -> dict[int, int]:
    return {row.id: row.number for row in session.execute(select(parent.id, parent.number).where(parent.id.in_(keys)))}


def _tags(session: Session, rows: Sequence[Model]) -> dict[int, tuple[str, ...]]:
    ids_ = [row.id for row in rows]
    stmt = select(ModelTag.model_id, ModelTag.tag).where(ModelTag.model_id.in_(ids_)).order_by(ModelTag.tag)
    found: dict[int, tuple[str, ...]] = {}
    for model_id, tag in session.execute(stmt):
        found[model_id] = (*found.get(model_id, ()), tag)
    return found


def _mark(project: Project, query: ModelQuery) -> str:
    """What a cursor belongs to: this project's rows, this filter, this order."""
    where = None if query.where is None else text_of(query.where)
    sort = query.sort.name if query.sort else project.primary_metric
    return digest([project.id, where, sort, query.descending, query.archived])[:16]


def _cursor(mark: str, place: _Place) -> str:
    keys = [key.isoformat() if isinstance(key, datetime) else key for key in place.mark]
    content = json.dumps([mark, place.leg, *keys])
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def _place(walk: _Walk, mark: str, cursor: str) -> _Place:
    """The place that a cursor tells; Invalid where it is none of this walk."""
    try:
        of, leg, *keys = parsed_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if of != mark or type(leg) is not int or leg < 0:
            raise ValueError("of another walk")
        order = walk.legs[leg].order
        return _Place(leg, tuple(_key(column.type, key) for column, key in zip(order, keys, strict=True)))
    except (ValueError, TypeError, IndexError) as error:
        raise Invalid(
            "This page mark does not belong to this table, filter and order: begin again at the first page."
        ) from error


def _key(of: sa.types.TypeEngine[Any], key: Any) -> Any:
    """A cursor's key as its column's type, or ValueError."""
    if isinstance(of, UtcTime):
        found = datetime.fromisoformat(key)
        if found.tzinfo is None:
            raise ValueError("no zone")
        return found
    if isinstance(of, sa.String):
        if not isinstance(key, str) or "\0" in key:
            raise ValueError("no text")
        return key.encode().decode()
    if isinstance(key, bool) or not isinstance(key, int | float) or not isfinite(key) or abs(key) >= 2**63:
        raise ValueError("no number")
    return of.python_type(key)
