"""The demo is offered once: whoever deleted it does not get it again."""

from datetime import datetime

from db.queries.projects import is_new
from db.session import reading, transaction
from mms.domain.members import Member
from mms.domain.projects import ProjectDraft, Task
from mms.usecases.projects import create_project, delete_project


def test_a_store_whose_only_project_was_deleted_is_not_new(store: str, member: Member, now: datetime) -> None:
    with reading() as session:
        assert is_new(session)
    with transaction() as session:
        project = create_project(session, member, ProjectDraft("Flights", Task.BINARY), now)

    with transaction() as session:
        delete_project(session, member, project.id, now)

    with reading() as session:
        assert not is_new(session)
