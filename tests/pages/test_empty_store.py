"""On an empty store every page says what to do, in sentences."""

import pytest

from tests.pages.conftest import Open

MENU = ("health", "data", "train", "runs", "triggers", "projects", "admin")


@pytest.mark.parametrize("stem", MENU)
def test_every_page_of_an_empty_store_draws_without_an_error(open_page: Open, stem: str) -> None:
    page = open_page(stem)

    assert not page.exception
    assert not page.error
    assert page.title[0].value == stem.capitalize()


def test_health_of_an_empty_store_teaches_how_to_begin(open_page: Open) -> None:
    page = open_page("health")

    assert page.markdown[0].value == "There is no project yet."
    assert "one CSV or Parquet file" in page.markdown[1].value
