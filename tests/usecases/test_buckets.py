"""Buckets are kept in step by the watermark: each fact once, in one transaction, equal to a count of the rows."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from db import models as tables
from db.queries.buckets import Span, bucket_series
from db.session import reading, transaction
from mms.domain.members import Member
from mms.usecases.buckets import fold_buckets, rebuild_buckets
from tests.answered import answered
from tests.wards import MARCH, a_model, a_snapshot, a_world, confused


def test_many_additions_to_many_hours_are_all_kept(store: str, member: Member, now: object, tmp_path: Path) -> None:
    project_id = a_world(tmp_path, member, MARCH)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, MARCH), 1, MARCH)
    hours = [MARCH + timedelta(hours=i) for i in range(30)]

    for hour in (*hours, *hours):
        with transaction() as session:
            answered(session, project_id, model_id, hour, confused(1, 0, 2, 0))

    with reading() as session:
        (by_hour,) = bucket_series(session, [project_id], "global", Span("hour"))
        (by_day,) = bucket_series(session, [project_id], "global")
    assert by_hour.series.n.tolist() == by_hour.series.labelled.tolist() == [6] * 30
    assert by_day.series.n.sum() == 180
    assert (by_day.series.total().cells == by_hour.series.total().cells).all()
    assert by_day.series.total().moments == pytest.approx(by_hour.series.total().moments)


def test_what_is_counted_is_not_counted_again(store: str, member: Member, tmp_path: Path) -> None:
    project_id = a_world(tmp_path, member, MARCH)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, MARCH), 1, MARCH)
        answered(session, project_id, model_id, MARCH, confused(3, 1, 2, 4))

    with transaction() as session:
        assert fold_buckets(session, project_id, MARCH) == 0
        assert rebuild_buckets(session, project_id, MARCH) == {"before": 2, "after": 2}

    with reading() as session:
        assert [row.n for row in session.scalars(select(tables.Bucket))] == [10, 10]
