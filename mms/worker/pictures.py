"""The job that draws: pictures of a model or a snapshot, in light and dark; what cannot be drawn keeps its reason."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from db.queries.pictures import drawable, find_same
from db.session import reading
from mms.charts.yellowbrick.gallery import DRAWERS, draw
from mms.charts.yellowbrick.sample import sample_of
from mms.domain.errors import Cancelled, Lost, MmsError, Unavailable
from mms.domain.jobs import Progress
from mms.domain.pictures import Picture, PictureKind, Theme, pictures_of
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.jobs import JobContext
from mms.usecases.model_pictures import model_numbers, prepare
from mms.usecases.pictures import snapshot_rows, store_picture


def draw_pictures(context: JobContext) -> None:
    """Those that were asked for, or all that apply and cost no fits; one step a kind."""
    given = context.job.arguments
    kind = SubjectKind.MODEL if "model_id" in given else SubjectKind.SNAPSHOT
    subject = Subject(kind, int(given[f"{kind.value}_id"]))
    with reading() as session:
        about = drawable(session, subject)
    usual = [one for one in pictures_of(kind) if one in DRAWERS and one.applies(about) and not one.refits]
    wanted = [PictureKind(name) for name in given["kinds"]] if "kinds" in given else usual
    done, numbers = context.done(), _Numbers(context, subject)
    for i, one in enumerate(wanted, 1):
        if one.value in done:
            continue
        made = list(_drawn(subject, one, numbers))

        def store(session: Session, made: list[Picture] = made) -> None:
            for picture in made:
                store_picture(session, picture, context.now())

        context.save(one.value, Progress(i, len(wanted), one.value), store)


class _Numbers:
    """What a subject's pictures are drawn from; of a snapshot, one sample for all of them."""

    def __init__(self, context: JobContext, subject: Subject) -> None:
        self.context = context
        self.subject = subject

    def of(self, kind: PictureKind) -> tuple[Any, str]:
        """The numbers of one kind, and the hash of their content."""
        if self.subject.kind is SubjectKind.SNAPSHOT:
            return self._sample
        prepare(self.context, self.subject.id, kind)
        with reading() as session:
            numbers = model_numbers(session, self.subject.id, kind)
        return numbers, numbers.content

    @cached_property
    def _sample(self) -> tuple[Any, str]:
        with reading() as session:
            found = snapshot_rows(session, self.subject.id)
        rows = found.instances
        sample = sample_of(rows.columns, rows.features, rows.target, rows.task, rows.positive)
        return sample, found.content


def _drawn(subject: Subject, kind: PictureKind, numbers: _Numbers) -> Iterator[Picture]:
    """In every theme. What was drawn from the same content before, for whomever, is not drawn again."""
    content, error, found = "", None, None
    try:
        found, content = numbers.of(kind)
    except (Cancelled, Lost, Unavailable):
        raise
    except MmsError as refusal:
        error = refusal.sentence
    for theme in Theme:
        if error is not None:
            yield Picture(subject, kind, theme, content, None, error)
            continue
        with reading() as session:
            same = find_same(session, kind, theme, content)
        yield Picture(subject, kind, theme, content, same) if same else _one(subject, kind, theme, content, found)


def _one(subject: Subject, kind: PictureKind, theme: Theme, content: str, numbers: Any) -> Picture:
    try:
        return Picture(subject, kind, theme, content, draw(kind, theme, numbers))
    except MmsError as refusal:
        return Picture(subject, kind, theme, content, None, refusal.sentence)
    except Exception as error:  # whatever a foreign library raises: the page says why there is no picture
        return Picture(subject, kind, theme, content, None, f"This picture could not be drawn: {error}.")
