"""Without a project, and with a project without models, the pages about models say what to do."""

import pytest

from db.session import transaction
from mms.domain.members import Member
from mms.domain.projects import ProjectDraft, Task
from mms.usecases.projects import create_project
from tests.conftest import NOW
from tests.pages.conftest import Open

STEMS = ("models", "champions", "predict", "decay")


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.slow
def test_without_a_project_the_page_says_how_to_begin(open_page: Open, stem: str) -> None:
    page = open_page(stem)

    assert not page.exception
    assert page.info[0].value.startswith("There is no project yet.")


@pytest.mark.parametrize(
    ("stem", "words"),
    [
        ("models", "No models yet."),
        ("champions", "No models yet: a champion is one of them."),
        ("predict", "Nobody answers yet"),
        ("decay", "No predictions yet. Decay shows when feedback arrives"),
    ],
)
@pytest.mark.slow
def test_without_models_the_page_says_what_comes_first(open_page: Open, admin: Member, stem: str, words: str) -> None:
    with transaction() as session:
        create_project(session, admin, ProjectDraft("Flights", Task.BINARY, positive_class="late"), NOW)

    page = open_page(stem)

    assert not page.exception
    assert not page.error
    assert page.info[0].value.startswith(words)
