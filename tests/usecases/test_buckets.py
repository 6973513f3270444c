"""Buckets as use cases fill them: what each task counts, and additions that meet no row yet."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from db import models as tables
from db.session import reading, transaction
from mms.domain.buckets import Bucket, Sums
from mms.domain.members import Member
from mms.domain.predictions import Answer
from mms.domain.projects import Task
from mms.usecases.buckets import add_to_buckets, rebuild_buckets, sums_of_truth
from tests.wards import MARCH, a_model, a_snapshot, a_world, confused


@pytest.mark.parametrize(
    ("answer", "truth", "task", "expected"),
    [
        (Answer("yes", None, 0.7, {}), "no", Task.BINARY, Sums(0, 1, {("no", "yes"): 1}, {("no", 140): 1})),
        (Answer("a", None, 0.7, {}), "b", Task.MULTICLASS, Sums(0, 1, {("b", "a"): 1})),
        (Answer(None, 5.0, None, {}), "3", Task.REGRESSION, Sums(0, 1, {}, {}, 2.0, 4.0, 16.0, 3.0, 9.0)),
    ],
)
def test_each_task_counts_what_its_metrics_need(answer: Answer, truth: str, task: Task, expected: Sums) -> None:
    assert sums_of_truth(truth, answer, task) == expected


def test_many_additions_to_many_hours_are_all_kept(store: str, member: Member, now: datetime, tmp_path: Path) -> None:
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, now), 1, now)
    hours = [MARCH + timedelta(hours=i) for i in range(450)]

    for _ in range(2):
        with transaction() as session:
            changes = [Bucket(model_id, "global", "", hour, confused(1, 0, 2, 0)) for hour in hours for _ in range(2)]
            add_to_buckets(session, project_id, changes)

    with reading() as session:
        stored = {row.hour: Sums.from_json(row.sums) for row in session.scalars(select(tables.Bucket))}
    assert stored == dict.fromkeys(hours, confused(4, 0, 8, 0))
    with transaction() as session:
        assert rebuild_buckets(session, project_id) == {"before": 450, "after": 0}
