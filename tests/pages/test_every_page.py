"""What all pages keep: they are drawn while somebody writes, and a wrong address gets one sentence."""

import pytest

from db.models import Member as MemberRow
from db.session import transaction
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage

PAGES = (
    "health",
    "alerts",
    "activity",
    "find",
    "projects",
    "data",
    "train",
    "recipe",
    "runs",
    "models",
    "champions",
    "predict",
    "decay",
    "triggers",
    "admin",
)


def query_of(stem: str, stage: Stage) -> dict[str, object]:
    return {"project": stage.project.id} if stem not in ("health", "admin") else {}


@pytest.mark.parametrize("stem", PAGES)
@pytest.mark.slow
def test_a_page_is_drawn_while_somebody_writes(stem: str, stage: Stage, open_staged: Open) -> None:
    with transaction() as session:
        session.add(MemberRow(name="writer", display_name="A slow writer", roles=[], created_at=NOW))
        session.flush()

        page = open_staged(stem, **query_of(stem, stage))

    assert not page.exception
    assert not page.error
    assert page.title[0].value


@pytest.mark.parametrize(
    ("stem", "query"),
    [
        ("model", {"id": 999_999}),
        ("model", {"id": "seven"}),
        ("compare", {"ids": "1,999999"}),
        ("compare", {"ids": "1,x"}),
        ("runs", {"run": 999_999}),
        ("runs", {"run": "-1"}),
        ("predict", {"asked": 999_999}),
        ("train", {"again": 999_999}),
        ("train", {"model": 999_999}),
        ("train", {"triple": 999_999}),
        ("recipe", {"recipe": 999_999}),
        ("data", {"project": 999_999}),
    ],
)
@pytest.mark.slow
def test_an_address_that_names_nothing_gets_one_sentence(
    stem: str, query: dict[str, object], open_staged: Open
) -> None:
    page = open_staged(stem, **query)

    assert not page.exception
    told = [*page.error, *page.info, *page.warning]
    assert told
    assert all(box.value.endswith((".", ")")) for box in told)
