"""Comments, activity, search and promotions in preparation, as a member clicks through them."""

import pytest

from db.queries.comments import comments, watches
from db.queries.drafts import drafts
from db.queries.members import find_member
from db.queries.promotions import find_champion
from db.session import reading, transaction
from mms.domain.drafts import DraftState
from mms.domain.members import LOCAL_MEMBER, PRODUCT
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.comments import write_comment
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage


@pytest.mark.slow
def test_a_run_is_commented_watched_and_its_news_are_read(open_staged: Open, stage: Stage) -> None:
    subject = Subject(SubjectKind.RUN, stage.models[0].run_id)
    page = open_staged("runs", run=subject.id)
    page.text_area(key=f"comment_new_run_{subject.id}_0").set_value("<script>alert(1)</script> **why?**")
    page.button(key=f"send_comment_new_run_{subject.id}_0").click().run()
    page.button(key=f"watch_run_{subject.id}").click().run()
    with reading() as session:
        local = find_member(session, LOCAL_MEMBER)
        assert local is not None
        (said,), (watched,) = comments(session, local, subject), watches(session, local)
    assert said.text.startswith("<script>")
    assert watched.subject == subject
    assert any(words.value == said.text for words in page.markdown)

    with transaction() as session:
        write_comment(session, PRODUCT, subject, "because", NOW.replace(year=2100))
    page = open_staged("activity", project=stage.project.id, watched="true")
    assert not page.exception
    assert "1 new of what you watch" in [link.proto.label for link in page.get("page_link")]

    page = open_staged("runs", run=subject.id)
    page.button(key=f"comment_delete_{said.id}").click().run()
    with reading() as session:
        assert [comment.text for comment in comments(session, local, subject)] == ["because"]


@pytest.mark.slow
def test_one_box_finds_and_says_what_it_found(open_staged: Open, stage: Stage) -> None:
    page = open_staged("find", q="v1")
    assert "1 thing bears “v1”." in [words.value for words in page.markdown]

    page.text_input(key="q").set_value("no such thing").run()
    assert any("Nothing bears" in words.value for words in page.markdown)

    page.text_input(key="q").set_value("x" * 300).run()
    assert page.error[0].value.startswith("A text to look for has at most")


@pytest.mark.slow
def test_a_promotion_is_scheduled_asked_for_and_decided(open_staged: Open, stage: Stage) -> None:
    rival = stage.models[1]
    page = open_staged("model", id=rival.id)
    page.button(key="promote").click().run()
    page.text_area(key="promote_reason").set_value("its turn")
    page.radio(key="promote_when").set_value("Later…").run()
    page.button(key="promote_prepare").click().run()
    assert not page.exception
    with reading() as session:
        (draft,) = drafts(session, stage.project.id)
    assert draft.state is DraftState.SCHEDULED

    page = open_staged("champions", project=stage.project.id)
    page.button(key=f"draft_publish_{draft.id}").click().run()
    assert page.error[0].value.startswith(f"Model {rival.name} is not promoted")
    page.button(key=f"draft_withdraw_{draft.id}").click().run()

    assert not page.exception
    with reading() as session:
        seat = find_champion(session, stage.project.id)
        assert drafts(session, stage.project.id) == []
    assert seat is not None
    assert seat.model.id == stage.models[0].id


@pytest.mark.slow
def test_a_place_in_the_feed_that_is_none_gets_one_sentence(open_staged: Open, stage: Stage) -> None:
    page = open_staged("activity", project=stage.project.id, after="yesterday")

    assert page.error[0].value == "'yesterday' is no place in the feed: begin at the newest."
    assert not page.exception
