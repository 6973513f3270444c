"""The queue keeps its promises on both databases: one holder at a time, nothing recorded twice, nothing lost."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.jobs import get_job, jobs, log_lines, seconds_left_of
from db.session import reading, transaction
from mms.domain.errors import Cancelled, Conflict, Forbidden, Invalid, Lost, NotFound
from mms.domain.jobs import Job, JobDraft, JobKind, JobState, Progress, Schedule
from mms.domain.members import Member
from mms.usecases.jobs import (
    JobContext,
    cancel_job,
    claim,
    enqueue,
    fail,
    finish,
    mark_cancelled,
    release,
    renew,
    retry_job,
)
from mms.usecases.schedules import ensure_schedule, tick

PAST = datetime(2020, 1, 1, tzinfo=UTC)
EVERY_MINUTE = Schedule("look", JobKind.CHECK_TRIGGERS, {}, "* * * * *")


def queued(now: datetime, **values: object) -> int:
    with transaction() as session:
        job_id = enqueue(session, JobDraft(JobKind.RUN, {"run_id": 1}, **values), now)
    assert job_id is not None
    return job_id


def claimed(now: datetime, worker: str = "one") -> Job:
    with transaction() as session:
        job = claim(session, worker, now)
    assert job is not None
    return job


def nothing_to_claim(now: datetime) -> bool:
    with transaction() as session:
        return claim(session, "any", now) is None


def let_the_lease_run_out(job_id: int) -> None:
    with transaction() as session:
        session.get_one(tables.Job, job_id).lease_until = PAST


def make_due(job_id: int) -> None:
    with transaction() as session:
        session.get_one(tables.Job, job_id).run_after = PAST


def state_of(job_id: int) -> JobState:
    with reading() as session:
        return get_job(session, job_id).state


def context_of(job: Job, now: datetime) -> JobContext:
    return JobContext(job, transaction, lambda: now)


def test_jobs_are_claimed_by_priority_then_age(store: str, now: datetime) -> None:
    low, first, second = queued(now, priority=-1), queued(now), queued(now)

    order = [claimed(now).id for _ in range(3)]

    assert order == [first, second, low]
    assert nothing_to_claim(now)


def test_a_dedupe_key_is_queued_once_for_ever(store: str, now: datetime) -> None:
    job_id = queued(now, dedupe_key="noon")
    with transaction() as session:
        finish(session, job_id, claimed(now).attempt, now)

    with transaction() as session:
        again = enqueue(session, JobDraft(JobKind.RUN, {}, dedupe_key="noon"), now)

    assert again is None


def test_a_rolled_back_transaction_queues_nothing(store: str, now: datetime) -> None:
    with pytest.raises(RuntimeError), transaction() as session:
        enqueue(session, JobDraft(JobKind.RUN, {}), now)
        raise RuntimeError

    assert nothing_to_claim(now)


def test_two_claimers_never_get_the_same_job(store: str, now: datetime) -> None:
    queued(now)
    claimed(now, "one")

    assert nothing_to_claim(now)


def test_a_lease_that_ran_out_passes_the_job_on_and_fences_the_holder_before(store: str, now: datetime) -> None:
    queued(now)
    lost = claimed(now, "one")
    let_the_lease_run_out(lost.id)

    held = claimed(now, "two")

    assert (held.id, held.attempt, held.failures) == (lost.id, lost.attempt + 1, 0)
    with pytest.raises(Lost), transaction() as session:
        renew(session, lost.id, lost.attempt, now)
    with pytest.raises(Lost), transaction() as session:
        finish(session, lost.id, lost.attempt, now)
    with pytest.raises(Lost):
        context_of(lost, now).save("1", Progress(1, 2), lambda session: queue_in(session, now))
    with reading() as session:
        assert len(jobs(session)) == 1


def queue_in(session: sa.orm.Session, now: datetime) -> None:
    enqueue(session, JobDraft(JobKind.PICTURES, {}), now)


def test_a_renewed_lease_is_not_claimed(store: str, now: datetime) -> None:
    queued(now)
    job = claimed(now)
    let_the_lease_run_out(job.id)
    with transaction() as session:
        stop = renew(session, job.id, job.attempt, now)

    assert not stop
    assert nothing_to_claim(now)


def test_a_step_and_what_it_wrote_are_one(store: str, now: datetime) -> None:
    queued(now)
    context = context_of(claimed(now), now)

    context.save("1", Progress(1, 3, "one"), lambda session: queue_in(session, now))
    with pytest.raises(ZeroDivisionError):
        context.save("2", Progress(2, 3, "two"), lambda session: 1 / 0)

    assert context.done() == {"1"}
    with reading() as session:
        assert get_job(session, context.job.id).progress == Progress(1, 3, "one")
        assert len(jobs(session)) == 2


def test_a_step_may_log_inside_its_own_transaction(store: str, now: datetime) -> None:
    queued(now)
    context = context_of(claimed(now), now)

    context.log("before")
    context.save("1", Progress(1, 1), lambda session: context.log("inside", "warning"))

    with reading() as session:
        assert [(line.level, line.message) for line in log_lines(session, context.job.id)] == [
            ("info", "before"),
            ("warning", "inside"),
        ]


def test_a_job_that_raises_is_tried_three_times(store: str, now: datetime) -> None:
    job_id = queued(now)
    states = []
    for _ in range(3):
        make_due(job_id)
        job = claimed(now)
        with transaction() as session:
            fail(session, job.id, job.attempt, "It broke.", now, retry=True)
        states.append(state_of(job_id))

    assert states == [JobState.QUEUED, JobState.QUEUED, JobState.FAILED]
    with reading() as session:
        assert get_job(session, job_id).error == "It broke."


def test_a_job_that_gets_further_each_time_it_fails_is_tried_on(store: str, now: datetime) -> None:
    job_id = queued(now)
    for i in range(5):
        make_due(job_id)
        job = claimed(now)
        context_of(job, now).save(f"step {i}", Progress(i, 5))
        with transaction() as session:
            fail(session, job.id, job.attempt, "It broke.", now, retry=True)

    assert state_of(job_id) is JobState.QUEUED


def test_a_refusal_is_not_tried_again(store: str, now: datetime) -> None:
    queued(now)
    job = claimed(now)

    with transaction() as session:
        fail(session, job.id, job.attempt, "The input is wrong.", now, retry=False)

    assert state_of(job.id) is JobState.FAILED


def test_a_released_job_waits_again_and_has_not_failed(store: str, now: datetime) -> None:
    queued(now)
    job = claimed(now)

    with transaction() as session:
        release(session, job.id, job.attempt, "The store was away.", now)

    make_due(job.id)
    again = claimed(now)
    assert (again.id, again.failures) == (job.id, 0)


def test_what_stopped_a_job_is_in_its_log_and_no_error_once_it_runs_again(store: str, now: datetime) -> None:
    queued(now)
    job = claimed(now)
    with transaction() as session:
        release(session, job.id, job.attempt, "The worker was stopped.", now)
    make_due(job.id)

    claimed(now)

    with reading() as session:
        assert get_job(session, job.id).error is None
        assert [line.message for line in log_lines(session, job.id)] == ["The worker was stopped."]


def test_a_queued_job_is_cancelled_at_once(store: str, member: Member, now: datetime) -> None:
    job_id = queued(now)

    with transaction() as session:
        cancel_job(session, member, job_id, now)

    assert state_of(job_id) is JobState.CANCELLED
    assert nothing_to_claim(now)


def test_a_running_job_learns_that_it_shall_stop(store: str, member: Member, now: datetime) -> None:
    queued(now)
    job = claimed(now)
    with transaction() as session:
        cancel_job(session, member, job.id, now)

    with transaction() as session:
        assert renew(session, job.id, job.attempt, now)
    with pytest.raises(Cancelled):
        context_of(job, now).save("1", Progress(1, 1))
    with transaction() as session:
        mark_cancelled(session, job.id, job.attempt, now)

    assert state_of(job.id) is JobState.CANCELLED


def test_a_job_to_stop_whose_worker_is_gone_is_cancelled_by_the_next(store: str, member: Member, now: datetime) -> None:
    queued(now)
    job = claimed(now)
    with transaction() as session:
        cancel_job(session, member, job.id, now)
    let_the_lease_run_out(job.id)

    assert nothing_to_claim(now)
    assert state_of(job.id) is JobState.CANCELLED


def test_a_wish_to_stop_outlives_a_failure_and_the_end_of_the_worker(store: str, member: Member, now: datetime) -> None:
    failed, released = queued(now), queued(now)
    one, other = claimed(now), claimed(now)
    with transaction() as session:
        cancel_job(session, member, one.id, now)
        cancel_job(session, member, other.id, now)

    with transaction() as session:
        fail(session, one.id, one.attempt, "It broke.", now, retry=True)
        release(session, other.id, other.attempt, "The worker was stopped.", now)

    assert [state_of(job_id) for job_id in (failed, released)] == [JobState.CANCELLED] * 2


@pytest.mark.slow
def test_a_cancelled_job_runs_again_behind_its_finished_steps(store: str, member: Member, now: datetime) -> None:
    queued(now)
    job = claimed(now)
    context_of(job, now).save("1", Progress(1, 2))
    with transaction() as session:
        cancel_job(session, member, job.id, now)
        mark_cancelled(session, job.id, job.attempt, now)

    with transaction() as session:
        retry_job(session, member, job.id, now)

    make_due(job.id)
    assert context_of(claimed(now), now).done() == {"1"}


def test_what_is_over_cannot_be_stopped_and_what_goes_well_not_run_again(
    store: str, member: Member, now: datetime
) -> None:
    queued(now)
    job = claimed(now)
    with pytest.raises(Conflict, match="only a failed or cancelled job"), transaction() as session:
        retry_job(session, member, job.id, now)
    with transaction() as session:
        finish(session, job.id, job.attempt, now)

    with pytest.raises(Conflict, match="nothing to stop"), transaction() as session:
        cancel_job(session, member, job.id, now)
    with pytest.raises(NotFound), transaction() as session:
        cancel_job(session, member, 99, now)


def test_who_may_not_train_may_not_stop(store: str, now: datetime) -> None:
    job_id = queued(now)

    with pytest.raises(Forbidden), transaction() as session:
        cancel_job(session, Member(9, "eve", "Eve"), job_id, now)

    assert state_of(job_id) is JobState.QUEUED


def test_time_left_counts_the_pace_of_this_attempt_only(store: str, now: datetime) -> None:
    queued(now, total=10)
    context_of(claimed(now), now).save("1", Progress(4, 10))
    with transaction() as session:
        session.execute(sa.update(tables.Job).values(lease_until=PAST))
    resumed = claimed(now + timedelta(hours=1))

    context_of(resumed, now + timedelta(hours=1, seconds=10)).save("2", Progress(6, 10))

    with reading() as session:
        assert seconds_left_of(session.get_one(tables.Job, resumed.id)) == pytest.approx(20)


def due_schedule(now: datetime) -> None:
    with transaction() as session:
        ensure_schedule(session, EVERY_MINUTE, now)
        session.get_one(tables.Schedule, "look").next_run = PAST


def test_missed_ticks_coalesce_into_one_job(store: str, now: datetime) -> None:
    due_schedule(now)

    with transaction() as session:
        first, second = tick(session, now), tick(session, now)

    assert (len(first), second) == (1, [])
    assert claimed(now).kind is JobKind.CHECK_TRIGGERS


def test_a_tick_whose_job_still_waits_adds_none(store: str, now: datetime) -> None:
    due_schedule(now)
    with transaction() as session:
        tick(session, now)
        session.get_one(tables.Schedule, "look").next_run = PAST + timedelta(minutes=1)

    with transaction() as session:
        assert tick(session, now) == []


def test_a_schedule_that_is_stored_again_keeps_its_next_tick(store: str, now: datetime) -> None:
    due_schedule(now)

    with transaction() as session:
        ensure_schedule(session, EVERY_MINUTE, now)

    with reading() as session:
        assert session.get_one(tables.Schedule, "look").next_run == PAST


def test_a_cron_that_means_nothing_is_refused(store: str, now: datetime) -> None:
    with pytest.raises(Invalid, match="no cron expression"), transaction() as session:
        ensure_schedule(session, Schedule("bad", JobKind.RUN, {}, "every day"), now)
