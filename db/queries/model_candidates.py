"""Which models pass a filter, as many as are counted: found from the rarest of its tests on.

An index tells who passes a test without a look at the model. So those of the rarest test are gone through, those of
other rare ones are listed once, and only who stands in all of them is looked at, for what no index tells.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Model, ModelTag
from db.queries.model_conditions import Ground, beside, condition, living
from mms.domain.filters import All, AnyOf, Comparison, Filter, ModelQuery, OneOf
from mms.domain.model_fields import Field
from mms.domain.tables import Operator

RARE = 20_000
"""Models that pass a test are listed up to so many; where there are more, each candidate is tested."""

_PROBES = 8
"""Tests of which it is looked up how rare they are."""

_LIVE_INDEXED = frozenset(
    {"score", "algorithm", "state", "snapshot_id", "created_at", "build_seconds", "artifact_size"}
)
"""Columns of the model with an index over those that are not deleted."""

_INDEXED = _LIVE_INDEXED | {"id", "version", "run_id"}


@dataclass(frozen=True, slots=True)
class _Test:
    """A term of a filter that indexes answer. parts: the ids that pass, those of any part; size: how many, counted
    no further than it matters."""

    term: Filter
    parts: tuple[sa.Select[int], ...]
    size: int

    @property
    def ids(self) -> sa.Select[int]:
        """The ids of models that pass, each once; deleted ones may be among them."""
        return self.parts[0] if len(self.parts) == 1 else select(sa.union(*self.parts).subquery().c[0])


def candidates(session: Session, ground: Ground, query: ModelQuery, limit: int) -> tuple[int, ...]:
    """The ids of the models that pass a query's filter, in no order, so many at most."""
    terms = terms_of(query.where)
    tests = sorted(_tests(session, ground, terms, limit), key=lambda test: test.size)
    alive = living(query.where, archived=query.archived)
    if not tests or (tests[0].size > limit and all(_own(ground, test.term) for test in tests)):
        own = (Model.project_id == ground.project.id, *(condition(ground, term) for term in terms))
        return tuple(session.scalars(select(Model.id).where(*alive, *own).limit(limit)))
    listed = [test for test in tests[1:] if test.size <= RARE]
    by_index = [test.term for test in (tests[0], *listed)]
    rarest = tests[0].ids.subquery().c[0]
    stmt = select(Model.id).join(rarest.table, rarest == Model.id)
    # Nothing is added to the id, so that a list is looked into and not gone through.
    stmt = stmt.where(*alive, *((rarest + 0).in_(test.ids) for test in listed))
    others = (condition(ground, term) for term in terms if term not in by_index)
    return tuple(session.scalars(stmt.where(*others).limit(limit)))


def terms_of(where: Filter | None) -> tuple[Filter, ...]:
    """The terms of a filter that must all hold."""
    return where.terms if isinstance(where, All) else () if where is None else (where,)


def _tests(session: Session, ground: Ground, terms: Sequence[Filter], limit: int) -> list[_Test]:
    """The first terms that indexes answer, with their sizes: asked for all in one statement; no common alternatives."""
    found = [(term, parts) for term in terms if (parts := _parts(ground, term))][:_PROBES]
    if not found:
        return []
    most = limit if all(_own(ground, term) for term, _ in found) else RARE
    sizes = iter(session.execute(select(*(_size(part, most) for _, parts in found for part in parts))).one())
    tests = [_Test(term, parts, sum(next(sizes) for _ in parts)) for term, parts in found]
    return [test for test in tests if test.size <= RARE or len(test.parts) == 1]  # one index is gone through lazily


def _size(part: sa.Select[int], most: int) -> sa.ScalarSelect[int]:
    return select(sa.func.count()).select_from(part.limit(most + 1).subquery()).scalar_subquery()


def _parts(ground: Ground, where: Filter) -> tuple[sa.Select[int], ...]:
    """The ids that pass one part of a test or another, as indexes give them; none where no index does."""
    match where:
        case AnyOf(terms):
            parts = [_parts(ground, term) for term in terms]
            return tuple(part for some in parts for part in some) if all(parts) else ()
        case Comparison(field) | OneOf(field) if not _negative(where):
            own = ground.own(field)
            if own is not None:
                return (_own_ids(ground, where, own.key),) if own.key in _INDEXED else ()
            side, rows = beside(where)
            found = select(side.model_id).where(side.project_id == ground.project.id, *rows)
            return (found.distinct() if side is ModelTag and isinstance(where, OneOf) else found,)
    return ()


def _own_ids(ground: Ground, where: Comparison | OneOf, column: str) -> sa.Select[int]:
    found = select(Model.id).where(condition(ground, where))
    if column in _LIVE_INDEXED:
        found = found.where(Model.deleted_at.is_(None))
    # The numbers of runs and snapshots are looked up in the project; named again, it would be walked.
    return found if where.field.name in ("run", "snapshot") else found.where(Model.project_id == ground.project.id)


def _negative(where: Comparison | OneOf) -> bool:
    return not where.inside if isinstance(where, OneOf) else where.operator is Operator.NE


def _own(ground: Ground, where: Filter) -> bool:
    """Whether a test that indexes answer looks at the models themselves alone."""
    return all(ground.own(field) is not None for field in _fields(where))


def _fields(where: Filter) -> Iterator[Field]:
    if isinstance(where, AnyOf):
        for term in where.terms:
            yield from _fields(term)
    elif isinstance(where, Comparison | OneOf):
        yield where.field
