"""Diagnostics: those of a thing, one with its tables, many at once."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import blobs
from db.models import Diagnostic as DiagnosticRow
from db.models import Job as JobRow
from db.packed import unpacked
from db.queries.jobs import newest_with_jobs
from mms.domain.diagnostics import Diagnostic, DiagnosticKind, Question
from mms.domain.errors import NotFound
from mms.domain.jobs import JobState
from mms.domain.subjects import Subject, SubjectKind


def diagnostics(session: Session, subject: Subject) -> list[Diagnostic]:
    """All that was asked of a thing, newest first."""
    own = DiagnosticRow.model_id if subject.kind is SubjectKind.MODEL else DiagnosticRow.snapshot_id
    stmt = newest_with_jobs(DiagnosticRow, own == subject.id)
    return [diagnostic_of(row, job) for row, job in session.execute(stmt)]


def find_diagnostics(session: Session, questions: Sequence[Question]) -> dict[str, Diagnostic]:
    """Those of the questions that were asked before, by their hash."""
    stmt = (
        select(DiagnosticRow, JobRow)
        .outerjoin(JobRow, JobRow.id == DiagnosticRow.job_id)
        .where(DiagnosticRow.hash.in_([question.hash for question in questions]))
    )
    return {row.hash: diagnostic_of(row, job) for row, job in session.execute(stmt)}


def get_diagnostic(session: Session, diagnostic_id: int) -> Diagnostic:
    """The diagnostic of this id."""
    row = session.get(DiagnosticRow, diagnostic_id)
    if row is None:
        raise NotFound(f"There is no diagnostic {diagnostic_id}: ask for one on the model's page.")
    return diagnostic_of(row, None if row.job_id is None else session.get(JobRow, row.job_id))


def tables_of(session: Session, questions: Sequence[Question]) -> dict[str, dict[str, pd.DataFrame]]:
    """The tables of those of the questions that have some, by the question's hash."""
    stmt = select(DiagnosticRow.hash, DiagnosticRow.tables_blob).where(
        DiagnosticRow.hash.in_([question.hash for question in questions]), DiagnosticRow.tables_blob.is_not(None)
    )
    found = session.execute(stmt).all()
    return {hash_: unpacked(blobs.read_bytes(session, blob)) for hash_, blob in found if blob is not None}


def diagnostic_of(row: DiagnosticRow, job: JobRow | None) -> Diagnostic:
    """The record of a row and its job's."""
    is_model = row.model_id is not None
    subject = Subject(SubjectKind.MODEL if is_model else SubjectKind.SNAPSHOT, row.model_id or row.snapshot_id or 0)
    state = JobState.QUEUED if job is None else JobState(job.state)
    if row.tables_blob is not None:
        state = JobState.SUCCEEDED
    elif row.error is not None:
        state = JobState.FAILED
    return Diagnostic(
        id=row.id,
        question=Question(subject, DiagnosticKind(row.kind), row.parameters),
        state=state,
        fits=row.fits,
        job_id=row.job_id,
        error=row.error or (job.error if job else None),
        seconds=row.seconds,
        created_by=row.created_by,
        created_at=row.created_at,
    )
