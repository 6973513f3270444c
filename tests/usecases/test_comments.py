"""Comments are said by whoever sees the thing, changed by who wrote them; what is watched is followed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from db.models import Member as MemberRow
from db.queries.comments import comments, find_watch, watches
from db.session import reading, transaction
from mms.domain.errors import Forbidden, Invalid, NotFound
from mms.domain.members import Member, Role
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.comments import delete_comment, edit_comment, read_news, unwatch, watch, write_comment
from mms.usecases.members import rename_member
from tests import rows

HOUR = timedelta(hours=1)


@pytest.fixture
def model(store: str, now: datetime) -> Subject:
    """A model of a project."""
    with transaction() as session:
        project_id = rows.a_project(session, now)
        (model_id,) = rows.models(session, project_id, now, 1)
    return Subject(SubjectKind.MODEL, model_id)


@pytest.fixture
def grace(store: str, now: datetime) -> Member:
    """Somebody who may only look."""
    with transaction() as session:
        row = MemberRow(name="grace", display_name="Grace Hopper", roles=[Role.VIEWER.value], created_at=now)
        session.add(row)
        session.flush()
        return Member(row.id, row.name, row.display_name, frozenset({Role.VIEWER}))


def test_a_comment_is_written_edited_and_deleted_by_its_author(
    model: Subject, member: Member, grace: Member, now: datetime
) -> None:
    with transaction() as session:
        first = write_comment(session, grace, model, " <script>alert(1)</script> **why?** ", now)
        write_comment(session, member, model, "because", now)
    with transaction() as session:
        edit_comment(session, grace, first.id, "why so slow?", now + HOUR)
    with transaction() as session:
        rename_member(session, grace, "Admiral Hopper")
    with reading() as session:
        said = comments(session, member, model)

    assert first.text == "<script>alert(1)</script> **why?**"
    assert [(c.text, c.signed, c.edited_at) for c in said] == [
        ("why so slow?", "Admiral Hopper", now + HOUR),
        ("because", "Ada Lovelace", None),
    ]
    with transaction() as session, pytest.raises(Forbidden, match="may delete it"):
        delete_comment(session, member, first.id, now)
    with transaction() as session:
        delete_comment(session, grace, first.id, now)
    with transaction() as session, pytest.raises(NotFound, match=f"no comment {first.id}"):
        edit_comment(session, grace, first.id, "again", now)
    with reading() as session:
        assert [c.text for c in comments(session, member, model)] == ["because"]


def test_what_is_not_there_is_neither_commented_nor_watched(model: Subject, member: Member, now: datetime) -> None:
    for kind in SubjectKind:
        with transaction() as session, pytest.raises(NotFound, match="999"):
            write_comment(session, member, Subject(kind, 999), "hello", now)
        with transaction() as session, pytest.raises(NotFound, match="999"):
            watch(session, member, Subject(kind, 999), now)
    with transaction() as session, pytest.raises(Invalid, match="at least one word"):
        write_comment(session, member, model, "  ", now)
    with transaction() as session, pytest.raises(Forbidden):
        write_comment(session, replace(member, roles=frozenset()), model, "hello", now)


def test_watching_begins_once_and_ends(model: Subject, member: Member, now: datetime) -> None:
    with transaction() as session:
        watch(session, member, model, now)
        watch(session, member, model, now + HOUR)
    with transaction() as session:
        read_news(session, member, now + 2 * HOUR)
    with reading() as session:
        (followed,) = watches(session, member)
        assert find_watch(session, member, model) == followed
    with transaction() as session:
        unwatch(session, member, model)
        unwatch(session, member, model)

    assert (followed.subject, followed.since, followed.seen_at) == (model, now, now + 2 * HOUR)
    with reading() as session:
        assert watches(session, member) == []
