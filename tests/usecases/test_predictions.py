"""Predictions: complete rows, one champion each, stored before they are given."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db import models as tables
from db.queries.predictions import get_prediction, latest_of, predictions, predictions_frame
from db.session import reading, transaction
from mms.domain.errors import Conflict, Invalid, NotFound
from mms.domain.members import Member
from mms.domain.predictions import Prediction, Request
from mms.domain.promotions import Seating
from mms.usecases.predictions import delete_predictions, predict, warm_champions
from mms.usecases.promotions import promote
from tests.wards import MARCH, a_model, a_snapshot, a_world, visit

LATER = MARCH + timedelta(days=1)


@pytest.fixture
def project(store: str, member: Member, now: datetime, tmp_path: Path) -> int:
    """Wards with a champion."""
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, now), 1, now)
        promote(session, member, Seating(model_id, "the first one"), MARCH)
    return project_id


def asked(member: Member, project: int, *requests: Request) -> Sequence[Prediction]:
    with transaction() as session:
        return predict(session, member, project, requests, LATER)


def stored(project: int) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(tables.Prediction)) or 0


def test_an_answer_is_stored_as_it_is_given(project: int, member: Member) -> None:
    (answer,) = asked(member, project, visit(100, age=80))

    with reading() as session:
        assert get_prediction(session, answer.id) == answer
    assert answer.entity == "100"
    assert answer.answer.label in ("no", "yes")
    assert answer.answer.score == pytest.approx(answer.answer.probabilities["yes"])


def test_joined_columns_are_looked_up_as_of_the_requests_time(project: int, member: Member) -> None:
    early = visit(1, ward="south", at=MARCH + timedelta(hours=5))
    late = visit(1, ward="south", at=MARCH + timedelta(hours=6))

    answers = asked(member, project, early, late, visit(2, ward="nowhere"))

    assert [a.features["weather.rain"] for a in answers] == [2.0, 3.0, None]
    assert [a.features["wards.beds"] for a in answers] == [20, 20, None]


def test_a_joined_column_that_is_given_counts(project: int, member: Member) -> None:
    request = Request({"patient": 1}, {"ward": "south", "age": 40, "weather.rain": 9.5}, MARCH)

    (answer,) = asked(member, project, request)

    assert answer.features["weather.rain"] == 9.5
    assert answer.features["wards.beds"] == 20


def test_an_entity_alone_is_looked_up_in_the_base_table(project: int, member: Member) -> None:
    (answer,) = asked(member, project, Request({"patient": "3"}))

    assert answer.features["age"] == 63.0
    assert answer.features["ward"] == "north"
    assert answer.predicted_at == LATER
    with pytest.raises(NotFound, match="no row of 99 in 'visits'"):
        asked(member, project, Request({"patient": 99}))
    with pytest.raises(NotFound):
        asked(member, project, Request({"patient": 3}, at=MARCH - timedelta(days=300)))


@pytest.mark.parametrize(
    ("entity", "features", "sentence"),
    [
        ({"patient": 1}, {"ward": "north", "age": 3, "height": 2}, "no feature 'height'"),
        ({"patient": 1}, {"ward": "north", "age": 3, "missed": "yes"}, "no feature 'missed'"),
        ({"patient": 1}, {"ward": "north"}, "lack 'age'"),
        ({"patient": 1}, {"ward": "north", "age": "old"}, "'age' takes a number"),
        ({"patient": None}, {"ward": "north", "age": 3}, "named by patient"),
        ({"person": 1}, {"ward": "north", "age": 3}, "named by patient"),
    ],
)
def test_one_wrong_row_refuses_all_and_stores_none(
    project: int, member: Member, entity: dict[str, object], features: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        asked(member, project, visit(7), Request(entity, features, MARCH))

    assert stored(project) == 0


def test_without_a_champion_nobody_answers(store: str, member: Member, now: datetime, tmp_path: Path) -> None:
    project_id = a_world(tmp_path, member, now)

    with pytest.raises(Conflict, match="promote a model first"):
        asked(member, project_id, visit(1))


def test_the_champion_of_the_most_special_scope_answers(project: int, member: Member, now: datetime) -> None:
    with transaction() as session:
        snapshot_id = a_snapshot(session, project, 2, now)
        for version, scope in ((2, "group:ward=south"), (3, "user:8")):
            model_id = a_model(session, project, snapshot_id, version, now, bend=1.0 + version / 10)
            promote(session, member, Seating(model_id, "knows them best", scope), MARCH)

    answers = asked(member, project, visit(7), visit(7, ward="south"), visit(8, ward="south"), visit(7))

    assert [a.scope for a in answers] == ["global", "group:ward=south", "user:8", "global"]
    assert [a.model_version for a in answers] == [1, 2, 3, 1]


def test_every_champion_is_loaded_before_the_first_request(project: int) -> None:
    with reading() as session:
        assert warm_champions(session) == 1


def test_predictions_are_listed_newest_first(project: int, member: Member) -> None:
    asked(member, project, *(visit(i % 2, at=MARCH + timedelta(hours=i)) for i in range(4)))

    with reading() as session:
        listed = predictions(session, project)
        newest = latest_of(session, project, ["0", "1", "2"])
        frame = predictions_frame(session, project)
        assert predictions(session, project, labelled=True) == []
        assert len(predictions(session, project, entity="1")) == 2
    assert [p.predicted_at.hour for p in listed] == [3, 2, 1, 0]
    assert {entity: p.predicted_at.hour for entity, p in newest.items()} == {"0": 2, "1": 3}
    assert list(frame["feature.ward"]) == ["north"] * 4


def test_deleting_an_unknown_prediction_deletes_none(project: int, member: Member) -> None:
    (answer,) = asked(member, project, visit(1))

    with pytest.raises(NotFound, match="999"), transaction() as session:
        delete_predictions(session, member, project, [answer.id, 999])

    assert stored(project) == 1
