"""Rules that fit on a line: names, time left, permissions, selections, canonical text."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mms.domain.canonical import canonical_json, digest
from mms.domain.errors import Forbidden, Invalid
from mms.domain.jobs import JobState, Progress, seconds_left
from mms.domain.members import PERMISSIONS, Member, Permission, Role
from mms.domain.predictions import entity_text, json_value
from mms.domain.projects import Policy, Project, Task, checked_name
from mms.domain.snapshots import Extent, Selection, selection_from_json, selection_to_json
from mms.domain.tables import Condition, Operator

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none(), max_size=5))
def test_equal_values_have_equal_text_in_any_order(value: dict[str, object]) -> None:
    turned = dict(reversed(value.items()))

    assert canonical_json(turned) == canonical_json(value)
    assert digest(turned) == digest(value)


def test_canonical_text_has_no_place_for_what_is_no_number() -> None:
    assert canonical_json({"b": [1, 2.5], "a": "é"}) == '{"a":"é","b":[1,2.5]}'
    with pytest.raises(ValueError):
        canonical_json(float("nan"))


@pytest.mark.parametrize("state", JobState)
def test_a_job_that_ended_stays_as_it_is(state: JobState) -> None:
    assert state.is_final is (state not in (JobState.QUEUED, JobState.RUNNING))


@pytest.mark.parametrize(
    ("progress", "left"),
    [(Progress(0, 10), None), (Progress(5, 0), None), (Progress(5, 20), 30.0), (Progress(9, 9), 0)],
)
def test_time_left_follows_the_pace_so_far(progress: Progress, left: float | None) -> None:
    assert seconds_left(progress, 10) == left


def test_progress_is_a_share() -> None:
    assert [Progress(1, 4).share, Progress(5, 4).share, Progress().share] == [0.25, 1.0, 0.0]


def test_a_role_permits_what_it_is_for_and_nothing_else() -> None:
    member = Member(1, "app", "The app", frozenset({Role.APPLICATION}))

    member.require(Permission.PREDICT)
    with pytest.raises(Forbidden, match="The app may not promote: ask an administrator"):
        member.require(Permission.PROMOTE)


def test_the_administrator_may_do_everything_and_nobody_nothing() -> None:
    assert PERMISSIONS[Role.ADMIN] == frozenset(Permission)
    assert not any(Member(1, "x", "X").may(permission) for permission in Permission)


@pytest.mark.parametrize("role", Role)
def test_whoever_has_a_role_may_look(role: Role) -> None:
    assert Member(1, "x", "X", frozenset({role})).may(Permission.VIEW)


def test_a_replaying_project_lives_in_its_own_present() -> None:
    past = datetime(2013, 3, 1, tzinfo=UTC)
    project = Project(1, "p", "", Task.BINARY, "f1", "yes", Policy(), "ada", NOW)

    assert project.present(NOW) == NOW
    assert Project(1, "p", "", Task.BINARY, "f1", "yes", Policy(), "ada", NOW, clock=past).present(NOW) == past


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\tb"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="1 to 80 printable characters"):
        checked_name(name, "project")


def test_a_name_loses_its_outer_blanks() -> None:
    assert checked_name("  Flights ", "project") == "Flights"


@pytest.mark.parametrize(
    ("extent", "amount", "sample"),
    [(Extent.LAST_DAYS, None, None), (Extent.LAST_ROWS, 0, None), (Extent.ALL, None, 0)],
)
def test_a_selection_of_nothing_is_refused(extent: Extent, amount: int | None, sample: int | None) -> None:
    with pytest.raises(Invalid, match="at least 1"):
        Selection(extent, amount, sample=sample)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(Extent.LAST_DAYS, 60, sample=5000, seed=3),
        Selection(conditions=(Condition("origin", Operator.IN, ["JFK"]), Condition("age", Operator.NOT_NULL))),
    ],
)
def test_a_selection_survives_its_json(selection: Selection) -> None:
    assert selection_from_json(selection_to_json(selection)) == selection


def test_an_entity_is_one_text_with_iso_times() -> None:
    assert entity_text(["UA", 1545, NOW]) == "UA|1545|2026-03-01T00:00:00+00:00"
    assert [json_value(NOW), json_value(None), json_value(1.5)] == ["2026-03-01T00:00:00+00:00", None, 1.5]
