"""The fold loop: fits of many triples on many folds, shared where they are alike, stored as they come."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes
from db.session import reading
from mms.domain.errors import Cancelled, Lost, MmsError, Unavailable
from mms.domain.jobs import JobState, Progress
from mms.domain.runs import FINAL_FIT, RunTriple, fits_of
from mms.domain.snapshots import FOLDS, FoldKind
from mms.ml.crew import Crew
from mms.ml.crew.serial import Serial
from mms.ml.fitting import Instances, target_of
from mms.ml.sharing.fits import Fitted, FittedModel
from mms.ml.sharing.loop import Finished, Loop
from mms.ml.sharing.pieces import NEWEST, Part
from mms.ml.sharing.plan import Fit, Ground
from mms.usecases.assembled import made_ensemble
from mms.usecases.crews import MANY_ROWS, TRIAL_SECONDS, WORTH_SECONDS, crew_of, is_alone, shared_bytes, sweep_spool
from mms.usecases.fitted import fold_row, made_model
from mms.usecases.work import Work

SAMPLE = 200
"""Rows on which a persisted pipeline must answer as the fitted one does."""

_GO_ON = (JobState.QUEUED, JobState.RUNNING)


@dataclass(slots=True)
class _Open:
    """A triple on its way: which folds are stored, and what else of it is there by now."""

    triple: RunTriple
    folds: set[int] = field(default_factory=set)
    model: FittedModel | None = None
    newest: Fitted | None = None


class FoldLoop:
    """Fits and stores what is not stored yet. What goes wrong with a triple stays with it: it fails, the run goes on.

    The rows of `fold_result` are the checkpoint: whoever takes the job up again goes on behind them. Results that are
    finished together are stored in one transaction, without waiting for more. total: fits that the run takes, where a
    search knows better than 12 + 1 a triple.
    """

    total: int | None = None

    def __init__(self, work: Work) -> None:
        self._work = work
        self._parts = _parts(work)
        self._open: dict[int, _Open] = {}
        self._ended = {t.id for t in work.triples if t.state not in _GO_ON}
        self._stored = _stored_folds(work)
        self._begun: set[int] = set()
        self._triples = {t.id: t for t in work.triples}
        self.total = fits_of(len(work.triples))
        sweep_spool()

    def run(self, triples: Sequence[RunTriple]) -> None:
        """All folds and the final fit of each triple, in one pass; then ensembles of what is there."""
        self._work_off(triples, range(FOLDS), is_final=True)
        for triple in triples:
            if triple.triple.members and triple.id not in self._ended:
                self._make(triple, partial(made_ensemble, self._work, triple, self._parts.get(NEWEST)))

    def fit(self, triples: Sequence[RunTriple], folds: Iterable[int]) -> None:
        """Some folds of some triples."""
        self._work_off(triples, folds, is_final=False)

    def make(self, triples: Sequence[RunTriple]) -> None:
        """What is left of these triples, until they are models."""
        self.run(triples)

    def leave(self, triples: Sequence[RunTriple]) -> None:
        """Follow these no further; what is stored of them counts as done."""
        for triple in triples:
            self._open.pop(triple.id, None)
            self._ended.discard(triple.id)

    def progress(self, doing: str) -> Progress:
        """Fits done of all fits; a triple that ended, well or not, has none left."""
        done = sum(FOLDS + 1 if id_ in self._ended else len(self._stored[id_]) for id_ in self._triples)
        total = self.total or len(self._triples) * (FOLDS + 1)
        return Progress(min(done, total), total, doing)

    def _work_off(self, triples: Sequence[RunTriple], folds: Iterable[int], *, is_final: bool) -> None:
        numbers = list(folds)
        extra = [*([NEWEST] if NEWEST in self._parts else []), FINAL_FIT] if is_final else []
        fits = []
        for triple in triples:
            self._triples.setdefault(triple.id, triple)
            if triple.id in self._ended or triple.triple.members:
                continue
            self._open.setdefault(triple.id, _Open(triple, self._stored[triple.id]))
            wanted = [*(n for n in numbers if n not in self._stored[triple.id]), *extra]
            fits += [Fit(triple.id, triple.triple, number) for number in wanted if number in self._parts]
        is_small = is_alone() or len(fits) * len(self._work.instances.features) < MANY_ROWS
        while fits:
            with crew_of(self._work.context.job, is_small=is_small) as crew:
                fits = self._driven(crew, fits)
            is_small = False

    def _driven(self, crew: Crew, fits: list[Fit]) -> list[Fit]:
        """Fit and store; return what is left where that is better done by more processes."""
        started, left = perf_counter(), {(fit.id, fit.part): fit for fit in fits}
        for batch in Loop(crew, self._ground(crew), fits, shared_bytes()):
            for finished in batch:
                del left[finished.fit.id, finished.fit.part]
            self._store(batch)
            seconds = perf_counter() - started
            foretold = seconds / (len(fits) - len(left)) * len(left)
            if isinstance(crew, Serial) and not is_alone() and seconds > TRIAL_SECONDS and foretold > WORTH_SECONDS:
                return [fit for fit in left.values() if fit.id not in self._ended]
        return []

    def _ground(self, crew: Crew) -> Ground:
        work, instances = self._work, self._work.instances
        return Ground(
            task=instances.task,
            columns=instances.columns,
            seed=work.seed,
            frame=crew.share(instances.features),
            sample=crew.share(instances.features.iloc[:: max(1, len(instances.features) // SAMPLE)]),
            target=crew.share(target_of(instances)),
            parts=self._parts,
            warm=None if work.warm is None else crew.share(work.warm),
        )

    def _store(self, batch: Sequence[Finished]) -> None:
        folds = [one for one in batch if isinstance(one.result, Fitted) and one.fit.part >= 0]
        if folds:
            for one in folds:
                self._stored[one.fit.id].add(one.fit.part)
            last = folds[-1].fit
            doing = f"{last.triple.algorithm}, fold {last.part + 1} of {FOLDS}"
            self._work.context.record(self.progress(doing), lambda session: self._write_folds(session, folds))
        for one in batch:
            if one.error is not None:
                self._fail(self._triples[one.fit.id], one.error)
            elif isinstance(one.result, FittedModel):
                self._open[one.fit.id].model = one.result
            elif one.fit.part == NEWEST:
                self._open[one.fit.id].newest = one.result
        for waiting in [self._open[id_] for id_ in dict.fromkeys(one.fit.id for one in batch) if id_ in self._open]:
            if waiting.model and len(waiting.folds) == FOLDS and (waiting.newest or NEWEST not in self._parts):
                triple = waiting.triple
                del self._open[triple.id]
                self._make(triple, partial(made_model, self._work, triple, waiting.model, waiting.newest))

    def _write_folds(self, session: Session, folds: Sequence[Finished]) -> None:
        fresh = {one.fit.id for one in folds if self._triples[one.fit.id].state is JobState.QUEUED} - self._begun
        if fresh:
            row = tables.RunTriple
            session.execute(sa.update(row).where(row.id.in_(fresh)).values(state=JobState.RUNNING.value))
            self._begun |= fresh
        for one in folds:
            assert isinstance(one.result, Fitted)
            blob = put_bytes(session, one.result.answers, self._work.now())
            session.add(fold_row(one.fit.id, one.result.result, blob))

    def _make(self, triple: RunTriple, made: Callable[[], Callable[[Session], None]]) -> None:
        """Everything of a triple is there: it becomes a model."""
        try:
            write = made()
            self._ended.add(triple.id)
            self._work.context.record(self.progress(f"{triple.triple.algorithm}, model made"), write)
        except (Lost, Cancelled, Unavailable, sa.exc.SQLAlchemyError):
            raise
        except Exception as error:  # strangers' data and hyperparameters: the run goes on without this triple
            self._fail(triple, error)

    def _fail(self, triple: RunTriple, error: Exception) -> None:
        sentence = error.sentence if isinstance(error, MmsError) else f"{type(error).__name__}: {error}"
        self._ended.add(triple.id)
        self._open.pop(triple.id, None)

        def store(session: Session) -> None:
            row = session.get_one(tables.RunTriple, triple.id)
            row.state, row.error = JobState.FAILED.value, sentence[:2000]
            self._work.context.log(f"{triple.triple.algorithm} failed: {sentence}", "error")

        self._work.context.record(self.progress(f"{triple.triple.algorithm} failed"), store)


def _stored_folds(work: Work) -> defaultdict[int, set[int]]:
    """Run triple -> its folds in the store."""
    fold, triple = tables.FoldResult, tables.RunTriple
    stmt = (
        sa.select(fold.run_triple_id, fold.fold)
        .join(triple, triple.id == fold.run_triple_id)
        .where(triple.run_id == work.run.id, fold.fold != FINAL_FIT)
    )
    stored: defaultdict[int, set[int]] = defaultdict(set)
    with reading() as session:
        for id_, number in session.execute(stmt):
            stored[id_].add(number)
    return stored


def _parts(work: Work) -> dict[int, Part]:
    """Every part of the snapshot that a fit may learn from, by number.

    Folds by time score the newest rows as they are. Other folds trained on newer rows too, so there is one more part,
    where the older rows teach anything.
    """
    parts = {split.fold: Part(split.fold, split.train, split.validate) for split in work.splits}
    parts[FINAL_FIT] = Part(FINAL_FIT, work.rows, work.rows)
    if work.newest is not None and work.snapshot.fold_plan.kind is not FoldKind.BY_TIME:
        older = np.intersect1d(_older_rows(work.instances, work.newest), work.rows)
        if len(older) >= 2 and (not work.instances.classes or work.instances.target.iloc[older].nunique() > 1):
            parts[NEWEST] = Part(NEWEST, older, work.newest)
    return parts


def _older_rows(instances: Instances, newest: np.ndarray) -> np.ndarray:
    """Rows before the newest ones begin whose label was known by then."""
    assert instances.time is not None
    begins = instances.time.iloc[newest].min()
    older = instances.time < begins
    if instances.label_time is not None:
        older &= ~(instances.label_time > begins)
    return np.flatnonzero(older.to_numpy())
