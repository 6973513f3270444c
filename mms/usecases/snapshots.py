"""Take snapshots: freeze the instance table."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.session import Transaction
from mms.domain.members import Member
from mms.domain.snapshots import FoldKind, Selection, Snapshot
from mms.ml.fitting import Instances


def take_snapshot(
    transaction: Transaction,
    member: Member,
    project_id: int,
    selection: Selection,
    now: datetime,
    fold_kind: FoldKind | None = None,
) -> Snapshot:
    """Join, hash, profile, deal the folds, store; the same content returns the existing snapshot.

    Long work: reads, computes outside any transaction, then writes in short ones. fold_kind None takes the proposal;
    the selection's seed deals the folds too. Invalid: no labelled rows, a target with one class, a class with fewer
    than 12 rows.
    """
    raise NotImplementedError


def load_instances(session: Session, snapshot_id: int) -> Instances:
    """A snapshot in memory, ready to fit."""
    raise NotImplementedError


def delete_snapshot(session: Session, member: Member, snapshot_id: int, now: datetime) -> None:
    """Put it in the bin; Conflict while live models come from it."""
    raise NotImplementedError
