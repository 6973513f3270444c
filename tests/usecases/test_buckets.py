"""Buckets are kept in step by the watermark: each fact once, in one transaction, equal to a count of the rows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.buckets import Span, bucket_series, projects_behind, stored_buckets
from db.session import reading, transaction
from mms.domain.jobs import Job, JobDraft, JobKind
from mms.domain.members import Member
from mms.domain.projects import Task
from mms.domain.segments import SegmentDraft
from mms.domain.tables import Condition, Operator
from mms.usecases.buckets import fold_all, fold_buckets, take_from_buckets
from mms.usecases.jobs import JobContext, claim, enqueue
from mms.usecases.projects import delete_project
from mms.usecases.recounts import check_buckets, count_segment, rebuild_all
from mms.usecases.segments import create_segment, delete_segment
from tests.answered import CLASSES, a_watched_model, answered, put, tell
from tests.wards import MARCH, a_model, a_snapshot, a_world, confused

PAST, FUTURE = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), datetime(2262, 7, 1, 0, 30, tzinfo=UTC)
DAYS = (None, None)


@pytest.fixture
def wards(store: str, member: Member, tmp_path: Path) -> tuple[int, int]:
    """A project with a declaration, and its model."""
    project_id = a_world(tmp_path, member, MARCH)
    with transaction() as session:
        return project_id, a_model(session, project_id, a_snapshot(session, project_id, 1, MARCH), 1, MARCH)


def a_job(kind: JobKind, **arguments: Any) -> JobContext:
    with transaction() as session:
        enqueue(session, JobDraft(kind, arguments), MARCH)
    return next_job(kind)


def next_job(kind: JobKind) -> JobContext:
    job: Job | None = None
    while job is None or job.kind is not kind:
        with transaction() as session:
            job = claim(session, "test", MARCH)
        assert job is not None
    return JobContext(job, transaction, lambda: MARCH)


def count_up(project_id: int, most: int = 50_000) -> None:
    looked_at = 1
    while looked_at:
        with transaction() as session:
            looked_at = fold_buckets(session, project_id, MARCH, most)


def an_answer(random: Random, task: Task, at: datetime) -> dict[str, Any]:
    answer: dict[str, Any] = {"predicted_at": at, "scope": random.choice(["global", "user:1"])}
    answer["features"] = {"distance": random.choice([1, 2, None])}
    if task is Task.REGRESSION:
        return answer | {"value": random.gauss(0, 5), "expected_absolute": 1.5, "expected_squared": 3.0}
    shares = [random.random() for _ in CLASSES[task]]
    given = {name: share / sum(shares) for name, share in zip(CLASSES[task], shares, strict=True)}
    return answer | {"label": max(given, key=given.__getitem__), "probabilities": given, "score": given.get("true")}


def a_truth(random: Random, task: Task) -> str:
    return repr(random.choice([random.gauss(0, 5), 1e12])) if task is Task.REGRESSION else random.choice(CLASSES[task])


def brute(session: Session, project_id: int) -> dict[tuple[str, datetime], tuple[int, int]]:
    """By scope and hour, how many answers and how many truths."""
    found: dict[tuple[str, datetime], tuple[int, int]] = {}
    row = tables.Prediction
    for scope, at, truth in session.execute(
        sa.select(row.scope, row.predicted_at, row.truth).where(row.project_id == project_id)
    ):
        key = (scope, at.replace(minute=0, second=0, microsecond=0))
        n, labelled = found.get(key, (0, 0))
        found[key] = (n + 1, labelled + (truth is not None))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("task", Task)
def test_whatever_happens_the_sums_are_those_of_the_rows(store: str, member: Member, task: Task) -> None:
    random = Random(task.value)
    with transaction() as session:
        project_id, model_id = a_watched_model(session, task, MARCH)
        rule = [["distance", ">", 1]]
        session.add(tables.Segment(project_id=project_id, name="far", conditions=rule, created_by="", created_at=MARCH))
    moments = [PAST, MARCH, MARCH + timedelta(hours=1), MARCH + timedelta(days=3), FUTURE]
    ids: list[int] = []

    for _ in range(60):
        with transaction() as session:
            for _ in range(random.randrange(3)):
                ids += put(session, project_id, model_id, [an_answer(random, task, random.choice(moments))])
            for prediction_id in random.choices(ids, k=random.randrange(4)) if ids else ():
                tell(session, project_id, prediction_id, a_truth(random, task), FUTURE + timedelta(days=1))
            if ids and random.random() < 0.15:
                take_from_buckets(session, project_id, [ids.pop(random.randrange(len(ids)))])
            if random.random() < 0.5:
                fold_buckets(session, project_id, MARCH, random.choice([1, 2, 100]))
    count_up(project_id, 3)

    found = check_buckets(transaction, member, project_id, MARCH)
    assert found.wrong == ()
    assert found.sentence == f"All {found.buckets} buckets equal their rows."
    with reading() as session:
        kept = [one for one in stored_buckets(session, project_id, DAYS) if one.n and not one.segment]
        hours = {(one.scope, one.start): (one.n, one.labelled) for one in kept if one.grain == "hour"}
        assert hours == brute(session, project_id)
        assert {one.start for one in kept if one.grain == "day"} >= {datetime(1969, 12, 31, tzinfo=UTC)}
        before = {one[:5]: one[5:-1] for one in stored_buckets(session, project_id, DAYS) if one.n}
    rebuild_all(transaction, member, project_id, MARCH)
    with reading() as session:
        assert {one[:5]: one[5:-1] for one in stored_buckets(session, project_id, DAYS)} == before


@pytest.mark.slow
def test_many_additions_to_many_hours_are_all_kept(wards: tuple[int, int]) -> None:
    project_id, model_id = wards
    hours = [MARCH + timedelta(hours=i) for i in range(30)]

    for hour in (*hours, *hours):
        with transaction() as session:
            answered(session, project_id, model_id, hour, confused(1, 0, 2, 0))

    with reading() as session:
        (by_hour,) = bucket_series(session, [project_id], "global", Span("hour"))
        (by_day,) = bucket_series(session, [project_id], "global")
    assert by_hour.series.n.tolist() == by_hour.series.labelled.tolist() == [6] * 30
    assert by_day.series.n.sum() == 180
    days, hourly = by_day.series.total(), by_hour.series.total()
    assert days.cells is not None
    assert hourly.cells is not None
    assert np.array_equal(days.cells, hourly.cells)
    assert days.moments == pytest.approx(hourly.moments)


def test_what_is_counted_is_not_counted_again(wards: tuple[int, int], member: Member) -> None:
    project_id, model_id = wards
    with transaction() as session:
        answered(session, project_id, model_id, MARCH, confused(3, 1, 2, 4))

    with transaction() as session:
        assert fold_buckets(session, project_id, MARCH - timedelta(days=900)) == 0  # the clock jumped
    assert rebuild_all(transaction, member, project_id, MARCH) == 2

    with reading() as session:
        assert [row.n for row in session.scalars(sa.select(tables.Bucket))] == [10, 10]


def test_rows_that_a_crash_left_behind_are_counted_once(sqlite_store: str, member: Member) -> None:
    with transaction() as session:
        project_id, model_id = a_watched_model(session, Task.REGRESSION, MARCH)
        (one,) = put(session, project_id, model_id, [{"value": 1.0, "predicted_at": MARCH}])
        tell(session, project_id, one, "2.5", MARCH)
    with pytest.raises(RuntimeError, match="crash"), transaction() as session:
        assert fold_buckets(session, project_id, MARCH) == 2
        raise RuntimeError("crash")

    count_up(project_id)

    with reading() as session:
        (found,) = bucket_series(session, [project_id], "global")
        assert projects_behind(session) == []
    assert (found.series.n.tolist(), found.series.labelled.tolist()) == ([1], [1])


def test_a_truth_typed_wrong_and_corrected_ten_times_costs_no_digit(sqlite_store: str, member: Member) -> None:
    with transaction() as session:
        project_id, model_id = a_watched_model(session, Task.REGRESSION, MARCH)
        ids = put(session, project_id, model_id, [{"value": v, "predicted_at": MARCH} for v in (1.0, 2.0)])
        for prediction_id in ids:
            tell(session, project_id, prediction_id, "1.5", MARCH)
    count_up(project_id)

    for number in range(10):
        with transaction() as session:
            tell(session, project_id, ids[0], "1e15" if number % 2 == 0 else "1.5", MARCH)
        count_up(project_id)

    with reading() as session:
        (found,) = bucket_series(session, [project_id], "global")
    assert found.series.moments is not None
    assert found.series.moments[0, :3].tolist() == pytest.approx([1.0, 0.5, 0.125])
    assert check_buckets(transaction, member, project_id, MARCH).wrong == ()


def test_a_bucket_that_was_spoilt_is_found_and_counted_again(sqlite_store: str, member: Member) -> None:
    with transaction() as session:
        project_id, model_id = a_watched_model(session, Task.BINARY, MARCH)
        put(session, project_id, model_id, [{"label": "true", "score": 0.9, "predicted_at": MARCH}] * 3)
    count_up(project_id)
    with transaction() as session:
        session.execute(sa.update(tables.Bucket).where(tables.Bucket.grain == "hour").values(n=7))

    found = check_buckets(transaction, member, project_id, MARCH)

    assert [(one.grain, one.stored, one.counted) for one in found.wrong] == [("hour", 7, 3)]
    assert found.sentence == (
        "1 of 2 buckets differs from its rows, the first in the hour of 2026-03-01 00:00: count them again with "
        "'buckets rebuild'."
    )
    rebuild_all(transaction, member, project_id, MARCH)
    assert check_buckets(transaction, member, project_id, MARCH).wrong == ()


def test_the_id_of_a_deleted_answer_is_never_given_again(store: str, member: Member) -> None:
    answer = {"label": "true", "score": 0.9, "predicted_at": MARCH}
    with transaction() as session:
        project_id, model_id = a_watched_model(session, Task.BINARY, MARCH)
        first, second = put(session, project_id, model_id, [answer, answer])
        tell(session, project_id, second, "true", MARCH)
    count_up(project_id)

    with transaction() as session:
        take_from_buckets(session, project_id, [second])
        (third,) = put(session, project_id, model_id, [answer])
        assert third > second
        tell(session, project_id, third, "false", MARCH)
        fold_buckets(session, project_id, MARCH)
        take_from_buckets(session, project_id, [first])

    with reading() as session:
        (found,) = bucket_series(session, [project_id], "global")
    assert (found.series.n.tolist(), found.series.labelled.tolist()) == ([1], [1])
    assert check_buckets(transaction, member, project_id, MARCH).wrong == ()


@pytest.mark.slow
def test_of_writers_at_once_none_is_lost_and_none_counts_twice(store: str, member: Member) -> None:
    with transaction() as session:
        project_id, model_id = a_watched_model(session, Task.BINARY, MARCH)
    failures: list[BaseException] = []

    def write(seed: int) -> None:
        random = Random(seed)
        try:
            for _ in range(8):
                with transaction() as session:
                    ids = put(session, project_id, model_id, [an_answer(random, Task.BINARY, MARCH) for _ in range(5)])
                    tell(session, project_id, ids[0], "true", MARCH)
                    if seed % 2:
                        fold_buckets(session, project_id, MARCH)
                if seed == 0:
                    rebuild_all(transaction, member, project_id, MARCH)
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=write, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    count_up(project_id)
    assert check_buckets(transaction, member, project_id, MARCH).wrong == ()
    with reading() as session:
        days = [one for one in stored_buckets(session, project_id, DAYS) if one.grain == "day"]
    assert (sum(one.n for one in days), sum(one.labelled for one in days)) == (160, 32)


def test_the_worker_counts_what_imports_left_of_deleted_projects_too(sqlite_store: str, member: Member) -> None:
    with transaction() as session:
        made = [a_watched_model(session, task, MARCH) for task in (Task.BINARY, Task.REGRESSION)]
        for project_id, model_id in made:
            put(session, project_id, model_id, [{"label": "true", "value": 1.0, "predicted_at": MARCH}] * 3)
        delete_project(session, member, made[0][0], MARCH)
        assert projects_behind(session) == [project_id for project_id, _ in made]

    fold_all(a_job(JobKind.ANSWERS))

    with reading() as session:
        assert projects_behind(session) == []
        assert [[one.n for one in stored_buckets(session, p, DAYS)] for p, _ in made] == [[3, 3], [3, 3]]


def test_a_segment_made_later_counts_its_past_once(wards: tuple[int, int], member: Member) -> None:
    project_id, model_id = wards
    ages = [{"label": "yes", "features": {"age": age}, "predicted_at": MARCH} for age in (20, 50, 80)]
    with transaction() as session:
        put(session, project_id, model_id, ages)
    count_up(project_id)

    old = SegmentDraft("old", (Condition("age", Operator.GE, 50),))
    with transaction() as session:
        segment = create_segment(session, member, project_id, old, MARCH)
        put(session, project_id, model_id, ages)
        fold_buckets(session, project_id, MARCH)
    assert in_segment(project_id) == 2  # what came since

    count_segment(next_job(JobKind.SEGMENT))
    assert in_segment(project_id) == 4
    assert check_buckets(transaction, member, project_id, MARCH).wrong == ()

    with transaction() as session:
        delete_segment(session, member, segment.id, MARCH)
    assert in_segment(project_id) == 0
    older = SegmentDraft("old", (Condition("age", Operator.GE, 80),))
    with transaction() as session:
        create_segment(session, member, project_id, older, MARCH)
    count_segment(next_job(JobKind.SEGMENT))
    assert in_segment(project_id) == 2


def in_segment(project_id: int) -> int:
    with reading() as session:
        return sum(int(one.series.n.sum()) for one in bucket_series(session, [project_id], "global", segment="old"))
