"""Diagnostics: made from stored rows when somebody first looks, or asked for and made by a worker."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from time import perf_counter
from typing import TypeVar

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes
from db.packed import packed
from db.queries.answered_rows import sampled_features
from db.queries.diagnostics import find_diagnostics, get_diagnostic, tables_of
from db.queries.folds import importances_frame
from db.queries.models import get_model, oof_frame
from db.queries.projects import live_project, project_of
from db.queries.runs import fold_results
from db.queries.snapshots import get_snapshot, snapshot_blocks
from db.session import Transaction, reading
from mms.domain.diagnostics import Diagnostic, DiagnosticKind, Question, asked
from mms.domain.errors import Conflict, Invalid, NotFound
from mms.domain.jobs import JobDraft, JobKind, JobState, Progress
from mms.domain.members import PRODUCT, Member, Permission
from mms.domain.models import Model
from mms.domain.projects import Task
from mms.domain.subjects import Subject, SubjectKind
from mms.ml.diagnostics import MAKERS, Maker
from mms.ml.diagnostics.ground import Ground, Sources, Tables
from mms.ml.folds import Split, splits
from mms.ml.scopes import within
from mms.settings import settings
from mms.usecases.jobs import JobContext, enqueue
from mms.usecases.models import load_model
from mms.usecases.scopes import rows_of_scope
from mms.usecases.snapshots import load_instances

_T = TypeVar("_T")

_PRIORITY = -2
"""Of what nobody waits for: behind runs and pictures."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What came of a question: tables, or the sentence that says why there are none."""

    tables: Tables | None
    error: str | None
    seconds: float


def kinds_of(task: Task, *, in_job: bool | None = None) -> list[DiagnosticKind]:
    """The kinds that models of a task have; those only that a worker makes, or only the others."""
    return [
        kind for kind, maker in MAKERS.items() if task in maker.tasks and (in_job is None or maker.in_job is in_job)
    ]


def fits_of(question: Question) -> int:
    """How many fits the answer takes: shown before anybody asks for it."""
    return _maker(question.kind).fits(question.parameters)


def ensure(transaction: Transaction, member: Member, questions: Sequence[Question], now: datetime) -> None:
    """Make those of the questions about models that stored rows answer and that were not made before; store them.

    A check that cannot be made keeps its sentence, as a failed one. Nothing is written where all were made before.
    """
    member.require(Permission.VIEW)
    with reading() as session:
        known = find_diagnostics(session, questions)
        missing = [question for question in questions if question.hash not in known and not _in_job(question)]
        grounds = {model_id: ground_of(session, model_id) for model_id in dict.fromkeys(q.subject.id for q in missing)}
    made = [(question, _made(grounds[question.subject.id], question)) for question in missing]
    if not made:
        return
    with transaction() as session:
        for question, outcome in made:
            _keep(session, _row_of(session, member, question, now), outcome, now)


def answer_to(
    transaction: Transaction, member: Member, question: Question, now: datetime
) -> tuple[Diagnostic, dict[str, pd.DataFrame]]:
    """A check with its tables, made now where stored rows suffice.

    NotFound: nobody asked for it yet. Conflict: it is being made, or could not be, with the reason.
    """
    ensure(transaction, member, [question], now)
    with reading() as session:
        found = find_diagnostics(session, [question]).get(question.hash)
        tables = tables_of(session, [question]).get(question.hash)
    if found is None:
        fits = fits_of(question)
        raise NotFound(
            f"Nobody asked for the diagnostic '{question.kind.value}' of this model yet: "
            f"ask for it, a worker makes it with {fits} {'fit' if fits == 1 else 'fits'}."
        )
    if tables is None:
        raise Conflict(found.error or f"The diagnostic '{question.kind.value}' is {found.state.value}: ask later.")
    return found, tables


def ask_for(session: Session, member: Member, question: Question, now: datetime) -> Diagnostic:
    """Queue what takes fits, or the whole pipeline; what was asked before is the answer, but for a failed one."""
    member.require(Permission.TRAIN)
    row = session.get_one(tables.Diagnostic, _row_of(session, member, question, now))
    session.refresh(row, with_for_update=True)
    before = get_diagnostic(session, row.id)
    if row.tables_blob is not None or (row.job_id is not None and not before.state.is_final):
        return before
    draft = JobDraft(
        JobKind.DIAGNOSTICS, {"diagnostic_id": row.id}, row.project_id, priority=_PRIORITY + 1, total=row.fits
    )
    row.error, row.job_id = None, enqueue(session, draft, now)
    session.flush()
    return get_diagnostic(session, row.id)


def ask_for_the_usual(session: Session, model_ids: Sequence[int], project_id: int, now: datetime) -> None:
    """Queue all that stored rows answer about these models, so that nobody waits for it on a page."""
    draft = JobDraft(JobKind.DIAGNOSTICS, {"model_ids": list(model_ids)}, project_id, priority=_PRIORITY)
    enqueue(session, draft, now)


def make_diagnostics(context: JobContext) -> None:
    """The job: one check that was asked for, or the usual ones of some models."""
    if "diagnostic_id" in context.job.arguments:
        _make_one(context, int(context.job.arguments["diagnostic_id"]))
        return
    model_ids, done = [int(model_id) for model_id in context.job.arguments["model_ids"]], context.done()
    for i, model_id in enumerate(model_ids, 1):
        if str(model_id) not in done:
            with suppress(NotFound):  # deleted meanwhile
                ensure(context.transaction, PRODUCT, usual_questions(model_id), context.now())
            context.save(str(model_id), Progress(i, len(model_ids), f"diagnostics of model {model_id}"))


def answer(context: JobContext, question: Question) -> None:
    """The tables of a question, or why there are none, made inside a job that needs them; not made twice. Cancelled."""
    with context.transaction() as session:
        diagnostic_id = _row_of(session, PRODUCT, question, context.now())
        found = get_diagnostic(session, diagnostic_id)
    if found.state is JobState.SUCCEEDED:
        return

    def tell(done: int) -> None:
        context.say(Progress(done, found.fits, question.kind.value))

    with reading() as session:
        ground = ground_of(session, question.subject.id, tell)
    outcome = _made(ground, question)
    with context.transaction() as session:
        _keep(session, diagnostic_id, outcome, context.now())


def usual_questions(model_id: int) -> list[Question]:
    """All that stored rows answer about a model, for the class its project is about."""
    with reading() as session:
        ground = ground_of(session, model_id)
    return [asked(Subject(SubjectKind.MODEL, model_id), kind) for kind in kinds_of(ground.task, in_job=False)]


def ground_of(session: Session, model_id: int, tell: Callable[[int], None] = lambda _done: None) -> Ground:
    """What makers stand on; its rows are read when a maker asks for them, each in a transaction of its own."""
    model = get_model(session, model_id)
    project = project_of(live_project(session, model.ranked.project_id))
    return Ground(
        task=project.task,
        classes=model.signature.classes,
        positive=project.positive_class,
        is_probability=model.signature.probability,
        triple=model.triple,
        seed=model.seed,
        folds=tuple(fold_results(session, [model_id]).get(model_id, [])),
        sources=_sources(model),
        tell=tell,
    )


def _sources(model: Model) -> Sources:
    snapshot_id = model.ranked.snapshot_id

    def folds(session: Session) -> Sequence[Split]:
        snapshot, instances = get_snapshot(session, snapshot_id), load_instances(session, snapshot_id)
        dealt = splits(snapshot.fold_plan, snapshot_blocks(session, snapshot), instances.time, instances.label_time)
        return within(dealt, rows_of_scope(session, snapshot, model.ranked.scope))

    def importances(session: Session) -> pd.DataFrame | None:
        with suppress(NotFound):
            return importances_frame(session, model.id)
        return None

    return Sources(
        oof=lambda: _read(lambda session: oof_frame(session, settings().cache, model.id)),
        instances=lambda: _read(lambda session: load_instances(session, snapshot_id)),
        pipeline=lambda: _read(lambda session: load_model(session, model.id)[1]),
        splits=lambda: _read(folds),
        importances=lambda: _read(importances),
        answered=lambda since, until, most: _read(
            lambda session: sampled_features(session, model.id, (_day(since), _day(until)), most)
        ),
    )


def _day(text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.combine(date.fromisoformat(text), time(), UTC)
    except (TypeError, ValueError) as error:
        raise Invalid(f"'{text}' is no day: write it like 2026-03-01.") from error


def _read(query: Callable[[Session], _T]) -> _T:
    with reading() as session:
        return query(session)


def _maker(kind: DiagnosticKind) -> Maker:
    if kind not in MAKERS:
        raise Invalid(f"The diagnostic '{kind.value}' has no numbers of its own: it is a picture only.")
    return MAKERS[kind]


def _in_job(question: Question) -> bool:
    return _maker(question.kind).in_job


def _made(ground: Ground, question: Question) -> _Made:
    """The tables, or the refusal's sentence. Whatever else a maker raises is a bug."""
    began, maker = perf_counter(), _maker(question.kind)
    try:
        if ground.task not in maker.tasks:
            raise Invalid(f"A {ground.task.value} model has no diagnostic '{question.kind.value}'.")
        return _Made(maker.make(ground, question.parameters), None, perf_counter() - began)
    except (Invalid, NotFound, Conflict) as error:
        return _Made(None, error.sentence, perf_counter() - began)


def _make_one(context: JobContext, diagnostic_id: int) -> None:
    with reading() as session:
        found = get_diagnostic(session, diagnostic_id)
        doing, fits = found.question.kind.value, found.fits
        ground = ground_of(session, found.question.subject.id, lambda done: context.say(Progress(done, fits, doing)))
    if found.state is JobState.SUCCEEDED:
        return
    outcome = _made(ground, found.question)

    def store(session: Session) -> None:
        _keep(session, diagnostic_id, outcome, context.now())

    context.save("made", Progress(fits, fits, doing), store)


def _row_of(session: Session, member: Member, question: Question, now: datetime) -> int:
    """The id of the question's row, made where there is none yet."""
    model = get_model(session, question.subject.id).ranked
    project = project_of(live_project(session, model.project_id))
    row = tables.Diagnostic
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {
        "project_id": project.id,
        "model_id": model.id,
        "kind": question.kind.value,
        "parameters": dict(question.parameters),
        "hash": question.hash,
        "fits": fits_of(question),
        "created_by": member.display_name,
        "created_at": project.present(now),
    }
    session.execute(dialect.insert(row).values(**values).on_conflict_do_nothing(index_elements=["hash"]))
    return session.scalars(sa.select(row.id).where(row.hash == question.hash)).one()


def _keep(session: Session, diagnostic_id: int, made: _Made, now: datetime) -> None:
    row = session.get_one(tables.Diagnostic, diagnostic_id)
    row.tables_blob = None if made.tables is None else put_bytes(session, packed(made.tables), now)
    row.error, row.seconds = made.error, made.seconds
    session.flush()
