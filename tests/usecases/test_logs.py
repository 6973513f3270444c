"""Logs of models served elsewhere: the whole file or nothing, once, and then watched like any other model."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from sklearn.metrics import mean_absolute_error, roc_auc_score

from db import models as tables
from db.queries.decay import DecayView, decay_page
from db.queries.drift import drift_of
from db.queries.models import get_model, oof_frame
from db.queries.projects import get_project_named
from db.queries.promotions import find_champion
from db.session import reading, transaction
from mms.domain.drift import DriftView
from mms.domain.errors import Conflict, Invalid
from mms.domain.logs import ELSEWHERE, NOT_HERE, LogModel
from mms.domain.members import Member
from mms.domain.models import ModelState
from mms.domain.predictions import Request
from mms.domain.projects import ProjectDraft, Task
from mms.domain.promotions import GLOBAL
from mms.domain.rules import Space
from mms.domain.runs import Retraining
from mms.settings import settings
from mms.usecases.comparisons import alignment
from mms.usecases.drift import count_features
from mms.usecases.estimates import learn_estimates
from mms.usecases.logs import import_log, preview_log
from mms.usecases.models import load_model
from mms.usecases.predictions import predict
from mms.usecases.projects import create_project
from mms.usecases.recounts import check_buckets
from mms.usecases.refits import new_rows, refit_model
from mms.usecases.runs import retrain
from tests.logged import BOOKINGS, SEEN, a_log, imported, request_of


def project_id() -> int:
    with reading() as session:
        return session.scalars(sa.select(tables.Project.id)).one()


def counts() -> dict[str, int]:
    """How many rows stand in every table that an import may touch."""
    names = ("Project", "Model", "Snapshot", "Run", "Prediction", "Feedback", "Bucket", "Promotion", "Artifact")
    with reading() as session:
        return {
            name: session.scalars(sa.select(sa.func.count()).select_from(getattr(tables, name))).one() for name in names
        }


@pytest.mark.slow
def test_a_log_becomes_a_champion_whose_reference_later_answers_are_judged_by(
    store: str, member: Member, tmp_path: Path
) -> None:
    log = a_log()
    log.loc[600:, "truth"] = np.random.default_rng(1).choice(["yes", "no"], 400)

    (made,) = imported(member, tmp_path, log)

    assert (made.added, made.told, made.seated, made.reference) == (1_000, 0, True, 200)
    with reading() as session:
        project = get_project_named(session, member, "Bookings")
        page = decay_page(session, project, DecayView("roc_auc"), SEEN)
        assert page.champion is not None
        model, oof = (
            get_model(session, page.champion.model.id),
            oof_frame(session, settings().cache, made.model_id or 0),
        )
    first = log.iloc[:200]
    assert page.reference is not None
    assert page.reference.value == pytest.approx(roc_auc_score(first["truth"] == "yes", first["score"]), abs=0.01)
    assert page.decay is not None
    assert page.decay.decaying
    assert page.predicted == 1_000
    assert page.champion.promotion.promoted_at == first["predicted_at"].iloc[-1]
    assert (model.ranked.algorithm, model.ranked.created_at) == (ELSEWHERE, log["predicted_at"].iloc[0])
    assert model.signature.classes == ("no", "yes")
    assert [column.name for column in model.signature.inputs] == ["age", "plan"]
    assert sorted(oof["score"]) == sorted(first["score"])
    assert check_buckets(transaction, member, project.id, SEEN).wrong == ()


@pytest.mark.slow
def test_the_same_file_again_adds_nothing_and_later_truths_become_feedback(
    store: str, member: Member, tmp_path: Path
) -> None:
    log = a_log()
    early = log.assign(truth=log["truth"].where(log["id"] < 700), truth_at=log["truth_at"].where(log["id"] < 700))
    imported(member, tmp_path, early)
    before = counts()

    (same,) = imported(member, tmp_path, early, project_id())
    assert (same.added, same.told, same.known) == (0, 0, 1_000)
    assert counts() == before

    (later,) = imported(member, tmp_path, log, project_id())
    assert (later.added, later.told, later.known) == (0, 300, 700)
    with reading() as session:
        project = get_project_named(session, member, "Bookings")
        assert decay_page(session, project, DecayView("roc_auc"), SEEN).labelled == 1_000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("predicted_at", "2030-01-01T00:00:00Z", "Line 12 was answered in the future"),
        ("predicted_at", "noon", "line 12 has 'noon'"),
        ("predicted_at", None, "Line 12 has no time"),
        ("truth_at", "2024-01-01T00:00:00Z", "Line 12 has a truth that was known before its answer was given"),
        ("truth_at", "2025-12-01T00:00:00Z", "Line 12 has a truth that becomes known in the future"),
        ("truth_at", None, "Line 12 has a truth without the time at which it became known"),
        ("truth", None, "Line 12 has a time of its truth but no truth"),
        ("truth", "maybe", "Line 12 has the truth 'maybe', which is no class of 'scorer'; its classes are no, yes"),
        ("score", 1.2, "Line 12 has 1.2 in 'score': a probability lies between 0 and 1"),
        ("score", None, "Line 12 has no probability"),
        ("id", None, "Line 12 names no entity"),
    ],
)
def test_one_wrong_row_refuses_the_file_by_its_line_and_leaves_nothing(
    sqlite_store: str, member: Member, tmp_path: Path, column: str, value: float | str | None, sentence: str
) -> None:
    log = a_log(200).astype({column: object})
    log.loc[10, column] = value
    before = counts()

    with pytest.raises(Invalid) as refused:
        imported(member, tmp_path, log)

    assert sentence in refused.value.sentence
    assert counts() == before


@pytest.mark.slow
def test_rows_that_stand_twice_or_answer_otherwise_than_before_are_refused(
    sqlite_store: str, member: Member, tmp_path: Path
) -> None:
    log = a_log(300)
    with pytest.raises(Invalid, match="Line 302 answers for an entity at a time that an earlier row answers for"):
        imported(member, tmp_path, pd.concat([log, log.iloc[[4]]]))
    imported(member, tmp_path, log)
    before = counts()

    with pytest.raises(Conflict, match="Line 2 answers .* where 'scorer' is known to have answered"):
        imported(member, tmp_path, log.assign(score=1 - log["score"]), project_id())

    assert counts() == before


def test_too_few_truths_make_no_reference(sqlite_store: str, member: Member, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="'scorer' has 99 answers with a truth, and later ones are held against at least"):
        imported(member, tmp_path, a_log(99))
    request = request_of(a_log(500), tmp_path)
    early = datetime(2025, 1, 3, tzinfo=UTC)
    with pytest.raises(Invalid, match="16 answers with a truth before 2025-01-03"):
        import_log(transaction, member, BOOKINGS, type(request)(request.file, request.columns, "scorer", early), SEEN)


@pytest.mark.parametrize("name", ["  ", "a\0b", "x" * 81])
def test_a_name_that_nobody_could_read_is_refused(sqlite_store: str, member: Member, tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match="A model's name has 1 to 80 printable characters"):
        imported(member, tmp_path, a_log(200), name=name)


@pytest.mark.parametrize(
    ("truth", "sentence"),
    [
        (None, "Every label and truth of 'scorer' is empty: a model's first log needs truths of both classes"),
        ("yes", "Every label and truth of 'scorer' tells 'yes' only"),
        ("no", "Each of the 100 answers of 'scorer' to 2025-01-13, .* has the truth 'no'"),
    ],
)
def test_a_first_log_without_truths_of_both_classes_says_so(
    sqlite_store: str, member: Member, tmp_path: Path, truth: str | None, sentence: str
) -> None:
    log = a_log(200).assign(truth=truth)
    if truth is None:
        log["truth_at"] = None

    with pytest.raises(Invalid, match=sentence):
        imported(member, tmp_path, log)


def test_a_log_needs_to_know_which_class_is_positive(sqlite_store: str, member: Member, tmp_path: Path) -> None:
    draft = ProjectDraft("Bookings", Task.BINARY)
    with pytest.raises(Invalid, match="Say which class of the new binary project counts .* with --positive"):
        imported(member, tmp_path, a_log(200), draft)
    with transaction() as session:
        made = create_project(session, member, draft, SEEN)
    with pytest.raises(Invalid, match="The project has no positive class yet: name it on the page Projects"):
        imported(member, tmp_path, a_log(200), made.id)


def test_a_time_before_every_log_is_no_time(sqlite_store: str, member: Member, tmp_path: Path) -> None:
    log = a_log(200).astype({"predicted_at": object})
    log.loc[10, "predicted_at"] = "1970-01-01T00:00:01Z"

    with pytest.raises(Invalid, match="Line 12 was answered before 1971"):
        imported(member, tmp_path, log)


@pytest.mark.slow
def test_another_probability_for_a_known_answer_is_refused_and_its_rounding_is_not(
    sqlite_store: str, member: Member, tmp_path: Path
) -> None:
    log = a_log(200)
    imported(member, tmp_path, log)

    (rounded,) = imported(member, tmp_path, log.assign(score=log["score"] + 1e-9), project_id())
    assert rounded.known == 200
    with pytest.raises(Conflict, match="Line 2 has the probability .* where 'scorer' is known to have had 0.805"):
        imported(member, tmp_path, log.assign(score=0.9 * log["score"] + 0.05), project_id())


@pytest.mark.slow
def test_each_model_has_the_features_of_its_own_first_log(sqlite_store: str, member: Member, tmp_path: Path) -> None:
    log = a_log(200)
    imported(member, tmp_path, log)

    (fewer,) = imported(member, tmp_path, log.drop(columns="age"), project_id(), "fewer")
    (more,) = imported(member, tmp_path, log.assign(extra=1), project_id(), "more")
    with reading() as session:
        inputs = [get_model(session, one.model_id or 0).signature.inputs for one in (fewer, more)]
        seen = preview_log(session, member, project_id(), request_of(log.assign(extra=1), tmp_path), SEEN)

    assert [[column.name for column in columns] for columns in inputs] == [["plan"], ["age", "plan", "extra"]]
    assert seen.notes == ("'scorer' had no extra in its first log: left out.",)
    with pytest.raises(Invalid, match="The file has no feature 'age', which 'scorer' had in its first log"):
        imported(member, tmp_path, log.drop(columns="age"), project_id())


@pytest.mark.slow
def test_a_later_log_may_know_no_truth_yet(sqlite_store: str, member: Member, tmp_path: Path) -> None:
    imported(member, tmp_path, a_log(200))
    later = a_log(250).iloc[200:].assign(truth=None, truth_at=None)

    (done,) = imported(member, tmp_path, later, project_id())

    assert (done.added, done.told) == (50, 0)


def test_a_model_without_a_name_is_asked_for_one(sqlite_store: str, member: Member, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Say what the model is called"):
        imported(member, tmp_path, a_log(200), name=None)


@pytest.mark.slow
def test_several_models_of_a_file_are_told_apart_the_first_takes_the_seat(
    sqlite_store: str, member: Member, tmp_path: Path
) -> None:
    log = a_log(600)
    log["model"] = np.where(np.arange(600) < 250, "old", "new")

    old, new = imported(member, tmp_path, log, name=None)

    assert [(one.name, one.version, one.seated) for one in (old, new)] == [("old", 1, True), ("new", 2, False)]
    with reading() as session:
        assert get_model(session, new.model_id or 0).ranked.state is ModelState.CHALLENGER
        project = get_project_named(session, member, "Bookings")
        page = decay_page(session, project, DecayView("roc_auc"), SEEN)
    assert {p.model_id for p in page.points} == {old.model_id, new.model_id}


def test_the_preview_says_what_is_what_and_writes_nothing(sqlite_store: str, member: Member, tmp_path: Path) -> None:
    before = counts()

    with reading() as session:
        seen = preview_log(session, member, BOOKINGS, request_of(a_log(), tmp_path), SEEN)

    assert seen.columns.roles == {
        "time": "predicted_at", "entity": "id", "score": "score", "truth": "truth", "truth time": "truth_at",
    }  # fmt: skip
    assert seen.features == (("age", "integer"), ("plan", "category"))
    assert (seen.models[0].rows, seen.models[0].reference) == (1_000, 200)
    assert counts() == before


@pytest.mark.slow
def test_rows_without_an_entity_are_told_apart_by_their_features_and_known_again(
    sqlite_store: str, member: Member, tmp_path: Path
) -> None:
    log = a_log(400).drop(columns="id")
    log = pd.concat([log, log.iloc[:5]])

    (made,) = imported(member, tmp_path, log)
    (again,) = imported(member, tmp_path, log, project_id())

    assert made.added == 405
    assert (again.added, again.known) == (0, 405)


@pytest.mark.slow
def test_labels_alone_give_counts_but_no_ranks(sqlite_store: str, member: Member, tmp_path: Path) -> None:
    log = a_log()
    log = log.assign(label=np.where(log["score"] >= 0.3, "yes", "no")).drop(columns="score")
    draft = ProjectDraft("Bookings", Task.BINARY, primary_metric="f1", positive_class="yes")

    (made,) = imported(member, tmp_path, log, draft)

    with reading() as session:
        model = get_model(session, made.model_id or 0)
        row = session.scalars(sa.select(tables.Prediction).limit(1)).one()
    assert (model.signature.probability, model.threshold) == (False, None)
    assert "log_loss" not in {score.metric for score in model.scores}
    assert (row.score, row.probabilities) == (None, {})


@pytest.mark.slow
def test_numbers_and_many_classes_are_watched_too(sqlite_store: str, member: Member, tmp_path: Path) -> None:
    chance, log = np.random.default_rng(2), a_log()
    truth = chance.normal(100, 20, 1_000).round(2)
    numbers = log.drop(columns=["score"]).assign(value=truth + chance.normal(0, 5, 1_000).round(2), truth=truth)
    shares = chance.dirichlet([1, 1, 1], 1_000)
    classes = log.drop(columns="score").assign(truth=np.array(list("abc"))[shares.argmax(axis=1)])
    classes = classes.assign(p_a=shares[:, 0], p_b=shares[:, 1], p_c=shares[:, 2])

    (number,) = imported(member, tmp_path, numbers, ProjectDraft("Prices", Task.REGRESSION, primary_metric="mae"))
    (many,) = imported(member, tmp_path, classes, ProjectDraft("Kinds", Task.MULTICLASS, primary_metric="accuracy"))

    with reading() as session:
        priced, kinds = (get_model(session, one.model_id or 0) for one in (number, many))
        page = decay_page(session, get_project_named(session, member, "Prices"), DecayView("mae"), SEEN)
    first = numbers.iloc[:200]
    assert page.reference is not None
    assert page.reference.value == pytest.approx(mean_absolute_error(first["truth"], first["value"]))
    assert priced.signature.classes == ()
    assert (kinds.signature.classes, kinds.ranked.score) == (("a", "b", "c"), 1.0)


@pytest.mark.slow
def test_what_needs_the_model_itself_refuses_in_one_sentence(sqlite_store: str, member: Member, tmp_path: Path) -> None:
    (made,) = imported(member, tmp_path, a_log())
    model_id, project = made.model_id or 0, project_id()

    with reading() as session, pytest.raises(Conflict) as asked:
        load_model(session, model_id)
    assert asked.value.sentence == "v1 is served elsewhere: MMS has its answers, not the model itself."
    with transaction() as session, pytest.raises(Conflict, match="it is served elsewhere"):
        refit_model(session, member, model_id, SEEN)
    (other,) = imported(member, tmp_path, a_log(600), project, "other")
    with reading() as session:
        plan = alignment(session, member, [model_id, other.model_id or 0])
        assert (plan.refits, plan.refused) == ((), (f"v1 elsewhere cannot be refitted: {NOT_HERE}.",))
    with reading() as session:
        assert "served elsewhere" in (new_rows(session, get_model(session, model_id), SEEN).why_not or "")
    for space in Space:
        with transaction() as session, pytest.raises(Conflict, match="cannot be retrained: it is served elsewhere"):
            retrain(session, member, Retraining(project, space=space), SEEN)
    with transaction() as session, pytest.raises(Conflict, match="v1 is served elsewhere: MMS has its answers"):
        predict(session, member, project, [Request({"id": "1"}, {"age": 3, "plan": "basic"})], SEEN)


@pytest.mark.slow
def test_drift_and_promises_are_learnt_from_the_reference(sqlite_store: str, member: Member, tmp_path: Path) -> None:
    log = a_log()
    log.loc[500:, "age"] += 40
    (made,) = imported(member, tmp_path, log)

    while count_features(transaction, project_id(), SEEN):
        pass
    learnt = learn_estimates(transaction, made.model_id or 0, SEEN)

    assert learnt
    until = datetime(2025, 5, 1, tzinfo=UTC)
    with reading() as session:
        project = get_project_named(session, member, "Bookings")
        champion = find_champion(session, project.id, GLOBAL)
        assert champion is not None
        view = DriftView(until - timedelta(days=45), until)
        report = drift_of(session, project, champion.model.id, view, SEEN)
    assert [one.label for one in report.features if one.verdict.value == "drifted"] == ["age"]


def test_what_became_of_a_model_reads_as_one_sentence() -> None:
    at = datetime(2025, 1, 1, tzinfo=UTC)
    told = LogModel("scorer", 10, 5, at, at, version=2, added=3, told=4, seated=True)

    assert told.words == (
        "v2 scorer, champion of the empty seat: 3 new answers, 4 truths of older ones, 3 known already."
    )
