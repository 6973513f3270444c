"""Estimates of random labels and informative rows, for every task."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from db.queries.buckets import Span
from db.queries.label_requests import lateness, promised_shares, request_states
from db.queries.projects import get_project
from db.session import reading, transaction
from mms.domain.errors import Conflict
from mms.domain.label_estimates import SampleEstimate
from mms.domain.label_requests import DrawDraft, LabelDraw, Why
from mms.domain.members import Member
from mms.domain.projects import Task
from mms.usecases.buckets import fold_buckets
from mms.usecases.label_estimates import LabelsWanted, label_estimate
from mms.usecases.label_requests import draw_labels
from tests.answered import a_watched_model, put, tell

DAYS = timedelta(days=5)


def watched(task: Task, now: datetime, answers: Sequence[dict[str, Any]]) -> tuple[int, list[int]]:
    """A project whose model gave these answers, a minute apart; returns it and their ids."""
    with transaction() as session:
        project_id, model_id = a_watched_model(session, task, now)
        first = now - DAYS
        rows = [one | {"predicted_at": first + timedelta(minutes=i)} for i, one in enumerate(answers)]
        ids = put(session, project_id, model_id, rows)
        fold_buckets(session, project_id, now)
    return project_id, ids


def drawn(member: Member, project_id: int, now: datetime, why: Why, count: int = 1_000) -> tuple[LabelDraw, list[int]]:
    with transaction() as session:
        draw = draw_labels(session, member, project_id, DrawDraft(why, count=count), now)
        return draw, [id_ for id_, _ in request_states(session, draw.id)]


def estimate(member: Member, project_id: int, metric: str) -> SampleEstimate:
    with reading() as session:
        found = label_estimate(session, get_project(session, member, project_id), LabelsWanted(metric))
    assert found is not None
    return found


def told(project_id: int, truths: dict[int, str], now: datetime) -> None:
    with transaction() as session:
        for id_, truth in truths.items():
            tell(session, project_id, id_, truth, now)
        fold_buckets(session, project_id, now)


def test_recall_is_planned_by_the_promised_share_of_positive_rows(
    sqlite_store: str, member: Member, now: datetime
) -> None:
    answers = [{"label": "true" if i < 30 else "false", "score": 0.9 if i < 30 else 0.1} for i in range(300)]
    project_id, _ = watched(Task.BINARY, now, answers)
    draw, _ = drawn(member, project_id, now, Why.RANDOM)

    with reading() as session:
        shares = promised_shares(session, draw, "true")

    assert shares == pytest.approx({"accuracy": 1.0, "recall": 0.18, "precision": 0.1, "f1": 0.19})
    needed = {metric: estimate(member, project_id, metric).needed for metric in ("accuracy", "recall", "precision")}
    assert needed["accuracy"] == 168
    assert 168 < (needed["recall"] or 0) < (needed["precision"] or 0) < 300


@pytest.mark.slow
def test_labels_that_come_by_themselves_tell_another_score_when_they_are_of_a_kind(
    sqlite_store: str, member: Member, now: datetime
) -> None:
    project_id, ids = watched(Task.BINARY, now, [{"label": "true", "score": 0.7} for _ in range(600)])
    told(project_id, dict.fromkeys(ids[:200], "false"), now - timedelta(days=1))  # the wrong ones come early
    _, rows = drawn(member, project_id, now, Why.RANDOM)
    told(project_id, dict.fromkeys(rows[:100], "true"), now)

    found = estimate(member, project_id, "accuracy")

    assert (found.draw.frame_n, found.labelled, found.came_n) == (400, 100, 300)
    assert found.estimate is not None
    assert (found.estimate.value, found.estimate.high) == (1.0, 1.0)
    assert "surely another score" in found.beside


def test_how_late_labels_are_is_told_of_all_models_together(sqlite_store: str, member: Member, now: datetime) -> None:
    project_id, ids = watched(Task.BINARY, now, [{"label": "true", "score": 0.7} for _ in range(40)])
    told(project_id, dict.fromkeys(ids[:10], "true"), now - DAYS + timedelta(hours=30))

    with reading() as session:
        late = lateness(session, project_id, "global", Span())
        nothing = lateness(session, project_id, "user:nobody", Span())

    assert (late.predicted, late.labelled) == (40, 10)
    assert late.delay is not None
    assert late.delay.median == pytest.approx(30, rel=0.2)
    assert (nothing.predicted, nothing.delay) == (0, None)


def test_numbers_are_known_within_percent_of_their_error(sqlite_store: str, member: Member, now: datetime) -> None:
    chance = np.random.default_rng(1)
    project_id, _ = watched(Task.REGRESSION, now, [{"value": float(v)} for v in chance.normal(size=400)])
    _, rows = drawn(member, project_id, now, Why.RANDOM)
    assert estimate(member, project_id, "mae").needed is None
    told(project_id, {id_: str(v) for id_, v in zip(rows[:60], chance.normal(size=60), strict=True)}, now)

    found = estimate(member, project_id, "mae")

    assert found.estimate is not None
    assert found.within == pytest.approx(found.estimate.value * 0.05)
    assert 60 < (found.needed or 0) + 60 <= 400
    assert "within 5 %" in found.plain_sentence


def test_of_several_classes_the_smallest_margin_tells_most(sqlite_store: str, member: Member, now: datetime) -> None:
    given = [(0.5, 0.48, 0.02), (0.4, 0.3, 0.3), (0.9, 0.05, 0.05), (0.6, 0.2, 0.2)]
    answers = [
        {"label": "a", "score": p[0], "probabilities": dict(zip("abc", p, strict=True)), "features": {"x": float(i)}}
        for i, p in enumerate(given)
    ]
    project_id, ids = watched(Task.MULTICLASS, now, answers)

    assert drawn(member, project_id, now, Why.INFORMATIVE, 1)[1] == [ids[0]]
    assert drawn(member, project_id, now, Why.INFORMATIVE, 1)[1] == [ids[1]]


def test_of_numbers_the_largest_expected_error_tells_most_and_no_twins(
    sqlite_store: str, member: Member, now: datetime
) -> None:
    answers = [
        {"value": 1.0, "expected_absolute": float(e), "expected_squared": 1.0, "features": {"x": x, "ward": "north"}}
        for e, x in ((1, 0.0), (9, 5.0), (9, 5.0), (8, None))
    ]
    project_id, ids = watched(Task.REGRESSION, now, answers)

    rows = drawn(member, project_id, now, Why.INFORMATIVE, 4)[1]

    assert rows[0] == ids[1]
    assert sorted(rows) == [ids[0], ids[1], ids[3]]


def test_a_model_that_expects_no_errors_has_no_informative_rows(
    sqlite_store: str, member: Member, now: datetime
) -> None:
    project_id, _ = watched(Task.REGRESSION, now, [{"value": 1.0}])

    with pytest.raises(Conflict, match="has not learnt which errors to expect"):
        drawn(member, project_id, now, Why.INFORMATIVE)
