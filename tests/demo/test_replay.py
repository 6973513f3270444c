"""The replay as a job: a month a job, a checkpoint a day, on both databases."""

from datetime import UTC, datetime
from time import monotonic

import pytest

from db import models as tables
from db.session import transaction
from mms.demo.replay import replay_job
from mms.domain.errors import Conflict
from mms.domain.jobs import Job, JobDraft, JobKind
from mms.domain.members import Member
from mms.domain.projects import ProjectDraft, Task
from mms.usecases.jobs import JobContext, claim, enqueue
from mms.usecases.projects import create_project

APRIL = datetime(2013, 4, 1, tzinfo=UTC)


def a_replay(member: Member, now: datetime) -> tuple[Job, int]:
    """A claimed job that plays April of a project in which nobody answers."""
    with transaction() as session:
        draft = ProjectDraft("flights", Task.BINARY, is_demo=True, clock=APRIL)
        project_id = create_project(session, member, draft, now).id
        arguments = {"project_id": project_id, "months": 2, "every_flight": False, "member": member.name}
        enqueue(session, JobDraft(JobKind.DEMO_REPLAY, arguments, project_id), now)
    with transaction() as session:
        job = claim(session, "one", now)
    assert job is not None
    return job, project_id


def test_a_replay_never_holds_two_transactions_at_once(member: Member, now: datetime) -> None:
    job, _ = a_replay(member, now)
    started = monotonic()

    with pytest.raises(Conflict, match="no champion to answer"):
        replay_job(JobContext(job, transaction, lambda: now))

    assert monotonic() - started < 20  # a second writer would wait for the first for 30 seconds


def test_a_replay_whose_days_are_all_played_queues_the_month_after(member: Member, now: datetime) -> None:
    job, project_id = a_replay(member, now)
    with transaction() as session:
        session.get_one(tables.Project, project_id).clock = datetime(2013, 5, 1, tzinfo=UTC)
        session.add_all(
            tables.JobStep(job_id=job.id, key=f"2013-04-{day:02}", attempt=1, at=now) for day in range(1, 31)
        )

    replay_job(JobContext(job, transaction, lambda: now))

    with transaction() as session:
        after = session.get_one(tables.Job, job.id + 1)
        assert (after.kind, after.arguments["months"]) == (JobKind.DEMO_REPLAY.value, 1)
