"""Hold-outs and their openings."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Model as ModelRow
from db.models import Opening as OpeningRow
from db.models import Run as RunRow
from db.models import Snapshot as SnapshotRow
from db.queries.models import no_model
from mms.domain.openings import HoldoutView, Opening
from mms.domain.runs import RunKind


def holdout_view(session: Session, model_id: int) -> HoldoutView:
    """The hold-out of a live model's snapshot with all its openings."""
    stmt = (
        select(SnapshotRow.id, SnapshotRow.held_out, RunRow.kind)
        .join(ModelRow, ModelRow.snapshot_id == SnapshotRow.id)
        .join(RunRow, RunRow.id == ModelRow.run_id)
        .where(ModelRow.id == model_id, ModelRow.deleted_at.is_(None))
    )
    found = session.execute(stmt).one_or_none()
    if found is None:
        raise no_model(model_id)
    looks = openings(session, found.id)
    own = next((look for look in looks if look.model_id == model_id), None)
    return HoldoutView(found.held_out, tuple(looks), own, contained=found.kind == RunKind.REFIT.value)


def openings(session: Session, snapshot_id: int) -> list[Opening]:
    """Every look at a snapshot's hold-out, newest first."""
    stmt = (
        select(OpeningRow, ModelRow.version)
        .join(ModelRow, ModelRow.id == OpeningRow.model_id)
        .where(OpeningRow.snapshot_id == snapshot_id)
        .order_by(OpeningRow.id.desc())
    )
    return [_opening_of(row, version) for row, version in session.execute(stmt)]


def openings_of_models(session: Session, model_ids: Sequence[int]) -> Mapping[int, Opening]:
    """The opening of each model that has one."""
    stmt = (
        select(OpeningRow, ModelRow.version)
        .join(ModelRow, ModelRow.id == OpeningRow.model_id)
        .where(OpeningRow.model_id.in_(model_ids))
    )
    return {row.model_id: _opening_of(row, version) for row, version in session.execute(stmt)}


def _opening_of(row: OpeningRow, version: int) -> Opening:
    return Opening(
        id=row.id,
        snapshot_id=row.snapshot_id,
        model_id=row.model_id,
        model_version=version,
        promotion_id=row.promotion_id,
        rows=row.rows,
        scores=row.scores,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
    )
