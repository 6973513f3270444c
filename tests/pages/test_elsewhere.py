"""A model served elsewhere is drawn wherever models are, and says that it is not here where it would have to answer."""

from pathlib import Path

import pytest

from db.session import transaction
from mms.domain.members import Member
from mms.usecases.projects import create_project
from tests.conftest import NOW
from tests.logged import BOOKINGS, a_log, imported
from tests.pages.conftest import Open

TABS = ("Overview", "How to call it", "Folds", "Diagnostics", "Rows", "Columns", "Lineage", "Files", "History")


@pytest.fixture
def models(admin: Member, tmp_path: Path) -> list[int]:
    """The ids of two of them, the first a champion."""
    log = a_log(800)
    log["model"] = ["old" if i < 400 else "new" for i in range(800)]
    return [one.model_id or 0 for one in imported(admin, tmp_path, log, name=None)]


@pytest.mark.slow
@pytest.mark.parametrize("tab", TABS)
def test_each_tab_of_its_page_draws_or_says_why_not(models: list[int], open_page: Open, tab: str) -> None:
    page = open_page("model", id=models[0], tab=tab)

    assert not page.exception
    assert page.title[0].value == "v1 elsewhere"


@pytest.mark.slow
@pytest.mark.parametrize("tab", ["Decay", "Drift", "Why", "Labels", "Promised", "Age", "Segments"])
def test_the_decay_page_watches_it(models: list[int], open_page: Open, tab: str) -> None:
    page = open_page("decay", tab=tab)

    assert not page.exception
    assert not page.error


@pytest.mark.slow
@pytest.mark.parametrize("tab", ["Scores", "Curves", "Changes", "Errors", "Costs"])
def test_two_of_them_are_compared(models: list[int], open_page: Open, tab: str) -> None:
    page = open_page("compare", ids=",".join(map(str, models)), tab=tab)

    assert not page.exception
    assert "v1 elsewhere is served elsewhere, so no folds of it are scored here" in page.markdown[0].value
    assert not page.warning


@pytest.mark.slow
@pytest.mark.parametrize("stem", ["models", "champions", "runs", "health", "predict", "triggers", "data", "what_if"])
def test_every_other_page_draws_beside_it(models: list[int], open_page: Open, stem: str) -> None:
    assert not open_page(stem).exception


@pytest.mark.slow
def test_the_import_is_a_run_with_its_model(models: list[int], open_page: Open) -> None:
    page = open_page("runs", run=1)

    assert not page.exception
    assert page.title[0].value == "Run 1"


@pytest.mark.slow
def test_who_would_ask_it_is_told_that_it_is_not_here(models: list[int], open_page: Open) -> None:
    assert "v1 elsewhere cannot be asked: it is served elsewhere" in open_page("predict").info[0].value
    assert open_page("model", id=models[0], tab="How to call it").info[0].value.startswith("There is nothing to call")
    assert open_page("what_if", model=models[0]).error[0].value.startswith("v1 is served elsewhere")


@pytest.mark.slow
def test_a_log_is_uploaded_looked_at_and_stored_once(admin: Member, open_page: Open) -> None:
    with transaction() as session:
        create_project(session, admin, BOOKINGS, NOW)
    page = open_page("data", tab="Served elsewhere")
    log = a_log(600).to_csv(index=False).encode()

    page.file_uploader(key="log_file").set_value(("log.csv", log, "text/csv")).run()
    assert page.error[0].value.startswith("Say what the model is called")
    page.text_input(key="log_model").set_value("scorer").run()
    taken = dict(zip(page.dataframe[0].value["column"], page.dataframe[0].value["taken for"], strict=True))
    page.button(key="log_store").click().run()
    first = page.success[0].value
    page.button(key="log_store").click().run()

    assert not page.exception
    assert (taken["score"], taken["age"]) == ("score", "feature (integer)")
    assert first == "v1 scorer, champion of the empty seat: 600 new answers."
    assert page.success[0].value == "v1 scorer: 0 new answers, 600 known already."


@pytest.mark.slow
def test_columns_of_other_names_are_chosen_on_the_page(admin: Member, open_page: Open) -> None:
    with transaction() as session:
        create_project(session, admin, BOOKINGS, NOW)
    page = open_page("data", tab="Served elsewhere")
    names = {"predicted_at": "sent", "score": "risk", "truth": "came", "truth_at": "seen"}
    log = a_log(300).rename(columns=names).to_csv(index=False).encode()
    boxes = {"time": "sent", "score": "risk", "truth": "came", "truth_time": "seen"}

    page.file_uploader(key="log_file").set_value(("log.csv", log, "text/csv")).run()
    assert page.error[0].value.startswith("Say which column tells when each answer was given")
    page.text_input(key="log_model").set_value("scorer").run()
    for role, name in boxes.items():
        next(box for box in page.selectbox if (box.key or "").startswith(f"log_{role}_")).set_value(name).run()
    taken = dict(zip(page.dataframe[0].value["taken for"], page.dataframe[0].value["column"], strict=True))
    page.button(key="log_store").click().run()

    assert not page.exception
    assert (taken["time"], taken["truth time"], taken["entity"]) == ("sent", "seen", "id")
    assert page.success[0].value == "v1 scorer, champion of the empty seat: 300 new answers."

    next(box for box in page.selectbox if (box.key or "").startswith("log_entity_")).set_value(None).run()

    taken = dict(zip(page.dataframe[0].value["column"], page.dataframe[0].value["taken for"], strict=True))
    assert taken["id"] == "feature (integer)"


@pytest.mark.slow
def test_a_wrong_guess_of_probabilities_is_put_off_on_the_page(admin: Member, open_page: Open) -> None:
    with transaction() as session:
        create_project(session, admin, BOOKINGS, NOW)
    page = open_page("data", tab="Served elsewhere")
    log = a_log(300).rename(columns={"score": "label"}).assign(p_code=7, p_area=9)
    log["label"] = ["yes" if one >= 0.5 else "no" for one in log["label"]]

    page.file_uploader(key="log_file").set_value(("log.csv", log.to_csv(index=False).encode(), "text/csv")).run()
    page.text_input(key="log_model").set_value("scorer").run()
    assert page.error
    (shares,) = page.multiselect
    assert shares.value == ["p_code", "p_area"]
    shares.set_value([]).run()

    taken = dict(zip(page.dataframe[0].value["column"], page.dataframe[0].value["taken for"], strict=True))
    assert not page.error
    assert (taken["label"], taken["p_code"]) == ("label", "feature (integer)")
