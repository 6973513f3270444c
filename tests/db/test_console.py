"""The feed, the news and the search box: queries over what is stored anyway."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.activity import feed, news
from db.queries.finds import found
from db.session import reading, transaction
from mms.domain.activity import Event, FeedQuery, Happening
from mms.domain.errors import Invalid
from mms.domain.finds import FindKind
from mms.domain.members import PRODUCT, Member
from mms.domain.projects import ProjectDraft, Task
from mms.domain.promotions import Seating
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.comments import delete_comment, read_news, watch, write_comment
from mms.usecases.drafts import draft_promotion
from mms.usecases.projects import create_project, delete_project
from mms.usecases.promotions import promote
from tests import rows
from tests.wards import MARCH, a_model, a_snapshot, a_world

HOUR = timedelta(hours=1)


@pytest.fixture
def models(store: str, member: Member, tmp_path: Path) -> list[int]:
    """Wards with two models, one of them champion, a comment on it, a draft for the other and a firing."""
    project_id = a_world(tmp_path, member, MARCH)
    with transaction() as session:
        snapshot_id = a_snapshot(session, project_id, 1, MARCH)
        first, second = (a_model(session, project_id, snapshot_id, version, MARCH) for version in (1, 2))
        promote(session, member, Seating(first, "the first one"), MARCH + HOUR)
        write_comment(session, PRODUCT, Subject(SubjectKind.MODEL, first), "so _100 %_ slow?", MARCH + 2 * HOUR)
        draft_promotion(session, member, Seating(second, "its turn"), MARCH + 3 * HOUR)
        trigger = tables.Trigger(
            project_id=project_id,
            name="time",
            scope="global",
            rule={"conditions": [{"kind": "time", "threshold": 30}], "needs": "any", "cooldown_days": 1},
            created_by="ada",
            created_at=MARCH,
        )
        session.add(trigger)
        session.flush()
        session.add(tables.Firing(project_id=project_id, trigger_id=trigger.id, fired_at=MARCH + 4 * HOUR, evidence={}))
        session.add(
            tables.ModelTag(model_id=second, tag="prod", project_id=project_id, tagged_by="ada", tagged_at=MARCH)
        )
    return [first, second]


def told(member: Member, query: FeedQuery) -> list[Event]:
    with reading() as session:
        return list(feed(session, member, query).events)


def test_the_feed_tells_every_kind_newest_first(models: list[int], member: Member) -> None:
    events = told(member, FeedQuery())

    assert [e.at for e in events] == sorted((e.at for e in events), reverse=True)
    assert {e.kind for e in events} == set(Happening) - {Happening.PURGE, Happening.RETIREMENT}
    assert [f"{e.by} {e.words}" for e in events[:4]] == [
        "MMS fired a trigger (time): nothing came of it yet",
        "Ada Lovelace drafted the promotion of v2 logistic regression: “its turn”",
        "mms wrote about v1 logistic regression: “so _100 %_ slow?”",
        "Ada Lovelace made v1 logistic regression champion: “the first one”",
    ]
    assert events[1].subject == Subject(SubjectKind.MODEL, models[1])


def test_pages_go_on_where_the_one_before_ended(models: list[int], member: Member) -> None:
    everything = told(member, FeedQuery())
    paged: list[Event] = []
    query = FeedQuery(limit=2)
    while True:
        with reading() as session:
            page = feed(session, member, query)
        paged += page.events
        if page.after is None:
            break
        query = FeedQuery(limit=2, after=page.after)

    assert paged == everything


def test_the_feed_is_filtered_by_project_kind_member_and_thing(models: list[int], member: Member) -> None:
    champion = Subject(SubjectKind.MODEL, models[0])
    with transaction() as session:
        other = rows.a_project(session, MARCH)

    assert {e.project for e in told(member, FeedQuery(project_id=other))} == {"flights"}
    assert {e.kind for e in told(member, FeedQuery(kinds=(Happening.RUN,)))} == {Happening.RUN}
    assert {e.by for e in told(member, FeedQuery(by="Ada Lovelace"))} == {"Ada Lovelace"}
    assert [e.kind.value for e in told(member, FeedQuery(subjects=(champion,)))] == ["comment", "promotion", "model"]
    assert told(member, FeedQuery(subjects=())) == []


def test_news_are_what_others_did_about_watched_things_since_they_were_read(models: list[int], member: Member) -> None:
    champion, late = Subject(SubjectKind.MODEL, models[0]), MARCH + 5 * HOUR
    with transaction() as session:
        watch(session, member, champion, MARCH)
    with reading() as session:
        early = news(session, member)
    with transaction() as session:
        read_news(session, member, late)
    with reading() as session:
        read = news(session, member)
    with transaction() as session:
        write_comment(session, member, champion, "my own", late + HOUR)
        write_comment(session, PRODUCT, Subject(SubjectKind.MODEL, models[1]), "of another", late + HOUR)
        again = write_comment(session, PRODUCT, champion, "of this one", late + HOUR)
    with reading() as session:
        more = news(session, member)
    with transaction() as session:
        delete_comment(session, PRODUCT, again.id, late)
    with reading() as session:
        assert (early, read, more, news(session, member)) == (1, 0, 1, 0)


def test_of_a_deleted_project_nothing_is_told_or_found(models: list[int], member: Member, now: datetime) -> None:
    with transaction() as session:
        project_id = session.scalars(sa.select(tables.Project.id)).one()
        delete_project(session, member, project_id, now)

    assert told(member, FeedQuery()) == []
    with reading() as session:
        assert found(session, member, "slow") == []


NAMED: Mapping[str, set[FindKind]] = {
    "WARDS": {FindKind.PROJECT},
    "v2": {FindKind.MODEL},
    "1": {FindKind.MODEL, FindKind.RUN, FindKind.SNAPSHOT, FindKind.COMMENT},
    "logistic": {FindKind.MODEL},
    "prod": {FindKind.MODEL},
    "snapshot 1": {FindKind.SNAPSHOT},
    "00 %_ slow": {FindKind.COMMENT},
    "%": {FindKind.COMMENT},
    "nothing of the kind": set(),
}
"""What each text names among wards, two models, a comment, a tag."""


def test_the_box_finds_by_name_version_tag_and_word(models: list[int], member: Member) -> None:
    with reading() as session:
        named = {text: found(session, member, text) for text in NAMED}

    assert {text: {group.kind for group in groups} for text, groups in named.items()} == NAMED
    assert not any(group.more for groups in named.values() for group in groups)


def test_ten_of_a_kind_are_shown_and_more_is_said(sqlite_store: str, member: Member, now: datetime) -> None:
    with transaction() as session:
        project_id = rows.a_project(session, now)
        rows.models(session, project_id, now, 160)
        create_project(session, member, ProjectDraft("tree house", Task.BINARY), now)
    with reading() as session:
        projects, models = found(session, member, "tree")
        with pytest.raises(Invalid, match="Nothing is looked for"):
            found(session, member, " ")

    assert [find.title for find in projects.finds] == ["tree house"]
    assert (len(models.finds), models.more) == (10, True)
    assert models.finds[0].id > models.finds[-1].id
