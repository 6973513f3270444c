"""A view is kept under a name, for oneself or for everybody."""

from datetime import datetime, timedelta

import pytest

from db.queries.views import saved_views
from db.session import reading, transaction
from mms.domain.errors import Conflict, Forbidden, Invalid, MmsError, NotFound
from mms.domain.members import Member, Role
from mms.domain.views import MOST_VIEWS, ViewDraft, ViewPage
from mms.usecases.views import delete_view, save_view
from tests import rows

BOB = Member(9, "bob", "Bob", frozenset({Role.SCIENTIST}))
VIC = Member(10, "vic", "Vic", frozenset({Role.VIEWER}))


@pytest.fixture
def project(store: str, now: datetime) -> int:
    """A project's id."""
    with transaction() as session:
        return rows.a_project(session, now)


def saved(member: Member, project: int, name: str, query: str, now: datetime, *, shared: bool = False) -> int:
    """The id of a view that was saved."""
    with transaction() as session:
        return save_view(session, member, project, ViewDraft(ViewPage.MODELS, name, query, shared), now).id


def seen(member: Member, project: int) -> list[tuple[str, str]]:
    """(name, query) of the views that a member sees."""
    with reading() as session:
        return [(view.name, view.query) for view in saved_views(session, member, project, ViewPage.MODELS)]


def test_ones_own_views_come_first_then_those_that_others_share(project: int, member: Member, now: datetime) -> None:
    saved(BOB, project, "a of bob", "where=a", now, shared=True)
    saved(BOB, project, "secret", "where=b", now)
    saved(VIC, project, "z of vic", "?where=c", now)
    saved(member, project, "m of ada", "where=d&column=f1&column=recall", now)

    assert seen(VIC, project) == [("z of vic", "where=c"), ("a of bob", "where=a")]
    assert seen(member, project) == [("m of ada", "where=d&column=f1&column=recall"), ("a of bob", "where=a")]
    with reading() as session:
        (first, _) = saved_views(session, member, project, ViewPage.MODELS)
    assert first.parameters == {"where": ["d"], "column": ["f1", "recall"]}


def test_a_view_of_the_same_name_is_replaced(project: int, member: Member, now: datetime) -> None:
    first = saved(member, project, "best", "where=a", now)
    second = saved(member, project, " best ", "where=b", now + timedelta(hours=1), shared=True)

    assert first == second
    assert seen(BOB, project) == [("best", "where=b")]


def test_a_view_is_deleted_by_its_owner_or_who_manages_the_site(project: int, member: Member, now: datetime) -> None:
    shared, mine = saved(BOB, project, "a", "x=1", now, shared=True), saved(BOB, project, "b", "x=1", now)

    for view, error in ((shared, Forbidden), (mine, NotFound), (999, NotFound)):
        with transaction() as session, pytest.raises(error):
            delete_view(session, VIC, view)
    with transaction() as session:
        delete_view(session, member, shared)
        delete_view(session, BOB, mine)

    assert seen(BOB, project) == []


@pytest.mark.parametrize(
    ("who", "name", "query", "shared", "error", "sentence"),
    [
        (VIC, "mine", "x=1", True, Forbidden, "may not train"),
        (BOB, " ", "x=1", False, Invalid, "A view's name has 1 to 80"),
        (BOB, "a", "x=" + "1" * 8000, False, Invalid, "at most 8,000 characters"),
        (BOB, "a", "x=<script>", False, Invalid, "after the question mark"),
        (BOB, "a", "x=é", False, Invalid, "after the question mark"),
    ],
)
def test_a_wrong_view_is_refused(
    project: int, now: datetime, who: Member, name: str, query: str, shared: bool, error: type[MmsError], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        saved(who, project, name, query, now, shared=shared)

    assert seen(who, project) == []


@pytest.mark.slow
def test_nobody_keeps_more_views_than_a_list_can_show(sqlite_store: str, now: datetime) -> None:
    with transaction() as session:
        project = rows.a_project(session, now)
        for number in range(MOST_VIEWS):
            save_view(session, BOB, project, ViewDraft(ViewPage.MODELS, f"v{number}", "x=1"), now)

    with pytest.raises(Conflict, match="You keep 200 views"):
        saved(BOB, project, "one more", "x=1", now)
    assert saved(BOB, project, "v0", "x=2", now)
