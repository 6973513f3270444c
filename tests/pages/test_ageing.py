"""How models end, on screen: whom a rule would touch, what a retired and a purged model say and offer."""

import pytest
import sqlalchemy as sa

from db import models as tables
from db.session import reading, transaction
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage


@pytest.mark.slow
def test_a_rule_is_tried_before_it_is_switched_on(open_staged: Open, stage: Stage) -> None:
    own = stage.project.id
    page = open_staged("projects")

    page.number_input(key=f"unused_{own}").set_value(10)
    page.button(key=f"whom_{own}").click().run()

    assert not page.exception
    said = next(one.value for one in page.markdown if one.value.startswith("Models are retired"))
    assert said.startswith("Models are retired after 10 days without an answer. Of 3 models, 2 are due")
    with reading() as session:
        assert "retired" not in set(session.scalars(sa.select(tables.Model.state)))
    page.button(key=f"save_{own}").click().run()
    with reading() as session:
        assert session.get_one(tables.Project, own).policy["retire_unused_days"] == 10


@pytest.mark.slow
def test_a_retired_model_says_why_and_is_restored(open_staged: Open, stage: Stage) -> None:
    model = stage.models[1]
    with transaction() as session:
        row = session.get_one(tables.Model, model.id)
        row.state, row.retired_at, row.retired_because = "retired", NOW, "nobody has asked it in 90 days"
    page = open_staged("model", id=model.id)
    assert any("Retired on" in one.value and "nobody has asked it in 90 days" in one.value for one in page.markdown)

    page.button(key="restore").click().run()

    assert not page.error
    assert any("State: candidate." in one.value and "Rank: " in one.value for one in page.markdown)


@pytest.mark.slow
def test_a_purged_model_says_what_is_gone_and_is_fitted_again(open_staged: Open, stage: Stage) -> None:
    model = stage.models[1]
    with transaction() as session:
        row = session.get_one(tables.Model, model.id)
        row.state, row.retired_at, row.purged_at = "purged", NOW, NOW
    page = open_staged("model", id=model.id)
    assert not page.exception
    assert any("Purged on" in one.value for one in page.markdown)

    page.button(key="fit_again").click().run()

    assert not page.error
    with reading() as session:
        newest = session.scalars(sa.select(tables.Run).order_by(tables.Run.id.desc()).limit(1)).one()
    assert (newest.snapshot_id, newest.state) == (model.snapshot_id, "queued")


def test_the_retired_are_listed_with_the_champions(open_staged: Open, stage: Stage) -> None:
    with transaction() as session:
        row = session.get_one(tables.Model, stage.models[2].id)
        row.state, row.retired_at, row.retired_because = "retired", NOW, "it was beaten"

    page = open_staged("champions", project=stage.project.id)

    assert not page.exception
    assert "Retired" in [one.value for one in page.header]
