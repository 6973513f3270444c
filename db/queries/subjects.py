"""Subjects: which project a thing belongs to, and how screens name it."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Model as ModelRow
from db.models import Project as ProjectRow
from db.models import Run as RunRow
from db.models import Snapshot as SnapshotRow
from db.queries.models import get_model
from db.queries.projects import get_project
from db.queries.runs import get_run
from db.queries.snapshots import get_snapshot
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.subjects import Subject, SubjectKind


def project_of_subject(session: Session, member: Member, subject: Subject) -> Project:
    """The live project that a live thing belongs to; NotFound where there is none, or the member may not see it."""
    if subject.kind is SubjectKind.MODEL:
        return get_project(session, member, get_model(session, subject.id).ranked.project_id)
    if subject.kind is SubjectKind.RUN:
        return get_project(session, member, get_run(session, subject.id).project_id)
    if subject.kind is SubjectKind.SNAPSHOT:
        return get_project(session, member, get_snapshot(session, subject.id).project_id)
    return get_project(session, member, subject.id)


def names_of(session: Session, subjects: Iterable[Subject]) -> dict[Subject, str]:
    """'v3 boosting', 'run 4', 'snapshot 2', or the project's name: one statement a kind. What is deleted is left out.

    Where things of several projects stand side by side, say the project too.
    """
    ids: dict[SubjectKind, set[int]] = {}
    for subject in subjects:
        ids.setdefault(subject.kind, set()).add(subject.id)
    named = {kind: _names(session, kind, wanted) for kind, wanted in ids.items()}
    return {Subject(kind, id_): name for kind, found in named.items() for id_, name in found.items()}


def _names(session: Session, kind: SubjectKind, ids: set[int]) -> Mapping[int, str]:
    if kind is SubjectKind.PROJECT:
        projects = select(ProjectRow.id, ProjectRow.name).where(ProjectRow.id.in_(ids), ProjectRow.deleted_at.is_(None))
        return {row.id: row.name for row in session.execute(projects)}
    if kind is SubjectKind.MODEL:
        model = ModelRow
        models = select(model.id, model.version, model.algorithm).where(model.id.in_(ids), model.deleted_at.is_(None))
        return {row.id: f"v{row.version} {row.algorithm}" for row in session.execute(models)}
    if kind is SubjectKind.RUN:
        runs = select(RunRow.id, RunRow.number).where(RunRow.id.in_(ids))
        return {row.id: f"run {row.number}" for row in session.execute(runs)}
    snapshot = SnapshotRow
    snapshots = select(snapshot.id, snapshot.number).where(snapshot.id.in_(ids), snapshot.deleted_at.is_(None))
    return {row.id: f"snapshot {row.number}" for row in session.execute(snapshots)}
