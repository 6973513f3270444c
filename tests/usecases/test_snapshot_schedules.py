"""Snapshots on a schedule: taken when their time comes, once for all that was missed, each by its project's present."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.queries.projects import get_project
from db.queries.snapshot_schedules import snapshot_schedules
from db.queries.snapshots import snapshots
from db.session import reading, transaction
from mms.domain.errors import Invalid, NotFound
from mms.domain.jobs import JobDraft, JobKind
from mms.domain.members import Member
from mms.domain.projects import Project, ProjectDraft, Task
from mms.domain.snapshot_schedules import ScheduleChanges, ScheduleDraft, SnapshotSchedule
from mms.domain.snapshots import Extent, Selection
from mms.usecases.jobs import JobContext, claim, enqueue, finish
from mms.usecases.projects import create_project, set_clock
from mms.usecases.snapshot_schedules import create_schedule, delete_schedule, edit_schedule, take_due_snapshots
from tests.trained import a_project

MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
NIGHTLY = ScheduleDraft("0 2 * * *", "Europe/Berlin")
DAY = timedelta(days=1)


@pytest.fixture
def project(store: str, member: Member, tmp_path: Path) -> Project:
    """Points in a plane."""
    return a_project(member, tmp_path, MARCH)


def made(member: Member, project: Project, draft: ScheduleDraft = NIGHTLY) -> int:
    with transaction() as session:
        return create_schedule(session, member, project.id, draft, MARCH)


def looked(project: Project, at: datetime) -> SnapshotSchedule:
    """The schedule after a look."""
    with transaction() as session:
        enqueue(session, JobDraft(JobKind.SNAPSHOTS, {}, priority=1), MARCH)
    with transaction() as session:
        job = claim(session, "test", at)
    assert job is not None
    take_due_snapshots(JobContext(job, transaction, lambda: at))
    with transaction() as session:
        finish(session, job.id, job.attempt, at)
    with reading() as session:
        return snapshot_schedules(session, project.id)[0]


def taken(project: Project) -> int:
    with reading() as session:
        return len(snapshots(session, project.id))


def test_a_schedule_says_which_rows_it_takes_and_when(project: Project, member: Member) -> None:
    for extent, amount in ((Extent.ALL, None), (Extent.LAST_DAYS, 90), (Extent.LAST_ROWS, 10_000)):
        made(member, project, replace(NIGHTLY, selection=Selection(extent, amount)))

    with reading() as session:
        words = [one.words.rpartition(", every")[0] for one in snapshot_schedules(session, project.id)]

    assert sorted(words) == ["all rows", "the last 10,000 rows", "the last 90 days"]


def test_what_is_due_is_taken_once_and_missed_nights_count_as_one(project: Project, member: Member) -> None:
    made(member, project)

    early = looked(project, MARCH)
    first = looked(project, MARCH + 3 * DAY)
    again = looked(project, MARCH + 3 * DAY)
    second = looked(project, MARCH + 4 * DAY)

    assert (early.outcome, early.next_at) == (None, datetime(2026, 3, 2, 1, tzinfo=UTC))
    assert (first.outcome or "").startswith("took snapshot 1")
    assert (first.next_at, again) == (datetime(2026, 3, 5, 1, tzinfo=UTC), first)
    assert (second.outcome or "").startswith("nothing new since snapshot 1")
    assert second.next_at == datetime(2026, 3, 6, 1, tzinfo=UTC)
    assert taken(project) == 1


def test_a_clock_that_ran_ahead_and_was_set_back_stops_no_schedule(project: Project, member: Member) -> None:
    made(member, project)

    ahead, back = looked(project, MARCH + 3000 * DAY), looked(project, MARCH)

    assert ahead.next_at > MARCH + 3000 * DAY
    assert back.next_at == datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.mark.slow
def test_a_schedule_goes_by_the_projects_present_and_rests_while_it_is_off(project: Project, member: Member) -> None:
    schedule = made(member, project)
    with transaction() as session:
        set_clock(session, member, project.id, MARCH + timedelta(hours=1))
    replaying = looked(project, MARCH + 300 * DAY)
    with transaction() as session:
        edit_schedule(session, member, schedule, ScheduleChanges(enabled=False), MARCH)
        set_clock(session, member, project.id, MARCH + 9 * DAY)
    off = looked(project, MARCH)

    assert (replaying.outcome, off.outcome, taken(project)) == (None, None, 0)


@pytest.mark.slow
def test_what_cannot_be_taken_says_why_and_is_tried_the_next_time(project: Project, member: Member) -> None:
    made(member, project, ScheduleDraft("0 2 * * *", selection=Selection(Extent.LAST_ROWS, 3)))

    refused = looked(project, MARCH + DAY)

    assert (refused.outcome or "").startswith("took nothing: ")
    assert (refused.next_at, refused.last_snapshot_id) == (datetime(2026, 3, 3, 2, tzinfo=UTC), None)


def test_a_schedule_that_never_comes_or_has_no_rows_is_refused(project: Project, member: Member) -> None:
    with transaction() as session:
        empty = create_project(session, member, ProjectDraft("Empty", Task.BINARY, positive_class="yes"), MARCH)
        with pytest.raises(Invalid, match="never comes"):
            create_schedule(session, member, project.id, ScheduleDraft("0 0 31 2 *"), MARCH)
        with pytest.raises(NotFound):
            create_schedule(session, member, empty.id, NIGHTLY, MARCH)
        schedule = create_schedule(session, member, project.id, NIGHTLY, MARCH)
        delete_schedule(session, member, schedule, MARCH)
        with pytest.raises(NotFound, match="There is no schedule"):
            edit_schedule(session, member, schedule, ScheduleChanges(zone="UTC"), MARCH)
    with reading() as session:
        assert snapshot_schedules(session, get_project(session, member, project.id).id) == []
