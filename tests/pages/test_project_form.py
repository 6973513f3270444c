"""The form of a project: what was mistyped is corrected there, what cannot be is refused in one sentence."""

import pytest

from db.queries.projects import get_project
from db.session import reading, transaction
from mms.domain.members import Member
from mms.domain.projects import ProjectDraft, Task
from mms.usecases.projects import create_project
from tests.conftest import NOW
from tests.pages.conftest import Open


@pytest.mark.slow
def test_a_mistyped_positive_class_is_corrected_and_not_emptied(admin: Member, open_page: Open) -> None:
    with transaction() as session:
        own = create_project(session, admin, ProjectDraft("Flights", Task.BINARY, positive_class="lare"), NOW).id
    page = open_page("projects")

    assert page.text_input(key=f"positive_{own}").value == "lare"
    page.text_input(key=f"positive_{own}").set_value("")
    page.button(key=f"save_{own}").click().run()
    assert page.error[0].value.startswith("A positive class's name has 1 to 80 printable characters")
    page.text_input(key=f"positive_{own}").set_value("late")
    page.button(key=f"save_{own}").click().run()

    assert not page.error
    with reading() as session:
        assert get_project(session, admin, own).positive_class == "late"
