"""Feedback: the newest truth counts, once, in the prediction, in its bucket and in the base table."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from threading import Thread

import pytest

from db.physical import lookup_many, read_frame
from db.queries.buckets import Span, bucket_series, plain_sums
from db.queries.predictions import get_prediction
from db.queries.tables import get_table_named
from db.session import reading, transaction
from mms.domain.buckets import Sums
from mms.domain.decay import Grain
from mms.domain.errors import Invalid, NotFound
from mms.domain.members import Member
from mms.domain.predictions import Feedback, Prediction, Request
from mms.domain.promotions import Seating
from mms.usecases.feedback import record_feedback
from mms.usecases.predictions import delete_predictions, predict
from mms.usecases.promotions import promote
from mms.usecases.recounts import rebuild_all
from tests.wards import MARCH, a_model, a_snapshot, a_world, visit

LATER = MARCH + timedelta(days=9)


@pytest.fixture
def project(store: str, member: Member, now: datetime, tmp_path: Path) -> int:
    """Wards with a champion."""
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, now), 1, now)
        promote(session, member, Seating(model_id, "the first one"), MARCH)
    return project_id


def asked(member: Member, project: int, requests: Sequence[Request]) -> list[Prediction]:
    with transaction() as session:
        return predict(session, member, project, requests, LATER)


def told(member: Member, project: int, *feedback: Feedback) -> int:
    with transaction() as session:
        return record_feedback(session, member, project, feedback, LATER)


def buckets(project: int) -> dict[tuple[int, datetime], Sums]:
    """By model and hour, what buckets that count something count; days are the sums of their hours."""
    with reading() as session:
        hours = bucket_series(session, [project], "global", Span("hour"))
        days = bucket_series(session, [project], "global", Span("day"))
    for hour, day in zip(hours, days, strict=True):
        assert (hour.series.total().cells == day.series.total().cells).all()
    return {
        (one.model_id, at.replace(tzinfo=UTC)): plain_sums(one.series, i)
        for one in hours
        for i, at in enumerate(one.starts.tolist())
    }


def base_row(project: int, patient: int) -> dict[str, object] | None:
    with reading() as session:
        (row,) = lookup_many(session, get_table_named(session, project, "visits"), ["patient"], [((patient,), None)])
        return row


def test_a_truth_lands_in_prediction_bucket_and_base_table(project: int, member: Member) -> None:
    (answer,) = asked(member, project, [visit(100, age=44)])
    known_at = MARCH + timedelta(hours=3)

    assert told(member, project, Feedback(answer.id, "yes", known_at)) == 1

    with reading() as session:
        stored = get_prediction(session, answer.id)
    assert (stored.truth, stored.truth_at) == ("yes", known_at)
    (sums,) = buckets(project).values()
    assert (sums.n, sums.labelled, dict(sums.cells)) == (1, 1, {("yes", answer.answer.label): 1})
    with reading() as session:
        assert get_table_named(session, project, "visits").row_count == 7
    assert base_row(project, 100) == {
        "patient": 100, "seen_at": MARCH, "ward": "north", "age": 44.0, "missed": "yes", "known_at": known_at,
    }  # fmt: skip


def test_a_question_told_in_a_half_hour_zone_is_counted_with_its_truth(project: int, member: Member) -> None:
    delhi = timezone(timedelta(hours=5, minutes=30))
    asked_at = (MARCH + timedelta(hours=1, minutes=15)).astimezone(delhi)
    (answer,) = asked(member, project, [visit(100, at=asked_at)])

    told(member, project, Feedback(answer.id, "yes", LATER))

    assert {key[1]: (sums.n, sums.labelled) for key, sums in buckets(project).items()} == {
        MARCH + timedelta(hours=1): (1, 1)
    }


def test_feedback_to_a_looked_up_entity_labels_its_own_row(project: int, member: Member) -> None:
    (answer,) = asked(member, project, [Request({"patient": 2})])

    told(member, project, Feedback(answer.id, "yes", LATER))

    row = base_row(project, 2)
    assert row is not None
    assert (row["missed"], row["age"], row["known_at"]) == ("yes", 52.0, LATER)
    with reading() as session:
        assert len(read_frame(session, get_table_named(session, project, "visits"))) == 6


def test_a_corrected_truth_replaces_the_old_one_exactly_once(project: int, member: Member) -> None:
    (answer,) = asked(member, project, [visit(100)])
    first, second = MARCH + timedelta(hours=1), MARCH + timedelta(hours=2)

    told(member, project, Feedback(answer.id, "no", first))
    told(member, project, Feedback(answer.id, "yes", second))
    told(member, project, Feedback(answer.id, "no", first))

    (sums,) = buckets(project).values()
    assert (sums.n, sums.labelled, dict(sums.cells)) == (1, 1, {("yes", answer.answer.label): 1})
    assert sum(sums.bins.values()) == 1
    with reading() as session:
        assert get_prediction(session, answer.id).truth_at == second


def test_the_same_feedback_again_changes_nothing(project: int, member: Member) -> None:
    (answer,) = asked(member, project, [visit(100)])
    feedback = Feedback(answer.id, "no", LATER)
    told(member, project, feedback)
    before = buckets(project)

    assert told(member, project, feedback, feedback) == 0

    assert buckets(project) == before


def test_an_older_truth_that_comes_late_is_kept_but_does_not_count(project: int, member: Member) -> None:
    (answer,) = asked(member, project, [visit(100)])
    told(member, project, Feedback(answer.id, "yes", LATER))

    assert told(member, project, Feedback(answer.id, "no", MARCH)) == 1

    with reading() as session:
        assert get_prediction(session, answer.id).truth == "yes"
    row = base_row(project, 100)
    assert row is not None
    assert row["missed"] == "yes"


@pytest.mark.parametrize(
    ("truth", "known_at", "sentence"),
    [
        ("maybe", LATER, "no class"),
        ("yes", MARCH - timedelta(seconds=1), "cannot be known"),
        ("yes", LATER + timedelta(seconds=1), "cannot be known"),
    ],
)
def test_one_wrong_truth_refuses_all(
    project: int, member: Member, truth: str, known_at: datetime, sentence: str
) -> None:
    one, other = asked(member, project, [visit(100), visit(101)])
    before = buckets(project)

    with pytest.raises(Invalid, match=sentence):
        told(member, project, Feedback(one.id, "yes", LATER), Feedback(other.id, truth, known_at))

    assert buckets(project) == before
    assert base_row(project, 100) is None


def test_the_truth_about_an_answer_of_a_clock_that_was_set_back_is_refused_in_words(
    project: int, member: Member
) -> None:
    early, ahead = asked(member, project, [visit(100), visit(101, at=LATER + timedelta(days=1000))])

    with pytest.raises(Invalid, match=f"Prediction {ahead.id} is of a time that has not come yet, 2028-"):
        told(member, project, Feedback(early.id, "yes", LATER), Feedback(ahead.id, "yes", LATER))

    with reading() as session:
        assert get_prediction(session, early.id).truth is None


def test_feedback_for_an_unknown_prediction_is_refused(project: int, member: Member) -> None:
    (answer,) = asked(member, project, [visit(100)])

    with pytest.raises(NotFound, match="no prediction 12345"):
        told(member, project, Feedback(answer.id, "yes", LATER), Feedback(12345, "yes", LATER))

    assert base_row(project, 100) is None


def test_rebuilt_buckets_equal_those_kept_in_step(project: int, member: Member) -> None:
    random = Random(3)
    requests = [visit(i, ward=random.choice("abc"), at=MARCH + timedelta(hours=random.randrange(9))) for i in range(40)]
    answers = asked(member, project, requests)
    for _ in range(6):
        some = random.sample(answers, 15)
        told(member, project, *(_truth(random, answer) for answer in some))
    with transaction() as session:
        delete_predictions(session, member, project, [a.id for a in random.sample(answers, 7)])
    kept = buckets(project)

    count = rebuild_all(transaction, member, project, LATER)

    assert buckets(project) == kept
    assert count == len(kept) + 1  # and their day
    assert sum(sums.n for sums in kept.values()) == 33


def _truth(random: Random, answer: Prediction) -> Feedback:
    return Feedback(
        answer.id, random.choice(["yes", "no"]), answer.predicted_at + timedelta(hours=random.randrange(48))
    )


def test_a_deleted_prediction_leaves_its_bucket(project: int, member: Member) -> None:
    one, other = asked(member, project, [visit(100), visit(101, age=30)])
    told(member, project, Feedback(one.id, "yes", LATER))

    with transaction() as session:
        assert delete_predictions(session, member, project, [one.id]) == 1

    (sums,) = buckets(project).values()
    assert (sums.n, sums.labelled, dict(sums.cells)) == (1, 0, {})
    with reading() as session:
        assert get_prediction(session, other.id) == other


def test_a_truth_about_a_deleted_prediction_reaches_no_later_one(project: int, member: Member) -> None:
    (gone,) = asked(member, project, [visit(100)])
    with transaction() as session:
        delete_predictions(session, member, project, [gone.id])
    (later,) = asked(member, project, [visit(101)])

    with pytest.raises(NotFound):
        told(member, project, Feedback(gone.id, "yes", LATER))

    with reading() as session:
        assert get_prediction(session, later.id).truth is None


@pytest.mark.slow
def test_two_writers_of_the_same_hours_lose_nothing(project: int, member: Member) -> None:
    hours = [MARCH + timedelta(hours=i) for i in range(5)]
    failures: list[Exception] = []

    def write(first: int) -> None:
        try:
            for turn in range(4):
                order = hours if (first + turn) % 2 else hours[::-1]
                patients = range(first + turn * 10, first + turn * 10 + 5)
                made = asked(member, project, [visit(p, at=at) for p, at in zip(patients, order, strict=True)])
                told(member, project, *(Feedback(one.id, "yes", LATER) for one in made))
        except Exception as error:
            failures.append(error)

    writers = [Thread(target=write, args=(first,)) for first in (1000, 2000)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert failures == []
    assert {key[1]: (sums.n, sums.labelled) for key, sums in buckets(project).items()} == {
        Grain.HOUR.start_of(at): (8, 8) for at in hours
    }


@pytest.mark.slow
def test_what_is_deleted_while_its_truth_arrives_is_in_no_bucket(project: int, member: Member) -> None:
    answers = asked(member, project, [visit(p, at=MARCH + timedelta(minutes=20 * p)) for p in range(40)])
    failures: list[Exception] = []

    def tell() -> None:
        for answer in answers:
            try:
                told(member, project, Feedback(answer.id, "yes", LATER))
            except NotFound:
                continue  # its deletion was first
            except Exception as error:
                failures.append(error)

    def forget() -> None:
        try:
            for answer in answers[::2]:
                with transaction() as session:
                    delete_predictions(session, member, project, [answer.id])
        except Exception as error:
            failures.append(error)

    threads = [Thread(target=tell), Thread(target=forget)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    kept = buckets(project)
    assert failures == []
    assert sum(sums.n for sums in kept.values()) == sum(sums.labelled for sums in kept.values()) == 20
    rebuild_all(transaction, member, project, LATER)
    assert buckets(project) == kept
