"""Siblings: models of the same recipe and algorithm on the same rows that differ in one hyperparameter."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Model as ModelRow
from db.models import Triple as TripleRow
from db.queries.models import ranked_of
from mms.domain.models import Model, RankedModel
from mms.domain.triples import Recipe, only_difference

MOST = 1_000
"""Models that are looked at, the newest ones."""


def siblings(session: Session, model: Model) -> dict[str, list[RankedModel]]:
    """Hyperparameter -> live models that differ from this one in it alone, newest first; none of an ensemble."""
    own = model.ranked
    if model.triple.members:
        return {}
    stmt = (
        select(ModelRow, TripleRow.content)
        .join(TripleRow, TripleRow.id == ModelRow.triple_id)
        .where(
            ModelRow.snapshot_id == own.snapshot_id,
            ModelRow.deleted_at.is_(None),
            ModelRow.scope == own.scope,
            ModelRow.algorithm == own.algorithm,
            ModelRow.recipe == own.recipe,
            ModelRow.id != own.id,
        )
        .order_by(ModelRow.id.desc())
        .limit(MOST)
    )
    found: dict[str, list[RankedModel]] = {}
    for row, content in session.execute(stmt):
        differs = only_difference(model.triple.hyperparameters, row.hyperparameters)
        if differs is not None and Recipe.from_json(content["recipe"]).hash == model.triple.recipe.hash:
            found.setdefault(differs, []).append(ranked_of(row))
    return found
