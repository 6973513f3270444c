"""Keep buckets in step with predictions and feedback, in the transaction that writes those."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from mms.domain.buckets import Bucket


def add_to_buckets(session: Session, project_id: int, changes: Iterable[Bucket]) -> None:
    """Add sums to their hours (rows are locked in one order)."""
    raise NotImplementedError


def rebuild_buckets(session: Session, project_id: int) -> Mapping[str, int]:
    """Recompute a project's buckets from its rows; return how many there were and are."""
    raise NotImplementedError
