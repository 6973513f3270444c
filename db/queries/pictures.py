"""Pictures: those of a model or a snapshot, what decides which it can have, and one of the same content."""

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db import blobs
from db.models import Job as JobRow
from db.models import Model as ModelRow
from db.models import ModelScore as ScoreRow
from db.models import Picture as PictureRow
from db.models import Project as ProjectRow
from db.models import Triple as TripleRow
from db.queries.jobs import UNFINISHED, job_of
from db.queries.models import get_model
from db.queries.snapshots import get_snapshot
from mms.domain.errors import Invalid
from mms.domain.jobs import Job
from mms.domain.models import Model
from mms.domain.pictures import PATHS, Drawable, Picture, PictureKind, Standing, Theme, jobs_about, pictures_of
from mms.domain.projects import Task
from mms.domain.scores import Metric
from mms.domain.siblings import Sibling
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.triples import Recipe

MOST = 1_000
"""Models that a grid of hyperparameters is made of, the newest ones."""


def pictures(session: Session, subject: Subject, theme: Theme) -> dict[PictureKind, Picture]:
    """The pictures of a subject in one theme, by their kind and in its order."""
    stmt = select(PictureRow).where(_own(subject) == subject.id, PictureRow.theme == theme.value)
    found = {row.kind: row for row in session.scalars(stmt)}
    return {
        kind: Picture(
            subject=subject,
            kind=kind,
            theme=theme,
            content=found[kind].content,
            svg=blobs.read_bytes(session, sha256) if (sha256 := found[kind].blob) else None,
            error=found[kind].error,
        )
        for kind in PictureKind
        if kind in found
    }


def standings(session: Session, subject: Subject, theme: Theme) -> list[Standing]:
    """Every kind that such subjects can have: drawn, or why not."""
    about = drawable(session, subject)
    stmt = select(PictureRow.kind, PictureRow.blob, PictureRow.error).where(
        _own(subject) == subject.id, PictureRow.theme == theme.value
    )
    found = {kind: (blob, error) for kind, blob, error in session.execute(stmt)}
    standing = []
    for kind in pictures_of(subject.kind):
        blob, error = found.get(kind.value, (None, None))
        reason = error or kind.why_not(about)
        standing.append(Standing(kind, kind.slug, kind.question, blob is not None, kind.refits, reason))
    return standing


def find_same(session: Session, kind: PictureKind, theme: Theme, content: str) -> bytes | None:
    """The SVG of a picture that was drawn from the same content, of whatever subject."""
    stmt = (
        select(PictureRow.blob)
        .where(
            PictureRow.content == content,
            PictureRow.kind == kind.value,
            PictureRow.theme == theme.value,
            PictureRow.blob.is_not(None),
        )
        .limit(1)
    )
    sha256 = session.scalar(stmt)
    return None if sha256 is None else blobs.read_bytes(session, sha256)


def being_drawn(session: Session, subject: Subject) -> Job | None:
    """The job that draws a subject's pictures, queued or running; None where there is none."""
    mine = JobRow.dedupe_key.startswith(jobs_about(subject), autoescape=True)
    row = session.scalars(select(JobRow).where(mine, JobRow.state.in_(UNFINISHED)).order_by(JobRow.id).limit(1)).first()
    return None if row is None else job_of(row)


def drawable(session: Session, subject: Subject) -> Drawable:
    """What decides which pictures a live model or snapshot can have; NotFound, or Invalid for another subject."""
    if subject.kind is SubjectKind.MODEL:
        return _model(session, subject)
    if subject.kind is not SubjectKind.SNAPSHOT:
        raise Invalid(f"There are pictures of models and snapshots; a {subject.kind.value} has none.")
    snapshot = get_snapshot(session, subject.id)
    return Drawable(
        subject, _task(session, snapshot.project_id), snapshot.schema, len(snapshot.profile.classes), snapshot.row_count
    )


def relatives(session: Session, model: Model, metric: Metric) -> list[Sibling]:
    """Live models of the same algorithm and recipe on the same rows, this one among them, with what they score."""
    own = model.ranked
    stmt = (
        select(ModelRow.hyperparameters, ScoreRow.mean, TripleRow.content)
        .join(ScoreRow, ScoreRow.model_id == ModelRow.id)
        .join(TripleRow, TripleRow.id == ModelRow.triple_id)
        .where(
            ModelRow.snapshot_id == own.snapshot_id,
            ModelRow.deleted_at.is_(None),
            ModelRow.scope == own.scope,
            ModelRow.algorithm == own.algorithm,
            ModelRow.recipe == own.recipe,
            ScoreRow.metric == metric.name,
        )
        .order_by(ModelRow.id.desc())
        .limit(MOST)
    )
    recipe = model.triple.recipe.hash
    return [
        Sibling(hyperparameters, metric.natural(mean))
        for hyperparameters, mean, content in session.execute(stmt)
        if Recipe.from_json(content["recipe"]).hash == recipe
    ]


def _own(subject: Subject) -> InstrumentedAttribute[int | None]:
    return PictureRow.model_id if subject.kind is SubjectKind.MODEL else PictureRow.snapshot_id


def _model(session: Session, subject: Subject) -> Drawable:
    model = get_model(session, subject.id)
    ranked, triple = model.ranked, model.triple
    stmt = select(ModelRow.importances_blob).where(ModelRow.id == model.id)
    numeric = (name for name, value in triple.hyperparameters.items() if type(value) in (int, float))
    return Drawable(
        subject=subject,
        task=_task(session, ranked.project_id),
        columns=model.signature.inputs,
        classes=len(model.signature.classes),
        rows=get_snapshot(session, ranked.snapshot_id).row_count,
        weighs=session.scalar(stmt) is not None,
        numbers=tuple(numeric),
        linear=triple.algorithm in PATHS,
        together=not triple.members,
    )


def _task(session: Session, project_id: int) -> Task:
    return Task(session.scalars(select(ProjectRow.task).where(ProjectRow.id == project_id)).one())
