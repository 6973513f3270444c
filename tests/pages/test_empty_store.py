"""On an empty store every page says what to do, in sentences."""

import pytest

from db.session import transaction
from mms.domain.members import Member
from mms.domain.projects import ProjectDraft, Task
from mms.usecases.projects import create_project
from tests.conftest import NOW
from tests.pages.conftest import Open

MENU = ("health", "data", "train", "runs", "triggers", "projects", "admin")


@pytest.mark.parametrize("stem", MENU)
@pytest.mark.slow
def test_every_page_of_an_empty_store_draws_without_an_error(open_page: Open, stem: str) -> None:
    page = open_page(stem)

    assert not page.exception
    assert not page.error
    assert page.title[0].value == stem.capitalize()


def test_health_of_an_empty_store_teaches_how_to_begin(open_page: Open) -> None:
    page = open_page("health")

    assert page.markdown[0].value == "There is no project yet."
    assert "one CSV or Parquet file" in page.markdown[1].value


@pytest.mark.parametrize(
    ("tab", "words", "leads"),
    [
        ("Rows", "once it is said what to learn from", "Instance table"),
        ("Instance table", "Load a table first", "Tables"),
        ("Snapshots", "A snapshot freezes the instance table", "Instance table"),
        ("Structure", "Structure is looked for in a snapshot", "Snapshots"),
    ],
)
@pytest.mark.slow
def test_each_tab_of_a_project_without_data_leads_to_the_step_before_it(
    admin: Member, open_page: Open, tab: str, words: str, leads: str
) -> None:
    with transaction() as session:
        create_project(session, admin, ProjectDraft("Empty", Task.BINARY), NOW)

    page = open_page("data", tab=tab)

    assert not page.exception
    assert any(words in one.value for one in page.markdown)
    page.button(key=f"open_{leads}").click().run()
    assert page.session_state["tab"] == leads
    assert not any(words in one.value for one in page.markdown)


def test_the_first_table_is_asked_for_as_such(admin: Member, open_page: Open) -> None:
    with transaction() as session:
        create_project(session, admin, ProjectDraft("Empty", Task.BINARY), NOW)

    page = open_page("data")

    assert [one.label for one in page.expander] == ["Load the first table"]
    assert page.caption[0].value.startswith("One row for each case, with the column to predict")


@pytest.mark.parametrize(
    ("stem", "query", "leads"),
    [
        *((stem, {"project": "99"}, "All projects") for stem in ("data", "decay", "predict", "models")),
        ("model", {"id": "x"}, "All models"),
        ("what_if", {"model": "99"}, "All models"),
        ("gallery", {"model": "99"}, "All models"),
        ("gallery", {"snapshot": "99"}, "All data"),
        ("ensemble", {"ids": "98,99"}, "All models"),
    ],
)
@pytest.mark.slow
def test_an_address_of_nothing_says_so_and_leads_on(
    open_page: Open, stem: str, query: dict[str, str], leads: str
) -> None:
    page = open_page(stem, **query)

    assert not page.exception
    assert len(page.error) == 1
    assert leads in [link.label for link in page.get("page_link")]
