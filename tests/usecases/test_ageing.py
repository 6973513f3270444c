"""Models are retired and purged by the project's rules, once; what stays tells of them, and fits them again."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from db import models as tables
from db.blobs import put_bytes
from db.queries.activity import feed
from db.queries.ageing import ageing, ranks_of, standing_of
from db.queries.models import get_model, oof_frame
from db.session import reading, transaction
from mms.domain.activity import FeedQuery, Happening
from mms.domain.ageing import AgeingRules, Fate
from mms.domain.buckets import Sums
from mms.domain.errors import Conflict, Invalid
from mms.domain.jobs import JobDraft, JobKind
from mms.domain.members import Member
from mms.domain.models import ModelState
from mms.domain.projects import Policy, ProjectChanges
from mms.domain.promotions import Seating
from mms.settings import settings
from mms.usecases.ageing import age_all_models, age_models, restore_model
from mms.usecases.jobs import JobContext, claim, enqueue
from mms.usecases.models import describe_model, load_model
from mms.usecases.projects import edit_project
from mms.usecases.promotions import promote, roll_back
from mms.usecases.tags import tag_models
from tests import rows
from tests.answered import answered
from tests.wards import MARCH

LATER = MARCH + timedelta(days=100)


def some_models(count: int) -> tuple[int, list[int]]:
    """A project with as many models, the later the better, all of them candidates made in March."""
    with transaction() as session:
        project_id = rows.a_project(session, MARCH)
        ids = rows.bare_models(session, project_id, MARCH, count)
        for place, id_ in enumerate(ids):
            row = session.get_one(tables.Model, id_)
            row.state, row.score = ModelState.CANDIDATE.value, 0.5 + place / 100
    return project_id, ids


def ruled(member: Member, project_id: int, **days: int) -> None:
    with transaction() as session:
        edit_project(session, member, project_id, ProjectChanges(policy=Policy(**days)))  # type: ignore[arg-type]


def states(ids: list[int]) -> list[str]:
    with reading() as session:
        return [session.get_one(tables.Model, id_).state for id_ in ids]


def aged(member: Member, project_id: int, at: datetime) -> list[tuple[int, Fate]]:
    with transaction() as session:
        return [(one.model_id, one.fate) for one in age_models(session, member, project_id, at).done]


def test_who_is_needed_stays_and_the_others_are_retired_once_with_their_reason(store: str, member: Member) -> None:
    project_id, ids = some_models(9)
    champion, before, parent, child, tagged, used, old, working, hidden = ids
    with transaction() as session:
        promote(session, member, Seating(before, "first"), MARCH)
        promote(session, member, Seating(champion, "second", against_advice=True), MARCH)
        session.get_one(tables.Model, child).parent_id = parent
        session.get_one(tables.Model, child).touched_at = LATER
        tag_models(session, member, [tagged], MARCH, add=["keep"])
        answered(session, project_id, used, LATER - timedelta(days=3), Sums(2, {("true", "true"): 2}))
        session.get_one(tables.Run, session.get_one(tables.Model, working).run_id).state = "succeeded"
        session.get_one(tables.Model, hidden).archived_at = MARCH
        draft = tables.PromotionDraft(
            project_id=project_id, model_id=working, scope="global", reason="soon", against_advice=False, state="draft",
            drafted_by="ada", drafted_at=MARCH,
        )  # fmt: skip
        session.add(draft)
    with reading() as session:
        asked = ageing(session, member, project_id, LATER, AgeingRules(unused_days=30))
    assert states(ids)[6] == "candidate"
    assert {one.model_id for one in asked.due} == {old, hidden}
    assert (asked.models, asked.kept) == (9, 5)

    ruled(member, project_id, retire_unused_days=30)
    assert aged(member, project_id, LATER) == [(old, Fate.RETIRE), (hidden, Fate.RETIRE)]
    assert aged(member, project_id, LATER) == []

    with reading() as session:
        page = feed(session, member, FeedQuery(project_id, kinds=(Happening.RETIREMENT,)))
        said = session.get_one(tables.Model, old).retired_because
    assert said == "nobody has asked it in 100 days"
    assert [(e.by, e.words.split(": ")[1]) for e in page.events] == [("MMS", said)] * 2
    with transaction() as session:
        assert roll_back(session, member, project_id, LATER, scope="global", reason="it was better")
    assert states([champion, before]) == ["retired", "champion"]


def test_a_purge_drops_bytes_and_keeps_what_tells_of_the_model(store: str, member: Member) -> None:
    project_id, (first, second) = some_models(2)
    with transaction() as session:
        row = session.get_one(tables.Model, first)
        shared = put_bytes(session, b"shared", MARCH)
        parts = [put_bytes(session, word, MARCH) for word in (b"artifact", b"rows", b"picture", b"numbers")]
        made = session.get_one(tables.Artifact, row.artifact_id)
        own = tables.Artifact(
            sha256=parts[0], size=8, hmac="0" * 64, signature=made.signature, environment={}, created_at=MARCH
        )
        session.add(own)
        session.flush()
        row.artifact_id, row.oof_blob, row.state = own.id, parts[1], ModelState.RETIRED.value
        row.retired_at, row.retired_because = MARCH, "it was old"
        for kind, blob in (("roc", parts[2]), ("pr", shared)):
            session.add(
                tables.Picture(model_id=first, kind=kind, theme="light", content="0" * 64, blob=blob, created_at=MARCH)
            )
        session.add(
            tables.Diagnostic(
                project_id=project_id,
                model_id=first,
                kind="roc",
                parameters={},
                hash="1" * 64,
                tables_blob=parts[3],
                fits=0,
                created_by="ada",
                created_at=MARCH,
            )  # fmt: skip
        )
        session.get_one(tables.Model, second).oof_blob = shared
        answered(session, project_id, first, MARCH, Sums(2, {("true", "true"): 2}))
    ruled(member, project_id, purge_days=30)

    with transaction() as session:
        done = age_models(session, member, project_id, LATER)

    assert [(one.model_id, one.fate) for one in done.done] == [(first, Fate.PURGE)]
    assert done.freed == len(b"artifactrowspicturenumbers")
    with reading() as session:
        left = set(session.scalars(sa.select(tables.Blob.sha256)))
        assert shared in left
        assert not left & set(parts)
        model = get_model(session, first)
        assert (model.ranked.state, model.purged_at, model.retired_because) == (ModelState.PURGED, LATER, "it was old")
        assert session.scalar(sa.select(sa.func.count()).select_from(tables.Bucket)) == 2
        for ask in (lambda: oof_frame(session, settings().cache, first), lambda: load_model(session, first)):
            with pytest.raises(Conflict, match="was purged on 2026-06-09: its artifact.* are gone. Refit it from its"):
                ask()
        (event,) = feed(session, member, FeedQuery(project_id, kinds=(Happening.PURGE,))).events
        assert event.words.endswith(": it was retired on 2026-03-01")
    with transaction() as session, pytest.raises(Conflict, match="was purged"):
        restore_model(session, member, first, LATER)
    with transaction() as session, pytest.raises(Conflict, match="was purged"):
        promote(session, member, Seating(first, "against all advice", against_advice=True), LATER)


def test_a_restored_model_is_left_alone_as_long_again(sqlite_store: str, member: Member) -> None:
    project_id, (only,) = some_models(1)
    ruled(member, project_id, retire_unused_days=30)
    aged(member, project_id, LATER)

    with transaction() as session:
        restore_model(session, member, only, LATER)

    assert states([only]) == ["candidate"]
    assert aged(member, project_id, LATER + timedelta(days=29)) == []
    assert aged(member, project_id, LATER + timedelta(days=30)) == [(only, Fate.RETIRE)]
    with transaction() as session, pytest.raises(Conflict, match="is candidate, not retired"):
        restore_model(session, member, only, LATER)
        restore_model(session, member, only, LATER)


def test_models_of_a_run_at_work_stay(sqlite_store: str, member: Member) -> None:
    project_id, (only,) = some_models(1)
    with transaction() as session:
        session.execute(sa.update(tables.Run).values(state="running"))
    ruled(member, project_id, retire_unused_days=30)

    assert aged(member, project_id, LATER) == []


def test_the_nightly_job_does_it_and_says_so(sqlite_store: str, member: Member) -> None:
    project_id, (worse, better) = some_models(2)
    ruled(member, project_id, retire_beaten_days=30)
    with transaction() as session:
        enqueue(session, JobDraft(JobKind.AGEING, {}), LATER)
        job = claim(session, "test", LATER)
    assert job is not None

    age_all_models(JobContext(job, transaction, lambda: LATER))

    assert states([worse, better]) == ["retired", "candidate"]
    with reading() as session:
        (line,) = session.scalars(sa.select(tables.JobLog.message))
        standings = [standing_of(session, get_model(session, id_).ranked) for id_ in (worse, better)]
    assert line.startswith("'flights': retired v1 ")
    assert line.endswith("is better on the same rows since 2026-03-01.") or "since 2026-02-28" in line
    assert standings[0] is None
    assert standings[1] is not None
    assert standings[1].words == "1st of 1"


def test_ranks_of_many_are_those_of_each_and_who_may_not_be_chosen_has_none(store: str, member: Member) -> None:
    project_id, ids = some_models(6)
    with transaction() as session:
        models = [session.get_one(tables.Model, id_) for id_ in ids]
        models[1].score = models[2].score
        models[4].state, models[5].archived_at = ModelState.RETIRED.value, MARCH

    with reading() as session:
        ranks = ranks_of(session, [session.get_one(tables.Model, id_) for id_ in ids])
        standings = {id_: standing_of(session, get_model(session, id_).ranked) for id_ in ids}

    assert ranks == {id_: one.rank for id_, one in standings.items() if one is not None}
    assert [ranks.get(id_) for id_ in ids] == [4, 2, 2, 1, None, None]


@pytest.mark.parametrize("days", [0, -1, 10**9])
def test_days_that_cannot_be_are_refused(sqlite_store: str, member: Member, days: int) -> None:
    project_id, _ = some_models(1)

    with pytest.raises(Invalid, match="leaves beaten models alone for 1 to"):
        ruled(member, project_id, retire_beaten_days=days)


def test_a_restored_challenger_challenges_again(sqlite_store: str, member: Member) -> None:
    project_id, (only,) = some_models(1)
    with transaction() as session:
        row = session.get_one(tables.Model, only)
        row.state = ModelState.CHALLENGER.value
        session.get_one(tables.Run, row.run_id).kind = "retraining"
    ruled(member, project_id, retire_unused_days=30)
    assert aged(member, project_id, LATER) == [(only, Fate.RETIRE)]

    with transaction() as session:
        restore_model(session, member, only, LATER)

    assert states([only]) == ["challenger"]


def test_in_a_project_that_replays_its_past_a_change_begins_the_days_anew_by_its_present(
    sqlite_store: str, member: Member
) -> None:
    project_id, (described, tagged) = some_models(2)
    ruled(member, project_id, retire_unused_days=30)
    with transaction() as session:
        project = session.get_one(tables.Project, project_id)
        project.clock = MARCH
        describe_model(session, member, described, "for a while", LATER)
        tag_models(session, member, [tagged], LATER, add=["keep"])
        tag_models(session, member, [tagged], LATER, remove=["keep"])
        project.clock = MARCH + timedelta(days=30)

    assert aged(member, project_id, LATER) == [(described, Fate.RETIRE), (tagged, Fate.RETIRE)]


def test_an_archived_model_beats_nobody(sqlite_store: str, member: Member) -> None:
    project_id, (worse, better) = some_models(2)
    with transaction() as session:
        session.get_one(tables.Model, better).archived_at = MARCH

    with reading() as session:
        asked = ageing(session, member, project_id, LATER, AgeingRules(beaten_days=1))

    assert asked.due == ()
