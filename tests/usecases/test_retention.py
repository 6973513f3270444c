"""Raw rows go when the policy says so, once they are counted; what they added to the charts stays."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.buckets import stored_buckets
from db.session import reading, transaction
from mms.domain.errors import Invalid, NotFound
from mms.domain.members import Member
from mms.domain.predictions import Feedback
from mms.domain.projects import Policy, ProjectChanges, Task
from mms.usecases.buckets import fold_buckets
from mms.usecases.feedback import record_feedback
from mms.usecases.projects import edit_project
from mms.usecases.recounts import check_buckets, rebuild_all
from mms.usecases.retention import drop_old_rows
from tests.answered import a_watched_model, put, tell
from tests.wards import MARCH

NOON = MARCH + timedelta(hours=12)


def kept_for(days: int | None, member: Member, project_id: int) -> None:
    with transaction() as session:
        edit_project(session, member, project_id, ProjectChanges(policy=Policy(keep_rows_days=days)))


def counts_of_features_are_up_to(prediction_id: int, project_id: int) -> None:
    with transaction() as session:
        fold_buckets(session, project_id, NOON)
        session.get_one(tables.BucketMark, project_id).drift_id = prediction_id


def rows_left(project_id: int) -> list[datetime]:
    row = tables.Prediction
    with reading() as session:
        return list(session.scalars(sa.select(row.predicted_at).where(row.project_id == project_id).order_by(row.id)))


def buckets(project_id: int) -> set[tuple[object, ...]]:
    with reading() as session:
        return {tuple(one) for one in stored_buckets(session, project_id, (None, None))}


def test_old_rows_go_and_their_sums_stay(store: str, member: Member) -> None:
    times = [NOON - timedelta(days=days) for days in (40, 31, 30, 1)]
    with transaction() as session:
        project_id, model_id = a_watched_model(session, Task.BINARY, NOON)
        ids = put(session, project_id, model_id, [{"label": "true", "score": 0.7, "predicted_at": at} for at in times])
        tell(session, project_id, ids[0], "false", NOON)
    kept_for(30, member, project_id)
    counts_of_features_are_up_to(ids[-1], project_id)
    before = buckets(project_id)

    assert drop_old_rows(transaction, project_id, NOON) == 2
    assert drop_old_rows(transaction, project_id, NOON) == 0

    assert rows_left(project_id) == times[2:]
    with reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(tables.Feedback)) == 0
    assert buckets(project_id) == before
    found = check_buckets(transaction, member, project_id, NOON)
    assert found.sentence == "All 4 buckets equal their rows. Rows before 2026-01-30 were dropped; their sums stay."
    rebuild_all(transaction, member, project_id, NOON)
    assert buckets(project_id) == before
    late = Feedback(ids[0], "true", NOON)
    with transaction() as session, pytest.raises(NotFound, match="any more: rows before 2026-01-30 were dropped"):
        record_feedback(session, member, project_id, [late], NOON)


def test_rows_whose_features_are_not_counted_wait(sqlite_store: str, member: Member) -> None:
    with transaction() as session:
        project_id, model_id = a_watched_model(session, Task.REGRESSION, NOON)
        old = {"value": 1.0, "predicted_at": NOON - timedelta(days=9)}
        first, _ = put(session, project_id, model_id, [old, old])
    kept_for(2, member, project_id)
    counts_of_features_are_up_to(first, project_id)

    assert drop_old_rows(transaction, project_id, NOON) == 1


def test_without_a_rule_rows_are_kept_for_ever(sqlite_store: str, member: Member) -> None:
    with transaction() as session:
        project_id, model_id = a_watched_model(session, Task.REGRESSION, NOON)
        put(session, project_id, model_id, [{"value": 1.0, "predicted_at": NOON - timedelta(days=9_000)}])

    assert drop_old_rows(transaction, project_id, NOON) == 0
    with pytest.raises(Invalid, match="keeps rows 1 to .* days, or for ever; it got 0"):
        kept_for(0, member, project_id)
