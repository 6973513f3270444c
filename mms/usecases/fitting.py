"""The work of a run: folds, final fits, models, and the judgement of a retraining."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes
from db.queries.promotions import advice_for
from db.queries.runs import triples_of_run
from mms.domain.errors import Cancelled, Invalid, Lost, MmsError, Unavailable
from mms.domain.jobs import JobState, Progress
from mms.domain.members import PRODUCT
from mms.domain.projects import PromotionPolicy
from mms.domain.promotions import Seating
from mms.domain.runs import Origin, RunKind, RunTriple
from mms.domain.snapshots import FOLDS
from mms.ml.fitting import FittedFold, fit_fold
from mms.ml.folds import Split
from mms.usecases.fitted import fold_row, make_model, parquet
from mms.usecases.jobs import JobContext
from mms.usecases.pictures import ask_for_pictures
from mms.usecases.promotions import promote
from mms.usecases.work import Work, load_work

END = "end"
"""The step that judges a finished run."""


def fit_run(context: JobContext) -> None:
    """Fit every unfinished fold of every triple, then the whole snapshot; persist, load, predict; then it is a model.

    A triple that fails keeps its error; the run goes on. A retraining takes its snapshot first and ends by scoring the
    seated champion and the new models on the same newest rows, which none of the scored fits saw.
    """
    work = load_work(context)
    done = context.done()
    if END in done:
        return
    ledger = _Ledger(work, done)
    for triple in work.triples:
        if triple.state in (JobState.QUEUED, JobState.RUNNING):
            _fit_triple(work, triple, ledger)
    context.save(END, ledger.progress("done"), partial(_end, work=work))


class _Ledger:
    """Which steps are done, and how many of all fits that makes."""

    def __init__(self, work: Work, done: frozenset[str]) -> None:
        self._total = len(work.triples) * (FOLDS + 1)
        self._done = set(done)
        self._ended = {t.id for t in work.triples if t.state in (JobState.SUCCEEDED, JobState.FAILED)}

    def __contains__(self, key: str) -> bool:
        return key in self._done

    def add(self, key: str) -> None:
        self._done.add(key)

    def end(self, triple: RunTriple) -> None:
        self._ended.add(triple.id)

    def progress(self, doing: str) -> Progress:
        """A triple that ended, well or not, has no fit left."""
        open_ones = sum(int(key.split("/")[0]) not in self._ended for key in self._done if "/" in key)
        return Progress(len(self._ended) * (FOLDS + 1) + open_ones, self._total, doing)


def _fit_triple(work: Work, triple: RunTriple, ledger: _Ledger) -> None:
    """All that is left of one triple. What goes wrong with it stays with it."""
    try:
        for split in _open_folds(work, triple, ledger):
            # Fits run here, one after the other; a place to spread them over processes or hosts.
            fitted = fit_fold(triple.triple, work.instances, split, work.seed)
            key = _key(triple, split)
            ledger.add(key)
            progress = ledger.progress(f"{triple.triple.algorithm}, fold {split.fold + 1} of {FOLDS}")
            work.context.save(key, progress, partial(_store_fold, triple=triple, fitted=fitted, now=work.now()))
        work.context.say(ledger.progress(f"{triple.triple.algorithm}, final fit"))
        made = make_model(work, triple)
        ledger.end(triple)
        work.context.save(f"{triple.id}/model", ledger.progress(f"{triple.triple.algorithm}, model made"), made)
        work.context.log(f"{triple.triple.algorithm} was fitted {FOLDS} + 1 times, persisted, loaded, and is a model.")
    except (Lost, Cancelled, Unavailable, sa.exc.SQLAlchemyError):
        raise
    except Exception as error:  # strangers' data and hyperparameters: the run goes on without this triple
        _keep_error(work, triple, error, ledger)


def _open_folds(work: Work, triple: RunTriple, ledger: _Ledger) -> Iterator[Split]:
    for split in work.splits:
        if _key(triple, split) not in ledger:
            work.context.say(ledger.progress(f"{triple.triple.algorithm}, fold {split.fold + 1} of {FOLDS}"))
            yield split


def _key(triple: RunTriple, split: Split) -> str:
    return f"{triple.id}/{split.fold}"


def _store_fold(session: Session, triple: RunTriple, fitted: FittedFold, now: datetime) -> None:
    session.get_one(tables.RunTriple, triple.id).state = JobState.RUNNING.value
    blob = put_bytes(session, parquet(fitted.oof), now)
    session.add(fold_row(triple, fitted.result, blob))


def _keep_error(work: Work, triple: RunTriple, error: Exception, ledger: _Ledger) -> None:
    sentence = error.sentence if isinstance(error, MmsError) else f"{type(error).__name__}: {error}"
    ledger.end(triple)

    def store(session: Session) -> None:
        row = session.get_one(tables.RunTriple, triple.id)
        row.state, row.error = JobState.FAILED.value, sentence[:2000]
        work.context.log(f"{triple.triple.algorithm} failed: {sentence}", "error")

    key = f"triple {triple.id} failed in attempt {work.context.job.attempt}"
    work.context.save(key, ledger.progress(f"{triple.triple.algorithm} failed"), store)


def _end(session: Session, work: Work) -> None:
    """Judge the run: name its best model, let the policy decide, and have the pictures drawn."""
    triples = triples_of_run(session, work.run.id, work.project.primary_metric)
    made = [t for t in triples if t.model_id is not None and t.origin is not Origin.BASELINE]
    if not made:
        first = next((t.error for t in triples if t.error and t.origin is not Origin.BASELINE), None)
        raise Invalid(f"No triple of run {work.run.number} became a model. The first said: {first}")
    best = max(made, key=lambda t: (t.score if t.score is not None else float("-inf"), -t.position))
    retraining = work.run.kind is RunKind.RETRAINING
    judged = _strongest(session, made, work.run.scope) if retraining else best
    refitted = [t for t in made if t.origin is Origin.CHAMPION]
    for model_id in dict.fromkeys(t.model_id for t in (best, judged, *refitted)):
        assert model_id is not None
        ask_for_pictures(session, PRODUCT, model_id, work.now())
    if retraining:
        assert judged.model_id is not None
        _judge(session, work, judged.model_id)


def _strongest(session: Session, made: Sequence[RunTriple], scope: str) -> RunTriple:
    """The new model with the best score on the newest rows, which are what the judgement is about; else by folds."""

    def strength(triple: RunTriple) -> tuple[float, float, int]:
        assert triple.model_id is not None
        evidence = advice_for(session, triple.model_id, scope).evidence
        newest = None if evidence is None else evidence.challenger
        folds = float("-inf") if triple.score is None else triple.score
        return float("-inf") if newest is None else newest, folds, -triple.position

    return max(made, key=strength)


def _judge(session: Session, work: Work, model_id: int) -> None:
    scope, present = work.run.scope, work.present()
    advice = advice_for(session, model_id, scope)
    better = advice.verdict.promote
    version = session.get_one(tables.Model, model_id).version
    said = f"v{version} {'beats' if better else 'does not beat'} the champion: {advice.verdict.reason}."
    if better and work.project.policy.promotion is PromotionPolicy.WHEN_BETTER:
        reason = f"The policy seats a retrained model that is better by the margin: {advice.verdict.reason}."
        promote(session, PRODUCT, Seating(model_id, reason, scope), present)
        said += " It was promoted, as the policy says."
    session.get_one(tables.Run, work.run.id).verdict = said
    if work.run.firing_id is not None:
        session.get_one(tables.Firing, work.run.firing_id).outcome = said
    work.context.log(said)
