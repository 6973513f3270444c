"""The minute's look at the triggers of every project: fires those that are due, each by its project's own present."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from db.queries.jobs import log_lines
from db.queries.runs import runs
from db.queries.triggers import firings
from db.session import reading, transaction
from mms.domain.jobs import JobDraft, JobKind
from mms.domain.members import Member
from mms.domain.promotions import Seating
from mms.domain.triggers import TriggerKind, draft_of
from mms.usecases.jobs import JobContext, claim, enqueue, finish
from mms.usecases.projects import archive_project, set_clock
from mms.usecases.promotions import promote
from mms.usecases.triggers import create_trigger
from mms.worker.handlers import check_all_triggers
from tests.wards import MARCH, a_model, a_snapshot, a_world


@pytest.fixture
def project(store: str, member: Member, now: datetime, tmp_path: Path) -> int:
    """Wards with a champion since March, to be retrained when it is 30 days old."""
    project_id = a_world(tmp_path, member, now)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, now), 1, now)
        promote(session, member, Seating(model_id, "the first one"), MARCH)
        create_trigger(session, member, project_id, draft_of(TriggerKind.TIME, 30), MARCH)
    return project_id


def looked(project: int, at: datetime) -> tuple[int, list[str]]:
    """How many retrainings there are after a look, and what the look logged."""
    with transaction() as session:
        enqueue(session, JobDraft(JobKind.CHECK_TRIGGERS, {}, priority=1), MARCH)
    with transaction() as session:
        job = claim(session, "test", at)
    assert job is not None
    assert job.kind is JobKind.CHECK_TRIGGERS
    check_all_triggers(JobContext(job, transaction, lambda: at))
    with transaction() as session:
        finish(session, job.id, job.attempt, at)
    with reading() as session:
        return len(runs(session, project)) - 1, [line.message for line in log_lines(session, job.id)]


def test_a_trigger_that_is_due_fires_once(project: int) -> None:
    early = looked(project, MARCH + timedelta(days=10))
    due = looked(project, MARCH + timedelta(days=31))
    again = looked(project, MARCH + timedelta(days=32))

    assert early == (0, [])
    assert due == (1, ["A trigger of 'Wards' fired and launched run 2."])
    assert again == (1, [])
    with reading() as session:
        (firing,) = firings(session, project)
    assert firing.fired_at == MARCH + timedelta(days=31)


def test_a_project_that_lives_in_the_past_fires_by_its_own_clock(project: int, member: Member) -> None:
    real = MARCH + timedelta(days=400)
    with transaction() as session:
        set_clock(session, member, project, MARCH + timedelta(days=10))
    early = looked(project, real)
    with transaction() as session:
        set_clock(session, member, project, MARCH + timedelta(days=31))

    assert early[0] == 0
    assert looked(project, real)[0] == 1


def test_an_archived_project_rests(project: int, member: Member) -> None:
    with transaction() as session:
        archive_project(session, member, project, MARCH)

    assert looked(project, MARCH + timedelta(days=31)) == (0, [])
