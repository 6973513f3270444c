"""The Diagnostics tab: one check at a time, from stored tables; a threshold is tried, stored, and leads to rows."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
import sqlalchemy as sa

from db import session as sessions
from db.models import Diagnostic
from db.models import Member as MemberRow
from db.queries.models import get_model
from db.queries.versions import Versions, version_history
from db.session import reading, transaction
from mms.domain.members import PRODUCT
from mms.settings import settings
from pages.parts.compare_curves import rows_between
from pages.parts.flagged_rows import picks, threshold_of_share
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage

pytestmark = pytest.mark.slow

CHECKS = ("Ranking", "Gains", "Probabilities", "Threshold", "Classes")


def stored() -> set[str]:
    with reading() as session:
        return set(session.scalars(sa.select(Diagnostic.kind)))


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_says_its_finding_and_is_made_once(open_staged: Open, stage: Stage, check: str) -> None:
    page = open_staged("model", id=stage.models[1].id, tab="Diagnostics", check=check)
    with reading() as session:
        before = session.execute(sa.select(Diagnostic.id, Diagnostic.tables_blob)).all()

    page.run()

    assert not page.exception
    assert not page.error
    with reading() as session:
        assert session.execute(sa.select(Diagnostic.id, Diagnostic.tables_blob)).all() == before
    assert before
    assert all(blob for _, blob in before)
    assert any("v2" in text.value or "rows" in text.value for text in [*page.caption, *page.markdown])


def test_only_the_chosen_check_is_computed(open_staged: Open, stage: Stage) -> None:
    open_staged("model", id=stage.models[1].id, tab="Diagnostics", check="Threshold")

    assert stored() == {"thresholds"}


def test_a_threshold_is_tried_moved_to_the_cheapest_and_stored_for_the_next_promotion(
    open_staged: Open, stage: Stage
) -> None:
    model = stage.models[1]
    page = open_staged("model", id=model.id, tab="Diagnostics", check="Threshold")
    before = {m.label: m.value for m in page.metric}
    assert page.button(key="use_threshold").disabled

    page.slider(key="threshold").set_value(1.0).run()
    after = {m.label: m.value for m in page.metric}
    assert int(after["Flagged as yes"]) < int(before["Flagged as yes"])
    page.button(key="cheapest").click().run()
    chosen = page.slider(key="threshold").value
    assert f"Go to the cheapest, {chosen:g}" == page.button(key="cheapest").label
    page.slider(key="threshold").set_value(0.25).run()
    page.button(key="use_threshold").click().run()

    with reading() as session:
        assert get_model(session, model.id).threshold == 0.25
        history = version_history(session, PRODUCT, settings().cache, Versions(model.id, until=model.version))
    assert not page.error
    rows = open_staged("model", id=model.id, tab="Rows", wrong="true")
    assert any(text.value == f"**{history.versions[-1].errors}** of them are chosen." for text in rows.markdown)


def test_a_champions_threshold_stays_and_the_way_round_is_shown(open_staged: Open, stage: Stage) -> None:
    page = open_staged("model", id=stage.models[0].id, tab="Diagnostics", check="Threshold", threshold=0.25)

    button = page.button(key="use_threshold")
    assert button.disabled
    assert button.help.startswith("A champion's answers would change silently: train its triple again")
    assert any(link.label == "Train its triple again" for link in page.get("page_link"))


def test_a_cell_leads_to_its_rows_and_the_address_chooses_them(open_staged: Open, stage: Stage) -> None:
    model = stage.models[1]
    page = open_staged("model", id=model.id, tab="Diagnostics", check="Threshold", threshold=0.25)
    link = next(link for link in page.get("page_link") if "truly no, answered yes" in link.label)
    count = int(link.label.split()[0])

    rows = open_staged("model", id=model.id, tab="Rows", truth="no", answer="yes", at=0.25)

    assert not rows.exception
    assert any(text.value == f"**{count}** of them are chosen." for text in rows.markdown)
    assert (rows.dataframe[0].value["truth"] == "no").all()
    assert (rows.dataframe[0].value["score"] >= 0.25).all()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"tab": "Rows", "truth": "maybe"}, "This model knows no class 'maybe'; it has no, yes."),
        ({"tab": "Diagnostics", "check": "Palmistry"}, "Models of a binary project have no check 'Palmistry'"),
    ],
)
def test_a_foreign_choice_in_the_address_is_told_in_one_sentence(
    open_staged: Open, stage: Stage, address: dict[str, str], sentence: str
) -> None:
    page = open_staged("model", id=stage.models[1].id, **address)

    assert not page.exception
    assert [m.value.startswith(sentence) for m in [*page.error, *page.info]] == [True]


def test_a_check_that_cannot_be_made_shows_its_sentence_and_the_rest_of_the_page(
    open_staged: Open, stage: Stage
) -> None:
    model = stage.models[1]
    open_staged("model", id=model.id, tab="Diagnostics", check="Threshold")
    with transaction() as session:
        session.execute(sa.update(Diagnostic).values(tables_blob=None, error="There are no rows of both classes."))

    page = open_staged("model", id=model.id, tab="Diagnostics", check="Threshold")

    assert [info.value for info in page.info] == ["There are no rows of both classes."]
    assert not page.exception
    assert page.title[0].value == model.name


def test_a_first_look_while_somebody_writes_for_long_says_that_the_store_is_busy(
    open_staged: Open, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions.dispose()
    monkeypatch.setattr("db.session._BUSY_SECONDS", 0.1)  # else the page waits for half a minute, as it should
    with transaction() as session:
        session.add(MemberRow(name="writer", display_name="A slow writer", roles=[], created_at=NOW))
        session.flush()
        busy = open_staged("model", id=stage.models[1].id, tab="Diagnostics", check="Gains")
    free = open_staged("model", id=stage.models[1].id, tab="Diagnostics", check="Gains")

    assert not busy.exception
    assert [error.value for error in busy.error] == [
        "The store cannot be reached or is busy: nothing was changed. Check that the database runs, then try again."
    ]
    assert busy.title[0].value == stage.models[1].name
    assert not free.error
    assert stored() == {"gains"}


def test_the_rows_of_a_bin_are_those_between_its_ends() -> None:
    oof = pd.DataFrame({"row": [3, 5, 8, 9], "p_1": [0.1, 0.2, 0.2, 0.9]})

    assert rows_between(oof, "p_1", [(0.2, 0.4), (0.9, 0.9)]) == [5, 8, 9]
    assert rows_between(oof, "p_1", []) == []


def test_a_point_of_a_curve_asks_for_its_threshold_and_above_every_score_for_no_row() -> None:
    figure = go.Figure([go.Scatter(meta=3), go.Scatter(meta=4), go.Scatter(name="chance")])
    points = [{"curve_number": 0, "customdata": 0.25}, {"curve_number": 0, "customdata": 0.5}]
    points += [{"curve_number": 1, "customdata": None}, {"curve_number": 2}]

    assert picks(figure, {"selection": {"points": points}}) == {3: 0.25, 4: np.inf}


@pytest.mark.parametrize(("share", "at"), [(0.0, np.inf), (0.25, 0.9), (0.5, 0.7), (1.0, 0.1)])
def test_a_share_of_the_rows_ends_at_the_score_of_its_last_row(share: float, at: float) -> None:
    assert threshold_of_share(np.array([0.1, 0.9, 0.7, 0.3]), share) == at
