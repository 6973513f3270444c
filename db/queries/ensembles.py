"""The models that an ensemble combines."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Model as ModelRow
from db.models import Triple as TripleRow
from db.queries.models import ranked_of
from mms.domain.models import RankedModel
from mms.domain.triples import Triple


def models_of_triples(session: Session, snapshot_id: int, scope: str, hashes: Sequence[str]) -> dict[str, RankedModel]:
    """The newest live model of each triple (by its hash) on a snapshot and scope, where there is one.

    Refits and updates learnt from other rows than the folds say, so they are passed over.
    """
    newest = (
        select(TripleRow.hash, sa.func.max(ModelRow.id).label("id"))
        .join(TripleRow, TripleRow.id == ModelRow.triple_id)
        .where(
            ModelRow.snapshot_id == snapshot_id,
            ModelRow.scope == scope,
            ModelRow.deleted_at.is_(None),
            ModelRow.purged_at.is_(None),
            ModelRow.parent_id.is_(None),
            TripleRow.hash.in_(hashes),
        )
        .group_by(TripleRow.hash)
        .subquery()
    )
    stmt = select(newest.c.hash, ModelRow).join(ModelRow, ModelRow.id == newest.c.id)
    return {hash_: ranked_of(row) for hash_, row in session.execute(stmt)}


def fitted_triples(session: Session, snapshot_id: int, scope: str) -> frozenset[str]:
    """The hashes of the triples of which there is a live model that an ensemble could combine."""
    stmt = (
        select(TripleRow.hash)
        .join(ModelRow, ModelRow.triple_id == TripleRow.id)
        .where(
            ModelRow.snapshot_id == snapshot_id,
            ModelRow.scope == scope,
            ModelRow.deleted_at.is_(None),
            ModelRow.purged_at.is_(None),
            ModelRow.parent_id.is_(None),
        )
    )
    return frozenset(session.scalars(stmt))


def members_of(session: Session, model: RankedModel, triple: Triple) -> list[RankedModel]:
    """The models an ensemble combines, by version; those that were deleted since are missing."""
    found = models_of_triples(session, model.snapshot_id, model.scope, [member.hash for member in triple.members])
    return sorted(found.values(), key=lambda one: one.version)
