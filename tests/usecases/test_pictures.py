"""Pictures are asked for once, drawn in both themes, and not twice from the same content."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from db.queries.models import best_models
from db.queries.pictures import drawable, find_same, pictures
from db.session import reading, transaction
from mms.domain.errors import Forbidden, Invalid
from mms.domain.jobs import JobKind
from mms.domain.members import Member, Role
from mms.domain.pictures import Picture, PictureKind, Theme, pictures_of
from mms.domain.projects import Task
from mms.domain.runs import Launch
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.jobs import JobContext, claim, finish
from mms.usecases.model_pictures import ModelNumbers, drawn_table, model_numbers, picture_cost
from mms.usecases.pictures import ask_for_pictures, store_picture
from mms.usecases.runs import launch_run
from mms.worker.pictures import draw_pictures
from tests.trained import a_project, a_snapshot, triple_of, work_off

pytestmark = pytest.mark.slow


@pytest.fixture
def model(member: Member, tmp_path: Path, now: datetime) -> Subject:
    """The logistic regression of a finished run, which asked for its pictures."""
    project = a_project(member, tmp_path, now)
    snapshot = a_snapshot(member, project, now)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, "logistic"),)), now)
    work_off(now)
    with reading() as session:
        best = best_models(session, project.id, algorithm="logistic")[0]
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


ALONE = {PictureKind.VALIDATION_CURVE, PictureKind.GRID_SEARCH}
"""What a model without siblings has none of."""


def test_every_picture_that_applies_is_drawn_in_both_themes_and_fits_only_when_asked(
    sqlite_store: str, member: Member, model: Subject, now: datetime
) -> None:
    with transaction() as session:
        assert ask_for_pictures(session, member, model, now) is None  # the run asked already
        about = drawable(session, model)
    fitting = {kind for kind in pictures_of(SubjectKind.MODEL) if kind.applies(about)}
    refits = [kind for kind in fitting if kind.refits]

    draw_what_is_asked(now)
    free = drawn_of(model)
    with transaction() as session:
        ask_for_pictures(session, member, model, now, refits)
    draw_what_is_asked(now)
    every = drawn_of(model)

    assert free == fitting - ALONE - set(refits)
    assert set(refits) == {PictureKind.LEARNING_CURVE, PictureKind.FEATURE_ELIMINATION, PictureKind.DROPPING_CURVE}
    assert every == fitting - ALONE
    with reading() as session:
        reasons = {kind: pictures(session, model, Theme.DARK)[kind].error for kind in ALONE}
        spent = [picture_cost(session, member, model.id, kind) for kind in refits]
    assert all(reason and "launch a run that varies" in reason for reason in reasons.values())
    assert spent == [None] * len(refits), "what is stored costs nothing"
    with reading() as session:
        behind = {kind: drawn_table(model_numbers(session, model.id, kind)) for kind in every}
    assert all(len(table) for table in behind.values())
    assert {"row", "fold", "truth", "label", "P(no)", "P(yes)"} <= set(behind[PictureKind.ROC_AUC])
    assert list(behind[PictureKind.DECISION_BOUNDARIES]) == ["x", "y", "label"]
    assert list(behind[PictureKind.CV_SCORES]["fold"]) == list(range(12))


@pytest.mark.parametrize(
    ("tables", "columns"),
    [
        ({"cells": ["x", "y", "score"], "names": ["C", "class_weight"]}, ["C", "class_weight", "score"]),
        ({"points": ["value", "fold", "score"], "parameter": ["C", True]}, ["C", "fold", "score"]),
        (
            {"points": ["x", "y", "truth"], "grid": ["x", "y", "label"], "axes": ["hour", "wind"]},
            ["hour", "wind", "label"],
        ),
    ],
)
def test_the_table_behind_a_picture_names_what_its_axes_are(tables: dict[str, list[Any]], columns: list[str]) -> None:
    frames = {
        "names": lambda given: pd.DataFrame([given], columns=["x", "y"]),
        "parameter": lambda given: pd.DataFrame([given], columns=["name", "log"]),
        "axes": lambda given: pd.DataFrame({"column": given}),
    }
    made = {name: frames.get(name, lambda names: pd.DataFrame(columns=names))(given) for name, given in tables.items()}

    table = drawn_table(ModelNumbers(PictureKind.GRID_SEARCH, Task.BINARY, ("no", "yes"), "yes", "F1", True, made))

    assert list(table) == columns


def drawn_of(model: Subject) -> set[PictureKind]:
    """The kinds that are drawn in light and dark."""
    with reading() as session:
        found = [pictures(session, model, theme) for theme in Theme]
    light, dark = ({kind for kind, one in of.items() if one.svg and b"<svg" in one.svg} for of in found)
    assert light == dark
    return light


def test_what_costs_fits_takes_the_right_to_train(
    sqlite_store: str, member: Member, model: Subject, now: datetime
) -> None:
    viewer = replace(member, roles=frozenset({Role.VIEWER}))

    with transaction() as session, pytest.raises(Forbidden):
        ask_for_pictures(session, viewer, model, now, [PictureKind.LEARNING_CURVE])


def test_the_same_numbers_are_not_drawn_twice(
    sqlite_store: str, member: Member, model: Subject, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_what_is_asked(now)
    before = drawn_of(model)
    drawn: list[PictureKind] = []
    monkeypatch.setattr("mms.worker.pictures.draw", lambda kind, *_: drawn.append(kind) or b"<svg/>")

    with transaction() as session:
        assert ask_for_pictures(session, member, model, now) is not None
    draw_what_is_asked(now)

    assert not drawn
    assert drawn_of(model) == before


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
