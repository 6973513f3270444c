"""Tags are put on models and taken off, all or none."""

from datetime import datetime, timedelta

import pytest

from db.queries.model_options import tags_used
from db.queries.model_search import search
from db.queries.models import get_model
from db.queries.projects import get_project
from db.session import reading, transaction
from mms.domain.errors import Forbidden, Invalid, MmsError, NotFound
from mms.domain.filter_text import parsed
from mms.domain.filters import ModelQuery
from mms.domain.members import Member, Role
from mms.usecases.models import hand_over_model
from mms.usecases.tags import tag_models
from tests import rows

VIEWER = Member(9, "vic", "Vic", frozenset({Role.VIEWER}))


def a_project(now: datetime) -> tuple[int, list[int]]:
    """A project with three models; their ids."""
    with transaction() as session:
        project_id = rows.a_project(session, now)
        return project_id, rows.models(session, project_id, now, 3)


def tagged(member: Member, project_id: int, text: str, now: datetime) -> list[int]:
    """Ids of the models that a filter finds."""
    with reading() as session:
        project = get_project(session, member, project_id)
        page = search(session, project, ModelQuery(parsed(text, project.task)), now)
    return sorted(model.id for model in page.models)


def test_models_are_found_by_the_tags_that_they_bear(store: str, member: Member, now: datetime) -> None:
    project_id, ids = a_project(now)
    later = now + timedelta(hours=1)

    with transaction() as session:
        first = tag_models(session, member, [*ids[:2], ids[0]], now, add=[" live ", "live", "night shift"])
    with transaction() as session:
        again = tag_models(session, member, ids, later, add=["live"], remove=["night shift", "unheard of"])

    assert (first, again) == (2, 3)
    assert tagged(member, project_id, "tag = 'live'", now) == ids
    assert tagged(member, project_id, "tag = 'night shift'", now) == []
    with transaction() as session:
        assert tag_models(session, member, ids, later, add=["live"]) == 0
        assert "live" in tags_used(session, project_id)
        assert get_model(session, ids[2]).ranked.touched_at == later


@pytest.mark.parametrize(
    ("models", "add", "remove", "error", "sentence"),
    [
        ([], ["a"], [], Invalid, "nothing to tag"),
        ([0], [], [], Invalid, "nothing to tag"),
        ([0, 999], ["a"], [], NotFound, "There is no model 999"),
        ([0], ["a,b"], [], Invalid, "no comma; 'a,b' is none"),
        ([0], ["x" * 41], [], Invalid, "1 to 40 printable characters"),
        ([0], ["a"], ["a"], Invalid, "'a' can be put on or taken off, not both"),
        ([0, 1], [f"t{i}" for i in range(21)], [], Invalid, "at most 20 tags: take some off v"),
        (range(4, 505), ["a"], [], Invalid, "At most 500 models .* these are 501"),
    ],
)
def test_a_wrong_tagging_changes_nothing(
    sqlite_store: str, member: Member, now: datetime, models: list[int], add: list[str], remove: list[str],
    error: type[MmsError], sentence: str,
) -> None:  # fmt: skip
    project_id, ids = a_project(now)
    before = tagged(member, project_id, "tag IS NULL", now)

    with pytest.raises(error, match=sentence), transaction() as session:
        tag_models(session, member, [ids[i] if i < 3 else i for i in models], now, add=add, remove=remove)

    assert tagged(member, project_id, "tag IS NULL", now) == before


def test_who_may_only_look_tags_nothing(sqlite_store: str, now: datetime) -> None:
    _, ids = a_project(now)

    with transaction() as session, pytest.raises(Forbidden):
        tag_models(session, VIEWER, ids, now, add=["mine"])
    with transaction() as session, pytest.raises(Forbidden):
        hand_over_model(session, VIEWER, ids[0], "vic", now)


def test_a_model_is_handed_over(sqlite_store: str, member: Member, now: datetime) -> None:
    project_id, ids = a_project(now)

    with transaction() as session:
        hand_over_model(session, member, ids[1], " Grace ", now)
    with transaction() as session, pytest.raises(Invalid, match="An? owner's name has 1 to 80"):
        hand_over_model(session, member, ids[1], " ", now)

    assert tagged(member, project_id, "owner = 'Grace'", now) == [ids[1]]
