"""Work that has no use case of its own: draw a model's pictures, look at every project's triggers."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.queries.projects import projects
from db.session import reading
from mms.charts.yellowbrick.drawing import KINDS, OutOfFold, draw
from mms.domain.errors import Lost, MmsError, Unavailable
from mms.domain.jobs import Progress
from mms.domain.members import PRODUCT
from mms.domain.pictures import Picture, PictureKind, Theme
from mms.domain.projects import Task
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.jobs import JobContext
from mms.usecases.pictures import picture_data, store_picture
from mms.usecases.triggers import check_triggers


def draw_pictures(context: JobContext) -> None:
    """Every picture of a model, in light and dark; one that cannot be drawn keeps the reason."""
    model_id = int(context.job.arguments["model_id"])
    with reading() as session:
        data = picture_data(session, model_id)
    task: Task = data["task"]
    rows = OutOfFold(tuple(data["classes"]), data["oof"])
    subject = Subject(SubjectKind.MODEL, model_id)
    wanted = [(kind, theme) for kind in KINDS[task] for theme in Theme]
    done = context.done()
    for i, (kind, theme) in enumerate(wanted, 1):
        key = f"{kind.value}, {theme.value}"
        if key in done:
            continue
        picture = _drawn(subject, data["content"], kind, theme, rows)

        def store(session: Session, picture: Picture = picture, now: datetime = context.now()) -> None:
            store_picture(session, picture, now)

        context.save(key, Progress(i, len(wanted), key), store)


def check_all_triggers(context: JobContext) -> None:
    """Each live project by its own present; a project that cannot be checked does not keep the others waiting."""
    with context.transaction() as session:
        found = projects(session, PRODUCT)
    for project in found:
        try:
            with context.transaction() as session:
                launched = check_triggers(session, PRODUCT, project.id, context.now())
        except (Unavailable, Lost):
            raise
        except MmsError as error:
            context.log(f"The triggers of '{project.name}' were not checked: {error.sentence}", "warning")
            continue
        for run_id in launched:
            context.log(f"A trigger of '{project.name}' fired and launched run {run_id}.")


def _drawn(subject: Subject, content: str, kind: PictureKind, theme: Theme, rows: OutOfFold) -> Picture:
    try:
        return Picture(subject, kind, theme, content, draw(kind, theme, rows))
    except Exception as error:  # whatever a foreign library raises: the page says why there is no picture
        return Picture(subject, kind, theme, content, None, f"This picture could not be drawn: {error}.")
