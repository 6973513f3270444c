"""The drift tab: the sentence, the ranking, and the feature that is looked at, all in the address."""

from datetime import timedelta

import pytest

from db.session import transaction
from mms.usecases.drift import count_features
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.pages.test_model_inspections import work_off_diagnostics
from tests.staged import Stage


def test_before_the_worker_has_counted_the_tab_says_so(open_staged: Open) -> None:
    page = open_staged("decay", tab="Drift")

    assert not page.exception
    assert any("is being counted" in one.value for one in page.markdown)


@pytest.mark.slow
def test_the_tab_tells_who_drifted_and_shows_the_chosen_feature(open_staged: Open, stage: Stage) -> None:
    while count_features(transaction, stage.project.id, NOW):
        pass
    since = (NOW - timedelta(days=100)).date().isoformat()

    page = open_staged("decay", tab="Drift", drift_since=since, drift_feature="x", drift_grain="month")

    assert not page.exception
    assert any(f"features of {stage.models[0].name}" in one.value for one in page.markdown)
    assert len(page.get("plotly_chart")) == 3
    assert page.header[0].value == "x"
    assert page.selectbox(key="drift_grain").value == "month"
    ranked, distances = (page.dataframe[i].value for i in (0, 1))
    assert {"predicted label", "predicted probability", "x", "y"} == set(ranked["feature"])
    assert list(distances["distance"])[0] == "psi"

    page.selectbox(key="drift_feature").select("predicted label").run()

    assert page.header[0].value == "predicted label"
    assert any("It takes **5 fits and 15 calls of the fits, about " in one.value for one in page.markdown)

    page.button(key="ask_together").click().run()
    work_off_diagnostics()
    page = open_staged("decay", tab="Drift", drift_since=since)

    assert not page.exception
    assert any("classifier" in one.value and "AUC" in one.value for one in page.markdown)


@pytest.mark.slow
def test_a_period_without_rows_or_that_ends_before_it_begins_is_one_sentence(open_staged: Open, stage: Stage) -> None:
    while count_features(transaction, stage.project.id, NOW):
        pass

    page = open_staged("decay", tab="Drift", drift_since="2020-01-01", drift_until="2020-02-01")
    turned = open_staged("decay", tab="Drift", drift_since="2026-02-01", drift_until="2026-01-01")

    assert any("answered nothing in this period" in one.value for one in page.markdown)
    assert turned.error[0].value.endswith("holds no day: let it begin before it ends.")
