"""The work of a run: folds, final fits, models, and the judgement of a retraining."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from db import models as tables
from db.queries.promotions import advice_for
from db.queries.runs import triples_of_run
from mms.domain.errors import Invalid
from mms.domain.members import PRODUCT
from mms.domain.projects import PromotionPolicy
from mms.domain.promotions import Seating
from mms.domain.runs import Origin, RunKind, RunTriple
from mms.domain.search import SearchKind
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.diagnostics import ask_for_the_usual
from mms.usecases.fold_loop import FoldLoop
from mms.usecases.jobs import JobContext
from mms.usecases.pictures import ask_for_pictures
from mms.usecases.promotions import promote
from mms.usecases.references import meet_champion
from mms.usecases.search import search_run
from mms.usecases.work import Work, load_work

END = "end"
"""The step that judges a finished run."""

LOOKED_AT = 5
"""Of so many models, the best of a run, the diagnostics are made before anybody asks."""


def fit_run(context: JobContext) -> None:
    """Fit every unfinished fold of every triple, then the whole snapshot; persist, load, predict; then it is a model.

    A triple that fails keeps its error; the run goes on. A retraining takes its snapshot first and ends by scoring the
    seated champion and the new models on the same newest rows, which none of the scored fits saw.
    """
    work = load_work(context)
    if END in context.done():
        return
    meet_champion(work)
    loop = FoldLoop(work)
    if work.run.search.kind is SearchKind.ALL:
        loop.run(work.triples)
    else:
        search_run(work, loop)
        loop.run([triple for triple in work.triples if triple.triple.members])
    context.save(END, loop.progress("done"), partial(_end, work=work))


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
        ask_for_pictures(session, PRODUCT, Subject(SubjectKind.MODEL, model_id), work.now())
    ask_for_the_usual(session, _looked_at(made), work.project.id, work.now())
    if retraining:
        assert judged.model_id is not None
        _judge(session, work, judged.model_id)


def _looked_at(made: Sequence[RunTriple]) -> list[int]:
    """The best models, at which people look first."""
    ranked = sorted(made, key=lambda t: (-t.score if t.score is not None else float("inf"), t.position))
    return [t.model_id for t in ranked[:LOOKED_AT] if t.model_id is not None]


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
