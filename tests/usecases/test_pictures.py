"""Pictures are asked for once, drawn in both themes, and not twice from the same content."""

from datetime import datetime
from pathlib import Path

import pytest

from db.queries.models import models_page
from db.queries.pictures import drawable, find_same, pictures
from db.session import reading, transaction
from mms.domain.errors import Invalid
from mms.domain.jobs import JobKind
from mms.domain.members import Member
from mms.domain.models import ModelFilter
from mms.domain.pictures import Picture, PictureKind, Theme, pictures_of
from mms.domain.runs import Launch
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.jobs import JobContext, claim, finish
from mms.usecases.pictures import ask_for_pictures, store_picture
from mms.usecases.runs import launch_run
from mms.worker.pictures import draw_pictures
from tests.trained import a_project, a_snapshot, triple_of, work_off


@pytest.fixture
def model(member: Member, tmp_path: Path, now: datetime) -> Subject:
    """The logistic regression of a finished run, which asked for its pictures."""
    project = a_project(member, tmp_path, now)
    snapshot = a_snapshot(member, project, now)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, "logistic"),)), now)
    work_off(now)
    with reading() as session:
        best = models_page(session, project.id, ModelFilter(algorithms=("logistic",))).models[0]
    return Subject(SubjectKind.MODEL, best.id)


def draw_what_is_asked(now: datetime) -> None:
    """Do the next jobs that draw, as a worker would."""
    while True:
        with transaction() as session:
            job = claim(session, "test", now)
        if job is None:
            return
        if job.kind is JobKind.PICTURES:
            draw_pictures(JobContext(job, transaction, lambda: now))
        with transaction() as session:
            finish(session, job.id, job.attempt, now)


@pytest.mark.slow
def test_every_picture_that_applies_and_costs_no_fits_is_drawn_in_both_themes(
    sqlite_store: str, member: Member, model: Subject, now: datetime
) -> None:
    with transaction() as session:
        assert ask_for_pictures(session, member, model, now) is None  # the run asked already

    draw_what_is_asked(now)

    with reading() as session:
        about = drawable(session, model)
        drawn = {theme: pictures(session, model, theme) for theme in Theme}
    fitting = [kind for kind in pictures_of(SubjectKind.MODEL) if kind.applies(about) and not kind.refits]
    for found in drawn.values():
        assert list(found) == fitting
        assert all(picture.svg and b"<svg" in picture.svg for picture in found.values())


def test_a_kind_that_does_not_apply_is_refused_with_its_reason(
    sqlite_store: str, member: Member, model: Subject, now: datetime
) -> None:
    with transaction() as session, pytest.raises(Invalid, match="It is about errors of numbers"):
        ask_for_pictures(session, member, model, now, [PictureKind.RESIDUALS])


def test_the_same_content_is_found_of_whatever_subject(
    sqlite_store: str, member: Member, model: Subject, now: datetime
) -> None:
    kind, theme = PictureKind.ROC_AUC, Theme.DARK
    with transaction() as session:
        store_picture(session, Picture(model, kind, theme, "c" * 64, b"<svg/>"), now)

    with reading() as session:
        assert find_same(session, kind, theme, "c" * 64) == b"<svg/>"
        assert find_same(session, kind, Theme.LIGHT, "c" * 64) is None
        assert find_same(session, kind, theme, "d" * 64) is None


def test_a_picture_takes_the_place_of_the_one_before(
    sqlite_store: str, member: Member, model: Subject, now: datetime
) -> None:
    kind, theme = PictureKind.ROC_AUC, Theme.LIGHT
    with transaction() as session:
        store_picture(session, Picture(model, kind, theme, "c" * 64, b"<svg/>"), now)
        store_picture(session, Picture(model, kind, theme, "d" * 64, None, "Too many classes."), now)

    with reading() as session:
        found = pictures(session, model, theme)
    assert found == {kind: Picture(model, kind, theme, "d" * 64, None, "Too many classes.")}
