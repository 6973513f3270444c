"""Label requests: drawn, handed out one by one to one person each, answered as feedback, taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from db import models as tables
from db.queries.label_requests import held_request, label_draws, request_states
from db.queries.predictions import get_prediction, predictions
from db.queries.projects import get_project
from db.queries.tables import get_table_named
from db.session import reading, transaction
from mms.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mms.domain.label_estimates import SampleEstimate
from mms.domain.label_requests import DrawDraft, LabelDraw, OpenLabel, RequestState, Why
from mms.domain.members import Member, Role
from mms.domain.predictions import Feedback, Prediction
from mms.domain.promotions import GLOBAL, Seating
from mms.monitoring.sampling import random_rows
from mms.usecases.buckets import hold_mark
from mms.usecases.feedback import record_feedback
from mms.usecases.label_estimates import LabelsWanted, label_estimate
from mms.usecases.label_requests import answer_label, draw_labels, skip_label, take_label, undo_label
from mms.usecases.predictions import delete_predictions, predict
from mms.usecases.promotions import promote
from tests.wards import MARCH, a_model, a_snapshot, a_world, visit

LATER = MARCH + timedelta(days=9)
GRACE = Member(77, "grace", "Grace Hopper", frozenset({Role.SCIENTIST}))
DAY = MARCH.replace(hour=0)


@pytest.fixture
def project(store: str, member: Member, now: datetime, tmp_path: Path) -> int:
    """Wards with a champion that answered 30 questions."""
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, now), 1, now)
        promote(session, member, Seating(model_id, "the first one"), MARCH)
        predict(session, member, project_id, [visit(100 + i, age=20 + i) for i in range(30)], LATER)
    return project_id


def draft(why: Why = Why.RANDOM, count: int = 10) -> DrawDraft:
    return DrawDraft(why, GLOBAL, DAY, DAY + timedelta(days=1), count)


def drawn(member: Member, project: int, asked: DrawDraft | None = None) -> LabelDraw:
    with transaction() as session:
        return draw_labels(session, member, project, asked or draft(), LATER)


def taken(member: Member, project: int, why: Why = Why.RANDOM, now: datetime = LATER) -> OpenLabel:
    with transaction() as session:
        found = take_label(session, member, project, why, now)
    assert found is not None
    return found


def answered(member: Member, project: int, row: OpenLabel, truth: str | None, now: datetime = LATER) -> None:
    with transaction() as session:
        answer_label(session, member, project, row.id, truth, now)


def states(draw: LabelDraw) -> list[RequestState]:
    with reading() as session:
        return [state for _, state in request_states(session, draw.id)]


def estimate(member: Member, project: int, metric: str = "accuracy") -> SampleEstimate:
    with reading() as session:
        found = label_estimate(session, get_project(session, member, project), LabelsWanted(metric))
    assert found is not None
    return found


def told(member: Member, project: int, prediction: Prediction | int, truth: str) -> None:
    id_ = prediction if isinstance(prediction, int) else prediction.id
    with transaction() as session:
        record_feedback(session, member, project, [Feedback(id_, truth, LATER)], LATER)


def test_an_answer_is_feedback_signed_and_known_now(project: int, member: Member) -> None:
    draw = drawn(member, project)
    row = taken(member, project)

    answered(member, project, row, "yes")

    with reading() as session:
        stored = get_prediction(session, row.prediction.id)
        visits = get_table_named(session, project, "visits")
    assert (stored.truth, stored.truth_at, visits.row_count) == ("yes", LATER, 7)  # the next snapshot learns from it
    assert states(draw) == [RequestState.TOLD] + [RequestState.WAITING] * 9
    assert (row.classes, row.left) == (("no", "yes"), 10)
    assert set(row.features) == {"ward", "age", "wards.beds", "weather.rain"}
    assert taken(member, project).prediction.id != row.prediction.id


def test_two_people_never_have_the_same_row_until_ten_minutes_have_passed(project: int, member: Member) -> None:
    drawn(member, project)

    mine, hers = taken(member, project), taken(GRACE, project)

    assert mine.id != hers.id
    assert taken(member, project).id == mine.id
    with pytest.raises(Conflict, match="ada has this row on the screen"):
        answered(GRACE, project, mine, "yes")
    after = LATER + timedelta(minutes=11)
    assert taken(GRACE, project, now=after).id == mine.id
    with pytest.raises(Conflict, match="grace has this row on the screen"):
        answered(member, project, mine, "yes", after)


def test_ten_people_at_once_get_ten_rows(project: int, member: Member) -> None:
    drawn(member, project)
    people = [Member(i, f"p{i}", f"P{i}", frozenset({Role.SCIENTIST})) for i in range(10)]

    with ThreadPoolExecutor(5) as pool:
        rows = list(pool.map(lambda one: taken(one, project).id, people))

    assert len(set(rows)) == 10


def test_people_who_draw_at_once_draw_one_after_the_other(project: int, member: Member) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: drawn(member, project, draft(count=30)).number, range(4)))

    assert sorted(made) == [1, 2, 3, 4]
    with reading() as session:
        assert [one.left for one in label_draws(session, project)] == [30, 0, 0, 0]


@pytest.mark.slow
def test_who_answers_and_who_draws_at_once_wait_for_one_another_in_turn(project: int, member: Member) -> None:
    drawn(member, project, draft(count=30))
    row = taken(member, project)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            hold_mark(session, project)
            held_request(session, project, row.id)
            drawing = pool.submit(drawn, member, project, draft(count=30))
            with pytest.raises(TimeoutError):
                drawing.result(0.5)  # it waits for the answer, and holds nothing that the answer needs
            answer_label(session, member, project, row.id, "yes", LATER)
        draw = drawing.result()

    with reading() as session:
        assert get_prediction(session, row.prediction.id).truth == "yes"
    assert (draw.number, len(states(draw))) == (2, draw.frame_n)


def test_a_skipped_row_comes_again_after_the_others(project: int, member: Member) -> None:
    draw = drawn(member, project, draft(count=3))
    first = taken(member, project)
    with transaction() as session:
        skip_label(session, member, project, first.id, LATER)

    order = []
    for _ in range(3):
        row = taken(member, project)
        order.append(row.id)
        answered(member, project, row, None)

    assert order[-1] == first.id
    assert states(draw) == [RequestState.NOT_KNOWN] * 3
    assert estimate(member, project).estimate is None


def test_an_answer_that_is_taken_back_is_asked_for_again_and_counts_until_then(project: int, member: Member) -> None:
    draw = drawn(member, project, draft(count=3))
    first, second = taken(member, project), None
    answered(member, project, first, "yes")
    second = taken(member, project)
    answered(member, project, second, "yes", LATER + timedelta(seconds=5))

    with transaction() as session:
        assert undo_label(session, member, project, LATER + timedelta(seconds=9)) == second.id

    again = taken(member, project, now=LATER + timedelta(seconds=9))
    assert (again.id, again.prediction.truth) == (second.id, "yes")
    answered(member, project, again, "no", LATER + timedelta(seconds=10))
    with reading() as session:
        assert get_prediction(session, second.prediction.id).truth == "no"
    assert states(draw) == [RequestState.TOLD, RequestState.TOLD, RequestState.WAITING]
    with pytest.raises(Conflict, match="nothing here that could be taken back"), transaction() as session:
        undo_label(session, GRACE, project, LATER)


def test_a_truth_that_comes_otherwise_closes_the_request_and_stays_in_the_sample(project: int, member: Member) -> None:
    draw = drawn(member, project, draft(count=4))
    with reading() as session:
        ids = [id_ for id_, _ in request_states(session, draw.id)]
    told(member, project, ids[1], "no")
    first = taken(member, project)
    held = taken(GRACE, project)
    told(member, project, held.prediction.id, "yes")

    answered(member, project, first, "yes")
    with pytest.raises(Conflict, match="came by itself, 'yes'"):
        answered(GRACE, project, held, "no")

    came = RequestState.CAME
    assert states(draw) == [RequestState.TOLD, came, came, RequestState.WAITING]
    found = estimate(member, project)
    assert (found.sampled, found.labelled, found.came_n) == (3, 3, 2)


def test_deleted_predictions_drop_out(project: int, member: Member) -> None:
    draw = drawn(member, project, draft(count=2))
    row = taken(member, project)
    with transaction() as session:
        delete_predictions(session, member, project, [row.prediction.id])

    with pytest.raises(NotFound, match="not asked for any more"):
        answered(member, project, row, "yes")
    assert len(states(draw)) == 1


def test_informative_rows_are_nearest_to_the_threshold_and_count_for_no_score(project: int, member: Member) -> None:
    draw = drawn(member, project, draft(Why.INFORMATIVE, 3))
    row = taken(member, project, Why.INFORMATIVE)
    answered(member, project, row, "yes")

    with reading() as session:
        scores = sorted(p.answer.score for p in predictions(session, project) if p.answer.score is not None)
        assert label_estimate(session, get_project(session, member, project), LabelsWanted("f1")) is None
    assert row.prediction.answer.score == min(scores, key=lambda score: abs(score - 0.5))
    assert (draw.why, draw.frame_n) == (Why.INFORMATIVE, 30)
    random = drawn(member, project, draft(count=30))
    assert random.frame_n == 29
    assert len(states(random)) == 29
    assert len(states(draw)) == 1  # those still open were drawn at random too, so they are asked for as such


def test_a_draw_can_be_made_again_and_takes_the_place_of_the_one_before(project: int, member: Member) -> None:
    first = drawn(member, project)
    row = taken(member, project)
    answered(member, project, row, "yes")
    with reading() as session:
        again = random_rows(np.array([p.id for p in predictions(session, project)]), 10, (project, 1)).tolist()
        assert [id_ for id_, _ in request_states(session, first.id)] == again

    second = drawn(member, project)

    assert (second.number, second.frame_n) == (2, 29)
    assert states(first) == [RequestState.TOLD]
    assert estimate(member, project).draw == second
    with reading() as session:
        assert [(one.draw.number, one.told, one.left) for one in label_draws(session, project)] == [
            (2, 0, 10),
            (1, 1, 0),
        ]


@pytest.mark.slow
def test_an_answer_to_a_row_that_is_asked_no_more_reaches_no_other_row(project: int, member: Member) -> None:
    drawn(member, project)
    on_screen = [taken(member, project) for _ in range(10)][-1]
    draw = drawn(member, project)

    with pytest.raises(NotFound):
        answered(member, project, on_screen, "yes")

    assert states(draw) == [RequestState.WAITING] * 10


@pytest.mark.slow
def test_the_whole_frame_labelled_is_the_score_without_doubt(project: int, member: Member) -> None:
    told(member, project, 1, "yes")
    draw = drawn(member, project, draft(count=30))
    right = 0
    for i in range(29):
        row = taken(member, project)
        truth = "yes" if i % 3 else "no"
        right += row.prediction.answer.label == truth
        answered(member, project, row, truth)

    found = estimate(member, project)
    assert found.estimate is not None
    assert (found.estimate.value, found.estimate.low, found.estimate.high) == pytest.approx((right / 29,) * 3)
    assert (found.needed, found.came_n, draw.frame_n) == (0, 1, 29)
    with pytest.raises(Conflict, match="No answer of these days waits"):
        drawn(member, project)


def test_a_wrong_answer_is_refused_and_the_row_stays_open(project: int, member: Member) -> None:
    draw = drawn(member, project, draft(count=1))
    row = taken(member, project)

    with pytest.raises(Invalid, match="'maybe' is no class"):
        answered(member, project, row, "maybe")
    assert states(draw) == [RequestState.WAITING]
    answered(member, project, row, "yes")
    with pytest.raises(Conflict, match="ada has answered this row"):
        answered(member, project, row, "no")


def test_who_may_not_give_feedback_is_asked_nothing(project: int, member: Member) -> None:
    viewer = Member(9, "eve", "Eve", frozenset({Role.VIEWER}))

    with pytest.raises(Forbidden, match="may not feedback"):
        drawn(viewer, project)
    with pytest.raises(Forbidden, match="may not feedback"):
        taken(viewer, project)


def test_in_a_project_that_replays_its_past_an_answer_is_known_at_its_present(project: int, member: Member) -> None:
    with transaction() as session:
        session.get_one(tables.Project, project).clock = LATER
    real = LATER + timedelta(days=4_000)
    with transaction() as session:
        draw_labels(session, member, project, draft(), real)
    for truth in ("yes", "no", "yes"):
        row = taken(member, project, now=real)
        answered(member, project, row, truth, real)
        with reading() as session:
            stored = get_prediction(session, row.prediction.id)
        assert (stored.truth, stored.truth_at) == (truth, LATER)
        with transaction() as session:
            assert undo_label(session, member, project, real) == row.id
