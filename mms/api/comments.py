"""Comments on projects, snapshots, runs and models, and what one watches."""

from enum import StrEnum

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from db.queries import comments as queries
from db.queries.activity import news
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.comments import delete_comment, edit_comment, read_news, unwatch, watch, write_comment

router = APIRouter(tags=["comments"])


class Noun(StrEnum):
    """What can be commented and watched, as the address names it."""

    PROJECTS = "projects"
    SNAPSHOTS = "snapshots"
    RUNS = "runs"
    MODELS = "models"

    def subject(self, id_: int) -> Subject:
        """The thing of this id."""
        return Subject(SubjectKind(self.value.removesuffix("s")), id_)


class Text(BaseModel):
    """What is said, as Markdown."""

    model_config = ConfigDict(extra="forbid")
    text: str


@router.get("/{noun}/{id_}/comments")
def listed(noun: Noun, id_: Id, member: CurrentMember) -> Response:
    """What was said about a thing, oldest first."""
    with reading() as session:
        return answer({"comments": queries.comments(session, member, noun.subject(id_))})


@router.post("/{noun}/{id_}/comments", status_code=201)
def write(noun: Noun, id_: Id, body: Text, member: CurrentMember, now: Now) -> Response:
    """Say something about it."""
    with acknowledged() as session:
        return answer({"comment": write_comment(session, member, noun.subject(id_), body.text, now)}, 201)


@router.patch("/comments/{comment_id}")
def edit(comment_id: Id, body: Text, member: CurrentMember, now: Now) -> Response:
    """Say it better: one's own only."""
    with acknowledged() as session:
        return answer({"comment": edit_comment(session, member, comment_id, body.text, now)})


@router.delete("/comments/{comment_id}")
def delete(comment_id: Id, member: CurrentMember, now: Now) -> Response:
    """Put one's own comment in the bin."""
    with acknowledged() as session:
        delete_comment(session, member, comment_id, now)
    return answer({"comment": comment_id})


@router.put("/{noun}/{id_}/watch")
def follow(noun: Noun, id_: Id, member: CurrentMember, now: Now) -> Response:
    """Follow a thing."""
    with acknowledged() as session:
        watch(session, member, noun.subject(id_), now)
        return answer({"watches": queries.watches(session, member)})


@router.delete("/{noun}/{id_}/watch")
def leave(noun: Noun, id_: Id, member: CurrentMember) -> Response:
    """Follow it no longer."""
    with acknowledged() as session:
        unwatch(session, member, noun.subject(id_))
        return answer({"watches": queries.watches(session, member)})


@router.get("/watches")
def watches(member: CurrentMember) -> Response:
    """What one watches, and how much news of it there is."""
    with reading() as session:
        return answer({"watches": queries.watches(session, member), "news": news(session, member)})


@router.post("/watches/read")
def read(member: CurrentMember, now: Now) -> Response:
    """Count all news as read."""
    with acknowledged() as session:
        read_news(session, member, now)
    return answer({"news": 0})
