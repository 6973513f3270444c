"""Projects and members: made, renamed, hidden, deleted."""

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from db.queries.jobs import get_job
from db.queries.members import find_member
from db.queries.projects import get_project, get_project_named, projects
from db.session import engine, reading, transaction
from mms.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mms.domain.jobs import JobDraft, JobKind, JobState
from mms.domain.members import LOCAL_MEMBER, Member, Role
from mms.domain.projects import Policy, ProjectChanges, ProjectDraft, PromotionPolicy, Task
from mms.domain.tables import FileProject, TableSource
from mms.usecases.jobs import enqueue
from mms.usecases.members import ensure_local_admin, rename_member
from mms.usecases.projects import archive_project, create_project, delete_project, edit_project, unarchive_project
from mms.usecases.tables import load_table, project_from_file


def made(member: Member, now: datetime, name: str = "delays") -> int:
    with transaction() as session:
        return create_project(session, member, ProjectDraft(name, Task.BINARY), now).id


def test_a_project_is_found_by_name_and_by_id(member: Member, now: datetime) -> None:
    project_id = made(member, now)

    with reading() as session:
        assert get_project_named(session, member, "delays") == get_project_named(session, member, str(project_id))
        with pytest.raises(NotFound, match="no project 'other'"):
            get_project_named(session, member, "other")


def test_a_live_name_is_taken_once(member: Member, now: datetime) -> None:
    made(member, now)

    with pytest.raises(Conflict, match="named 'delays' is there already"):
        made(member, now, " delays ")


def test_edits_change_only_what_is_given(member: Member, now: datetime) -> None:
    project_id = made(member, now)
    policy = Policy(0.05, PromotionPolicy.NEVER, 30)

    with transaction() as session:
        edit_project(session, member, project_id, ProjectChanges(primary_metric="roc_auc", policy=policy))

    with reading() as session:
        project = get_project(session, member, project_id)
    assert (project.name, project.primary_metric, project.policy) == ("delays", "roc_auc", policy)
    with pytest.raises(Invalid, match="'rmse' is no metric"), transaction() as session:
        edit_project(session, member, project_id, ProjectChanges(primary_metric="rmse"))


def test_a_positive_class_may_be_named_and_corrected_while_nothing_was_made_with_it(
    member: Member, now: datetime
) -> None:
    with transaction() as session:
        flights, prices = (
            create_project(session, member, ProjectDraft(name, task), now).id
            for name, task in (("Flights", Task.BINARY), ("Prices", Task.REGRESSION))
        )
        named = edit_project(session, member, flights, ProjectChanges(positive_class="late"))
        again = edit_project(session, member, flights, ProjectChanges(positive_class=" early "))

        assert (named.positive_class, again.positive_class) == ("late", "early")
        for lost in ("", "  ", "\x07"):
            with pytest.raises(Invalid, match="A positive class's name has 1 to 80 printable characters"):
                edit_project(session, member, flights, ProjectChanges(positive_class=lost))
            with pytest.raises(Invalid, match="A positive class's name has 1 to 80 printable characters"):
                create_project(session, member, ProjectDraft("Empty", Task.BINARY, positive_class=lost), now)
        with pytest.raises(Invalid, match="Only a binary project has a positive class"):
            edit_project(session, member, prices, ProjectChanges(positive_class="late"))


def test_a_positive_class_is_one_of_a_declared_target(tmp_path: Path, member: Member, now: datetime) -> None:
    file = tmp_path / "t.csv"
    file.write_text("id,x,late\n1,2,yes\n2,3,no\n3,4,no\n")
    with transaction() as session:
        project = project_from_file(session, member, FileProject("Flights", file, "late"), now)
        with pytest.raises(Invalid, match="'yse' is no class of 'late'; its classes are no and yes"):
            edit_project(session, member, project.id, ProjectChanges(positive_class="yse"))

        assert project.positive_class == "yes"
        corrected = edit_project(session, member, project.id, ProjectChanges(positive_class="no"))
        assert corrected.positive_class == "no"


def test_an_archived_project_is_hidden_and_comes_back(member: Member, now: datetime) -> None:
    project_id = made(member, now)

    with transaction() as session:
        archive_project(session, member, project_id, now)
        assert projects(session, member) == []
        assert [p.id for p in projects(session, member, archived=True)] == [project_id]
        unarchive_project(session, member, project_id)
        assert [p.id for p in projects(session, member)] == [project_id]


def test_a_deleted_project_frees_its_name_stops_its_jobs_and_drops_its_tables(
    tmp_path: Path, member: Member, now: datetime
) -> None:
    project_id = made(member, now)
    (tmp_path / "t.csv").write_text("id,x\n1,2\n")
    with transaction() as session:
        table = load_table(session, member, project_id, TableSource("t", tmp_path / "t.csv", ("id",)), now)
        job = enqueue(session, JobDraft(JobKind.RUN, {"run_id": 1}, project_id), now)

    with transaction() as session:
        delete_project(session, member, project_id, now)

    assert job is not None
    with reading() as session:
        assert get_job(session, job).state is JobState.CANCELLED
        with pytest.raises(NotFound, match="deleted or never made"):
            get_project(session, member, project_id)
    assert not sa.inspect(engine()).has_table(table.physical)
    assert made(member, now) != project_id


def test_a_viewer_makes_no_project(member: Member, now: datetime) -> None:
    viewer = Member(member.id, "eve", "Eve", frozenset({Role.VIEWER}))

    with pytest.raises(Forbidden, match="Eve may not train"):
        made(viewer, now)


def test_the_local_administrator_is_made_once_and_may_be_renamed(store: str, now: datetime) -> None:
    with transaction() as session:
        first = ensure_local_admin(session, now)
        renamed = rename_member(session, first, " Grace Hopper ")
        again = ensure_local_admin(session, now)

    assert again == renamed
    with reading() as session:
        assert find_member(session, LOCAL_MEMBER) == renamed
    assert first.id == renamed.id
    assert renamed.display_name == "Grace Hopper"
    assert renamed.roles == {Role.ADMIN}
