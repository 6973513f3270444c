"""Runs: one launch of a set of triples on one snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mms.domain.jobs import JobState, Progress
from mms.domain.promotions import GLOBAL
from mms.domain.references import Reference
from mms.domain.rules import Space
from mms.domain.search import Search, SearchKind, raced_fits, rungs
from mms.domain.snapshots import FOLDS, Selection
from mms.domain.triples import Triple


class RunKind(StrEnum):
    """Why a run was launched."""

    SELECTION = "selection"
    RETRAINING = "retraining"
    REFIT = "refit"
    UPDATE = "update"
    LOG = "log import"
    """No fit: answers of a model served elsewhere came in."""


class Origin(StrEnum):
    """Where a triple of a run comes from."""

    SPACE = "space"
    BASELINE = "baseline"
    CHAMPION = "champion"
    MEMBER = "member"
    """Asked for by an ensemble of the run."""
    TRIAL = "trial"
    """Proposed by the run's search."""


@dataclass(frozen=True, slots=True)
class Launch:
    """A run to launch on a snapshot.

    triples: what to try; of a search by trials (Optuna) the space stands in `search` and this may be empty.
    scope: learn from and validate on the rows of this scope only ('global' takes all); see `scopes`.
    """

    snapshot_id: int
    triples: tuple[Triple, ...] = ()
    seed: int = 0
    search: Search = Search()
    scope: str = GLOBAL


@dataclass(frozen=True, slots=True)
class Retraining:
    """A retraining to launch: the scope's champion is challenged.

    selection: None takes the policy's window. space: what is tried beside the champion's own triple.
    """

    project_id: int
    scope: str = "global"
    selection: Selection | None = None
    firing_id: int | None = None
    space: Space = Space.RUN


@dataclass(frozen=True, slots=True)
class Run:
    """A launch. snapshot_id is None until a retraining's first step has taken its snapshot.

    fits: (12 folds + 1 final fit) x triples. scope: whose champion a retraining challenges.
    """

    id: int
    project_id: int
    number: int
    kind: RunKind
    state: JobState
    snapshot_id: int | None
    scope: str
    job_id: int | None
    firing_id: int | None
    triples: int
    launched_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    progress: Progress
    verdict: str | None = None
    search: Search = Search()
    reference: Reference | None = None
    """Of a run in a scope: the global champion on the scope's rows."""
    seed: int = 0

    @property
    def fits(self) -> int:
        """How many fits the run takes."""
        if self.kind is RunKind.LOG:
            return 0
        return fits_of_search(self.triples, self.search)


@dataclass(frozen=True, slots=True)
class RunTriple:
    """One triple of a run: its state, error, and the model it became."""

    id: int
    run_id: int
    position: int
    triple: Triple
    origin: Origin
    state: JobState
    folds_done: int
    error: str | None
    model_id: int | None
    score: float | None
    score_sd: float | None
    note: str | None = None
    """Why it was left before its end, for instance by successive halving."""


@dataclass(frozen=True, slots=True)
class FoldResult:
    """What one fit on one fold gave. Scores are stored so that greater is better.

    fold: 0 to 11, or -1 for the final fit on the whole snapshot (its scores are optimistic). Seconds are wall time:
    fit_seconds of the estimator, feature_seconds of the recipe (counted once, where it was fitted; 0 where its work was
    shared), score_seconds of predicting and scoring. features: columns the estimator saw. peak_bytes: by how much the
    process grew at most during the fit, None where the platform does not tell.
    """

    fold: int
    n_train: int
    n_validate: int
    fit_seconds: float
    score_seconds: float
    scores: Mapping[str, float]
    train_scores: Mapping[str, float]
    feature_seconds: float = 0.0
    features: int | None = None
    peak_bytes: int | None = None


def overlap(n_validate: int, n_train: int) -> float:
    """n_validate / n_train, by which tests of folds that share training rows are corrected; 0 where nothing learnt."""
    return n_validate / n_train if n_train else 0.0


FINAL_FIT = -1
"""The fold number of the final fit on the whole snapshot."""


def fits_of(triples: int) -> int:
    """12 + 1 fits for every triple."""
    return triples * (FOLDS + 1)


def fits_of_search(triples: int, search: Search) -> int:
    """The fits of a run of so many triples: the baseline, which never races, and those that trials are to propose."""
    if search.kind is not SearchKind.HALVING:
        return fits_of(triples)
    return fits_of(1) + raced_fits(rungs(triples - 1, search.factor))
