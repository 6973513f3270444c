"""Diagnostics: answered once, from stored rows at the first look or by a worker; kept as small tables."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from db import models as tables
from db.packed import packed, unpacked
from db.queries.diagnostics import diagnostics, tables_of
from db.queries.jobs import jobs
from db.queries.models import best_models
from db.session import reading, transaction
from mms.domain.diagnostics import DiagnosticKind, asked, kind_named
from mms.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mms.domain.jobs import Job, JobKind, JobState
from mms.domain.members import Member, Role
from mms.domain.models import RankedModel
from mms.domain.runs import Launch
from mms.domain.subjects import Subject, SubjectKind
from mms.ml.diagnostics import MAKERS
from mms.usecases.diagnostics import answer_to, ask_for, ensure, fits_of, make_diagnostics
from mms.usecases.jobs import JobContext, claim
from mms.usecases.runs import launch_run
from tests.trained import a_project, a_snapshot, triple_of, work_off

ROC, GAINS = DiagnosticKind.ROC, DiagnosticKind.GAINS


@pytest.fixture
def model(store: str, member: Member, tmp_path: Path, now: datetime) -> RankedModel:
    """A logistic model on both databases, with the jobs that its run left."""
    project = a_project(member, tmp_path, now)
    snapshot = a_snapshot(member, project, now)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, "logistic"),)), now)
    work_off(now)
    with transaction() as session:
        return best_models(session, project.id, 1)[0]


def about(model: RankedModel) -> Subject:
    return Subject(SubjectKind.MODEL, model.id)


def next_job(kind: JobKind, now: datetime) -> Job:
    while True:
        with transaction() as session:
            job = claim(session, "test", now)
        assert job is not None
        if job.kind is kind:
            return job


@pytest.mark.slow
def test_a_question_is_answered_once_and_kept_for_everybody(model: RankedModel, member: Member, now: datetime) -> None:
    question = asked(about(model), ROC)

    ensure(transaction, member, [question], now)
    with reading() as session:
        (first,) = diagnostics(session, about(model))
    ensure(transaction, member, [question, asked(about(model), ROC, {"class": None})], now)

    with reading() as session:
        assert diagnostics(session, about(model)) == [first]
        stored = tables_of(session, [question, asked(about(model), ROC, {"class": "no"})])
    assert first.state is JobState.SUCCEEDED
    assert (first.fits, first.error, first.created_by) == (0, None, member.display_name)
    assert list(stored) == [question.hash]
    assert set(stored[question.hash]) == {"curve", "band", "folds", "summary"}
    assert stored[question.hash]["summary"]["class"][0] == "yes"


@pytest.mark.slow
def test_what_cannot_be_made_keeps_its_sentence_and_the_others_are_made(
    model: RankedModel, member: Member, now: datetime
) -> None:
    foreign, good = asked(about(model), ROC, {"class": "perhaps"}), asked(about(model), DiagnosticKind.THRESHOLDS)
    strange = asked(about(model), DiagnosticKind.RESIDUALS)

    ensure(transaction, member, [foreign, good, strange], now)

    with pytest.raises(Conflict, match="This model knows no class 'perhaps'; it has no, yes"):
        answer_to(transaction, member, foreign, now)
    with pytest.raises(Conflict, match="A binary model has no diagnostic 'residuals'"):
        answer_to(transaction, member, strange, now)
    assert len(answer_to(transaction, member, good, now)[1]["counts"]) == 1001


@pytest.mark.slow
def test_what_takes_fits_is_asked_for_and_made_by_a_worker(model: RankedModel, member: Member, now: datetime) -> None:
    question = asked(about(model), DiagnosticKind.LEARNING_CURVE, {"folds": 3})
    with pytest.raises(NotFound, match=f"a worker makes it with {fits_of(question)} fits"):
        answer_to(transaction, member, question, now)
    with transaction() as session:
        first = ask_for(session, member, question, now)
        again = ask_for(session, member, question, now)
    assert (first.state, first.fits) == (JobState.QUEUED, fits_of(question))
    assert again == first
    with pytest.raises(Conflict, match="is queued: ask later"):
        answer_to(transaction, member, question, now)

    job = next_job(JobKind.DIAGNOSTICS, now)
    assert job.id == first.job_id
    make_diagnostics(JobContext(job, transaction, lambda: now))

    found, made = answer_to(transaction, member, question, now)
    assert found.state is JobState.SUCCEEDED
    assert all(len(table) for table in made.values())
    with transaction() as session:
        assert ask_for(session, member, question, now) == found


@pytest.mark.slow
def test_after_a_run_the_usual_diagnostics_of_its_best_models_are_made(
    model: RankedModel, member: Member, now: datetime
) -> None:
    job = next_job(JobKind.DIAGNOSTICS, now)
    assert job.priority < 0
    assert job.arguments["model_ids"] == [model.id]

    make_diagnostics(JobContext(job, transaction, lambda: now))

    with reading() as session:
        made = {one.question.kind for one in diagnostics(session, about(model)) if one.state is JobState.SUCCEEDED}
        assert next(j for j in jobs(session) if j.kind is JobKind.DIAGNOSTICS).progress.share == 1.0
    assert made >= {ROC, DiagnosticKind.PRECISION_RECALL, DiagnosticKind.THRESHOLDS, DiagnosticKind.GAINS}


@pytest.mark.slow
def test_who_only_looks_sees_diagnostics_and_asks_for_none(model: RankedModel, member: Member, now: datetime) -> None:
    looking = replace(member, roles=frozenset({Role.VIEWER}))

    ensure(transaction, looking, [asked(about(model), ROC)], now)

    with pytest.raises(Forbidden), transaction() as session:
        ask_for(session, looking, asked(about(model), DiagnosticKind.LEARNING_CURVE), now)


@pytest.mark.slow
def test_a_deleted_model_has_no_diagnostics_and_stops_no_job(model: RankedModel, member: Member, now: datetime) -> None:
    job = next_job(JobKind.DIAGNOSTICS, now)
    with transaction() as session:
        session.execute(sa.update(tables.Model).where(tables.Model.id == model.id).values(deleted_at=now))

    make_diagnostics(JobContext(job, transaction, lambda: now))

    with pytest.raises(NotFound), reading():
        ensure(transaction, member, [asked(about(model), ROC)], now)


def test_every_kind_can_be_made_and_is_named() -> None:
    assert set(MAKERS) == set(DiagnosticKind)
    assert kind_named("precision-recall") is DiagnosticKind.PRECISION_RECALL
    with pytest.raises(NotFound, match="There is no diagnostic 'palm': choose one of roc, precision recall"):
        kind_named("palm")


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"klass": "yes"}, "The diagnostic 'roc' has no parameter 'klass'; it has class."),
        ({"class": float("nan")}, "The parameters of 'roc' are no plain JSON"),
    ],
)
def test_a_parameter_that_is_none_of_the_kinds_is_refused(parameters: dict[str, object], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        asked(Subject(SubjectKind.MODEL, 1), ROC, parameters)


def test_the_same_question_has_the_same_hash_whatever_was_left_out() -> None:
    subject = Subject(SubjectKind.MODEL, 1)

    assert asked(subject, ROC).hash == asked(subject, ROC, {"class": None}).hash
    others = [asked(subject, ROC, {"class": "a"}), asked(Subject(SubjectKind.MODEL, 2), ROC), asked(subject, GAINS)]
    assert len({asked(subject, ROC).hash, *(other.hash for other in others)}) == 4


def test_packed_tables_come_back_as_they_were_and_equal_ones_have_equal_bytes() -> None:
    frames = {"one": pd.DataFrame({"x": [1.5, None], "name": ["ä", ","]}), "none": pd.DataFrame({"y": [1]}).iloc[:0]}

    content = packed(frames)

    back = unpacked(content)
    assert list(back) == ["one", "none"]
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(back[name], frame, check_dtype=False)
    assert packed(frames) == content
