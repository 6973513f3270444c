"""Models side by side."""

import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.tables import get_table_named
from db.session import transaction
from mms.usecases.members import ensure_local_admin
from mms.usecases.tables import append_rows
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage
from tests.trained import a_snapshot, points


def test_the_verdict_comes_first_and_a_table_says_it_of_each_pair(open_staged: Open, stage: Stage) -> None:
    best, second, baseline = stage.models

    page = open_staged("compare", ids=f"{baseline.id},{second.id},{best.id}")

    assert not page.exception
    assert page.markdown[0].value.startswith(f"**{best.name} ")
    assert f"chance that {best.name} is better than {second.name} by more than 0.01 F1" in page.markdown[0].value
    pairs, chances = page.dataframe[0].value, page.dataframe[1].value
    assert list(pairs["pair"]) == [
        f"{best.name} – {second.name}", f"{best.name} – {baseline.name}", f"{second.name} – {baseline.name}",
    ]  # fmt: skip
    assert chances.loc[baseline.name, best.name] == "under 1 %"
    assert chances.loc[best.name, best.name] == ""


def test_what_differs_is_marked_and_can_be_shown_alone(open_staged: Open, stage: Stage) -> None:
    page = open_staged("compare", ids=f"{stage.models[0].id},{stage.models[1].id}")
    whole = page.dataframe[1].value

    page.toggle(key="differs").set_value(True).run()

    marks = dict(zip(whole["property"], whole["differs"], strict=True))
    assert marks["algorithm"] == "≠"
    assert marks["recipe"] == ""
    assert set(page.dataframe[1].value["differs"]) == {"≠"}


def test_models_on_other_rows_get_a_button_that_fits_one_on_the_rows_of_the_other(
    open_staged: Open, stage: Stage
) -> None:
    project, old = stage.project, stage.models[0]
    with transaction() as session:
        member = ensure_local_admin(session, NOW)
        table = get_table_named(session, project.id, "points")
        append_rows(session, member, table.id, points(NOW, seed=9).to_dict("records"), NOW)
    newer = a_snapshot(member, project, NOW)
    with transaction() as session:
        session.execute(sa.update(tables.Model).where(tables.Model.id != old.id).values(snapshot_id=newer.id))
    ids = f"{old.id},{stage.models[1].id}"

    page = open_staged("compare", ids=ids)
    first, button = page.markdown[0].value, page.button(key="align")
    button.click().run()
    waiting = open_staged("compare", ids=ids)

    assert first.startswith(f"{old.name} and {stage.models[1].name} were scored on different snapshots")
    assert button.label == f"Refit {old.name} on the same rows"
    assert page.title[0].value.startswith("Run ")
    assert any("under way that makes them comparable" in info.value for info in waiting.info)


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        ("1,99", "There is no model 99"),
        ("1,two", "'two' is no number of a model"),
        ("1,2,3,4,5,6,7", "At most 6 models are compared at once"),
    ],
)
def test_wrong_ids_are_refused_in_one_sentence(open_staged: Open, ids: str, sentence: str) -> None:
    page = open_staged("compare", ids=ids)

    assert not page.exception
    assert len(page.error) == 1
    assert page.error[0].value.startswith(sentence)


def test_one_id_leads_to_the_table(open_staged: Open) -> None:
    assert open_staged("compare", ids="1").info[0].value.startswith("Choose 2 models or more")
