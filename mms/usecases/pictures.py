"""Yellowbrick pictures: asked for, kept, and the rows of a snapshot they are drawn from. Drawing is the worker's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes
from db.queries.jobs import UNFINISHED
from db.queries.models import get_model
from db.queries.pictures import drawable
from db.queries.snapshots import get_snapshot, snapshot_blocks
from mms.domain.canonical import digest
from mms.domain.errors import Conflict, Invalid
from mms.domain.jobs import JobDraft, JobKind
from mms.domain.members import Member, Permission
from mms.domain.pictures import EDITION, Picture, PictureKind, jobs_about
from mms.domain.snapshots import HELD_OUT
from mms.domain.subjects import Subject, SubjectKind
from mms.ml.fitting import Instances
from mms.usecases.jobs import enqueue
from mms.usecases.snapshots import load_instances


@dataclass(frozen=True, slots=True)
class SnapshotRows:
    """The rows of a snapshot that anybody may see: those of the hold-out are left out.

    instances.features is indexed by the rows' positions in the snapshot. content: hash of all this.
    """

    instances: Instances
    content: str


def ask_for_pictures(
    session: Session, member: Member, subject: Subject, now: datetime, kinds: Sequence[PictureKind] = ()
) -> int | None:
    """Queue the drawing of a subject's pictures: these kinds, or all that cost no fits. None when they are queued.

    Invalid names a kind that does not apply. Kinds that cost fits need the right to train.
    """
    member.require(Permission.TRAIN if any(kind.refits for kind in kinds) else Permission.VIEW)
    about = drawable(session, subject)
    for kind in kinds:
        reason = f"It is one of {kind.subject.value}s." if kind.subject is not subject.kind else kind.why_not(about)
        if reason is not None:
            raise Invalid(f"There is no picture '{kind.value}' of this {subject.kind.value}: {reason}")
    job, prefix = tables.Job, jobs_about(subject)
    asked = session.execute(sa.select(job.state, job.arguments).where(job.dedupe_key.startswith(prefix))).all()
    names = [kind.value for kind in kinds]
    if any(state in UNFINISHED and arguments.get("kinds", []) == names for state, arguments in asked):
        return None
    arguments = {f"{subject.kind.value}_id": subject.id} | ({"kinds": names} if names else {})
    draft = JobDraft(
        JobKind.PICTURES, arguments, _project_of(session, subject), priority=-1, dedupe_key=f"{prefix}{len(asked) + 1}"
    )
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


def snapshot_rows(session: Session, snapshot_id: int) -> SnapshotRows:
    """What every picture of a snapshot is drawn from."""
    snapshot, instances = get_snapshot(session, snapshot_id), load_instances(session, snapshot_id)
    shown = np.flatnonzero(snapshot_blocks(session, snapshot) != HELD_OUT)
    if not len(shown):
        raise Conflict(f"Every row of {snapshot.name} is held out: nothing may be shown before it is opened.")
    features = instances.features.reset_index(drop=True).iloc[shown]
    return SnapshotRows(
        replace(
            instances,
            features=features,
            target=instances.target.iloc[shown],
            time=None if instances.time is None else instances.time.iloc[shown],
            label_time=None if instances.label_time is None else instances.label_time.iloc[shown],
        ),
        digest([EDITION, snapshot.content_hash, snapshot.folds_blob, instances.task.value, instances.positive]),
    )


def _project_of(session: Session, subject: Subject) -> int:
    if subject.kind is SubjectKind.MODEL:
        return get_model(session, subject.id).ranked.project_id
    return get_snapshot(session, subject.id).project_id
