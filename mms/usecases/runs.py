"""Runs: launched, retrained, cancelled, run again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from mms.domain.members import Member
from mms.domain.runs import Retraining
from mms.domain.triples import Triple


def launch_run(
    session: Session, member: Member, snapshot_id: int, triples: Sequence[Triple], now: datetime, *, seed: int = 0
) -> int:
    """Check every triple, add the Dummy baseline, store the run and its job; return the run's id."""
    raise NotImplementedError


def retrain(session: Session, member: Member, request: Retraining, now: datetime) -> int:
    """Launch the champion's search space on a new snapshot, taken by the run's first step; return the run's id.

    The champion's own triple is always refitted on the new folds.
    """
    raise NotImplementedError


def cancel_run(session: Session, member: Member, run_id: int, now: datetime) -> None:
    """Stop a run; finished models stay."""
    raise NotImplementedError


def retry_run(session: Session, member: Member, run_id: int, now: datetime) -> None:
    """Queue a failed or cancelled run again; finished folds are kept."""
    raise NotImplementedError
