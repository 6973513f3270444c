"""Yellowbrick pictures: what they are drawn from, and where they are kept. Drawing is the worker's."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes
from db.queries.jobs import UNFINISHED
from db.queries.models import get_model, oof_frame
from db.queries.projects import live_project, project_of
from mms.domain.canonical import digest
from mms.domain.jobs import JobDraft, JobKind
from mms.domain.members import Member, Permission
from mms.domain.pictures import Picture
from mms.domain.subjects import SubjectKind
from mms.settings import settings
from mms.usecases.jobs import enqueue


def ask_for_pictures(session: Session, member: Member, model_id: int, now: datetime) -> int | None:
    """Queue the drawing of a model's pictures; None when it is already queued."""
    member.require(Permission.VIEW)
    model = get_model(session, model_id).ranked
    job, prefix = tables.Job, f"pictures of model {model_id}, "
    asked = sa.select(job.state).where(job.dedupe_key.startswith(prefix))
    states = list(session.scalars(asked))
    if any(state in UNFINISHED for state in states):
        return None
    key = f"{prefix}{len(states) + 1}"
    draft = JobDraft(JobKind.PICTURES, {"model_id": model_id}, model.project_id, priority=-1, dedupe_key=key)
    return enqueue(session, draft, now)


def store_picture(session: Session, picture: Picture, now: datetime) -> None:
    """Keep a drawing, or why there is none, in the place of what was there before."""
    blob = None if picture.svg is None else put_bytes(session, picture.svg, now)
    row, subject = tables.Picture, picture.subject
    own = row.model_id if subject.kind is SubjectKind.MODEL else row.snapshot_id
    session.execute(
        sa.delete(row).where(own == subject.id, row.kind == picture.kind.value, row.theme == picture.theme.value)
    )
    session.add(
        tables.Picture(
            model_id=subject.id if subject.kind is SubjectKind.MODEL else None,
            snapshot_id=subject.id if subject.kind is SubjectKind.SNAPSHOT else None,
            kind=picture.kind.value,
            theme=picture.theme.value,
            content=picture.content,
            blob=blob,
            error=picture.error,
            created_at=now,
        )
    )
    session.flush()


def picture_data(session: Session, model_id: int) -> dict[str, Any]:
    """What drawings need: keys task, classes, positive, oof (frame), content (hash of these)."""
    model = get_model(session, model_id)
    project = project_of(live_project(session, model.ranked.project_id))
    return {
        "task": project.task,
        "classes": model.signature.classes,
        "positive": project.positive_class,
        "oof": oof_frame(session, settings().cache, model_id),
        "content": digest([model.oof_sha, project.task.value, list(model.signature.classes), project.positive_class]),
    }
