"""Runs: listed, opened, followed live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mms.domain.runs import FoldResult, Run, RunTriple
from mms.domain.triples import Triple


@dataclass(frozen=True, slots=True)
class RunPage:
    """All a run's page shows: the run, its triples (best mean score so far first), seconds left where known."""

    run: Run
    triples: tuple[RunTriple, ...]
    seconds_left: float | None
    snapshot_name: str | None


def runs(session: Session, project_id: int, limit: int = 100) -> list[Run]:
    """Newest first."""
    raise NotImplementedError


def get_run(session: Session, run_id: int) -> Run:
    """The run of this id."""
    raise NotImplementedError


def run_page(session: Session, run_id: int) -> RunPage:
    """A run with its triples, in one statement each."""
    raise NotImplementedError


def run_triples(session: Session, run_id: int) -> list[Triple]:
    """The triples of a run as they were asked for (without the baseline), for 'run again with edits'."""
    raise NotImplementedError


def fold_results(session: Session, model_ids: Sequence[int]) -> Mapping[int, list[FoldResult]]:
    """The 12 fold results and the final fit (-1) of each model, in fold order."""
    raise NotImplementedError
