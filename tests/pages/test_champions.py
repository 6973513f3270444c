"""Champions: who answers, since when, and how that is undone."""

from datetime import UTC, datetime

from db.models import Project as ProjectRow
from db.queries.promotions import find_champion
from db.session import reading, transaction
from mms.domain.promotions import Seating
from mms.usecases.members import ensure_local_admin
from mms.usecases.promotions import promote
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage


def seat_the_second(stage: Stage, place: int = 1) -> None:
    """Promote the second best (or another place), against the advice if need be."""
    with transaction() as session:
        member = ensure_local_admin(session, NOW)
        promote(session, member, Seating(stage.models[place].id, "its turn", against_advice=True), NOW)


def test_the_sentence_names_the_champion(open_staged: Open, stage: Stage) -> None:
    page = open_staged("champions")

    assert not page.exception
    assert page.markdown[0].value.startswith(f"**{stage.models[0].name}** answers for Points since ")
    assert list(page.dataframe[0].value["scope"]) == ["global"]


def test_as_of_a_day_before_the_first_promotion_there_was_no_champion(open_staged: Open) -> None:
    page = open_staged("champions", as_of="2020-01-01")

    assert page.markdown[0].value == "On 1 Jan 2020 Points had no champion."


def test_of_a_replayed_past_its_own_days_can_be_chosen(open_staged: Open, stage: Stage) -> None:
    with transaction() as session:
        session.get_one(ProjectRow, stage.project.id).clock = datetime(2013, 3, 1, tzinfo=UTC)

    page = open_staged("champions", as_of="2013-02-01")

    assert not page.exception
    assert page.markdown[0].value == "On 1 Feb 2013 Points had no champion."


def test_rolling_back_seats_the_one_before_again_with_a_reason(open_staged: Open, stage: Stage) -> None:
    seat_the_second(stage)
    page = open_staged("champions")

    next(b for b in page.button if b.label == "Roll back…").click().run()
    names = [f"**{model.name}**" for model in stage.models[:2]]
    assert f"{names[0]} takes the seat of {names[1]} again." in [m.value for m in page.markdown]
    page.text_area(key="rollback_reason").set_value("it was worse")
    page.button(key="rollback_now").click().run()

    with reading() as session:
        seated = find_champion(session, stage.project.id)
    assert seated is not None
    assert seated.model.id == stage.models[0].id
    assert seated.promotion.reason.endswith("it was worse")


def test_without_a_champion_before_the_button_says_why_it_cannot_roll_back(open_staged: Open) -> None:
    button = next(b for b in open_staged("champions").button if b.label == "Roll back…")

    assert button.disabled
    assert button.help == "No scope had a champion before its present one."


def test_two_tabs_that_roll_back_at_once_go_back_only_once(open_staged: Open, stage: Stage) -> None:
    seat_the_second(stage)
    seat_the_second(stage, 2)
    tabs = [open_staged("champions") for _ in range(2)]
    for tab in tabs:
        next(b for b in tab.button if b.label == "Roll back…").click().run()
        tab.text_area(key="rollback_reason").set_value("it was worse")

    for tab in tabs:
        tab.button(key="rollback_now").click().run()

    assert not tabs[0].error
    assert "changed while you looked" in tabs[1].error[0].value
    with reading() as session:
        seated = find_champion(session, stage.project.id)
    assert seated is not None
    assert seated.model.id == stage.models[1].id
