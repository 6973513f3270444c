"""Label requests: drawn, handed out one by one to one person each, answered as feedback, taken back."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from db.queries.label_requests import request_states
from db.queries.predictions import get_prediction
from db.queries.projects import get_project
from db.session import reading, transaction
from mms.domain.label_requests import DrawDraft, LabelDraw, OpenLabel, RequestState, Why
from mms.domain.members import Member, Role
from mms.domain.predictions import Feedback, Prediction
from mms.domain.promotions import GLOBAL, Seating
from mms.usecases.feedback import record_feedback
from mms.usecases.label_estimates import LabelsWanted, SampleEstimate, label_estimate
from mms.usecases.label_requests import answer_label, draw_labels, take_label
from mms.usecases.predictions import predict
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


def drawn(member: Member, project: int, asked: DrawDraft = draft()) -> LabelDraw:
    with transaction() as session:
        return draw_labels(session, member, project, asked, LATER)


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
    assert (stored.truth, stored.truth_at) == ("yes", LATER)
    assert states(draw) == [RequestState.TOLD] + [RequestState.WAITING] * 9
    assert (row.classes, row.left) == (("no", "yes"), 10)
    assert set(row.features) == {"ward", "age", "wards.beds", "weather.rain"}
    assert taken(member, project).prediction.id != row.prediction.id
