"""Models side by side."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.tables import get_table_named
from db.session import transaction
from mms.domain.members import Member
from mms.domain.runs import Launch
from mms.domain.tables import FileProject
from mms.usecases.members import ensure_local_admin
from mms.usecases.runs import launch_run
from mms.usecases.tables import append_rows, project_from_file
from tests import rows
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage
from tests.trained import ROWS, a_snapshot, points, triple_of, work_off


def test_the_verdict_comes_first_and_a_table_says_it_of_each_pair(open_staged: Open, stage: Stage) -> None:
    best, second, baseline = stage.models

    page = open_staged("compare", ids=f"{baseline.id},{second.id},{best.id}", tab="Scores")

    assert not page.exception
    assert page.markdown[0].value.startswith(f"**{best.name} ")
    assert f"chance that {best.name} is better than {second.name} by more than 0.01 F1" in page.markdown[0].value
    assert " predict" in page.markdown[0].value
    pairs, chances = page.dataframe[0].value, page.dataframe[1].value
    assert list(pairs["pair"]) == [
        f"{best.name} – {second.name}", f"{best.name} – {baseline.name}", f"{second.name} – {baseline.name}",
    ]  # fmt: skip
    assert chances.loc[baseline.name, best.name] == "under 1 %"
    assert chances.loc[best.name, best.name] == ""


def test_scores_are_side_by_side_with_a_mark_where_they_differ(open_staged: Open, stage: Stage) -> None:
    page = open_staged("compare", ids=f"{stage.models[0].id},{stage.models[1].id}", tab="Scores")
    whole = page.dataframe[1].value

    page.toggle(key="differs").set_value(True).run()

    marks = dict(zip(whole["property"], whole["differs"], strict=True))
    assert marks["algorithm"] == "≠"
    assert marks["recipe"] == ""
    assert set(page.dataframe[1].value["differs"]) == {"≠"}


def test_what_changed_stands_in_words_and_by_signs_and_can_be_shown_of_any_pair(
    open_staged: Open, stage: Stage
) -> None:
    best, second, baseline = stage.models
    page = open_staged("compare", ids=",".join(str(model.id) for model in stage.models))
    facts = page.dataframe[0].value

    page.selectbox(key="from").set_value(baseline.name)
    page.selectbox(key="to").set_value(best.name)
    page.toggle(key="same").set_value(True).run()
    every = page.dataframe[0].value

    older, newer = sorted((best, second), key=lambda model: model.version)
    assert any(one.value.startswith(f"From {baseline.name} to {best.name} these changed: ") for one in page.markdown)
    algorithm = facts[facts["what"] == "algorithm"].iloc[0]
    assert algorithm["change"] == "≠ changed"
    assert (algorithm[older.name], algorithm[newer.name]) == (older.algorithm, newer.algorithm)
    assert "= same" not in set(facts["change"])
    assert dict(zip(every["what"], every["change"], strict=True))["snapshot · rows"] == "= same"


@pytest.mark.slow
def test_every_tab_says_its_finding(open_staged: Open, stage: Stage) -> None:
    best, second, baseline = stage.models
    ids = f"{best.id},{second.id},{baseline.id}"

    told = {
        tab: open_staged("compare", ids=ids, tab=tab) for tab in ("Curves", "Weights", "Costs", "Triples", "Errors")
    }
    told |= {
        kind: open_staged("compare", ids=ids, tab="Curves", curves=kind) for kind in ("Thresholds", "Class errors")
    }

    assert not any(page.exception or page.error for page in told.values())
    said = {tab: [one.value for one in (*page.markdown, *page.caption)] for tab, page in told.items()}
    assert any("ROC AUC" in words for words in said["Curves"])
    assert any("weighs most in" in words for words in said["Weights"])
    assert any("At its cheapest threshold, errors cost" in words for words in said["Thresholds"])
    assert any("is missed most" in words for words in said["Class errors"])
    assert sum("on the front" in words or "the quickest" in words for words in said["Costs"]) >= 2
    assert any("The best 2 of 3 triples" in words for words in said["Triples"])
    assert any("complement each other most" in words for words in said["Errors"])
    assert any("on the same 120 rows" in words and "false negatives" in words for words in said["Errors"])


@pytest.mark.slow
def test_of_numbers_the_errors_are_drawn_and_no_class_is_asked_for(
    open_page: Open, admin: Member, tmp_path: Path
) -> None:
    points(NOW).drop(columns="side").to_csv(tmp_path / "numbers.csv", index=False)
    source = FileProject("Numbers", tmp_path / "numbers.csv", "x", ("id",), "at", "")
    with transaction() as session:
        project = project_from_file(session, admin, source, NOW)
    snapshot = a_snapshot(admin, project, NOW)
    with transaction() as session:
        triples = tuple(triple_of(project, snapshot, name) for name in ("ridge", "tree"))
        launch_run(session, admin, Launch(snapshot.id, triples), NOW)
    work_off(NOW)

    told = {tab: open_page("compare", ids="1,2,3", tab=tab) for tab in ("Scores", "Curves", "Costs", "Errors")}

    assert not any(page.exception or page.error for page in told.values())
    assert "RMSE" in told["Scores"].markdown[0].value
    assert any("errs most narrowly" in caption.value for caption in told["Curves"].caption)
    assert any("residuals of" in one.value for one in told["Errors"].markdown)
    assert not [one for one in told["Errors"].header if one.value == "Version by version"]


def test_the_seat_is_offered_to_the_one_that_is_chosen(open_staged: Open, stage: Stage) -> None:
    best, second, _ = stage.models

    page = open_staged("compare", ids=f"{best.id},{second.id}")
    offered = [button.key for button in page.button]
    page.selectbox(key="candidate").set_value(second.name).run()

    assert f"promote_{best.id}" in offered
    assert f"promote_{second.id}" in [button.key for button in page.button]


@pytest.mark.slow
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

    page, errors = open_staged("compare", ids=ids), open_staged("compare", ids=ids, tab="Errors")
    first, button = page.markdown[0].value, page.button(key="align")
    (came,) = page.dataframe[0].value.set_index("what").filter(like="only in the", axis="index").to_dict("records")
    button.click().run()
    waiting = open_staged("compare", ids=ids)

    assert first.startswith(f"{old.name} and {stage.models[1].name} were scored on different snapshots")
    assert button.label == f"Refit {old.name} on the same rows"
    assert f"{newer.row_count - ROWS:,}" in came.values()
    assert [error.value for error in errors.error] == [first]
    assert any("false negatives" in one.value for one in errors.markdown)
    assert page.title[0].value.startswith("Run ")
    assert any("under way that makes them comparable" in info.value for info in waiting.info)


@pytest.mark.parametrize(
    ("strange", "sentence"),
    [
        ("99", "There is no model 99"),
        ("two", "'two' is no number of a model"),
        (",".join(str(number) for number in range(4, 24)), "At most 20 models are compared at once, and these are 23"),
    ],
)
@pytest.mark.slow
def test_what_an_address_names_wrongly_is_told_and_the_rest_is_compared(
    open_staged: Open, strange: str, sentence: str
) -> None:
    page = open_staged("compare", ids=f"1,2,3,{strange}")

    assert not page.exception
    assert any(box.value.startswith(sentence) for box in page.warning)
    assert "chance that" in page.markdown[0].value


def test_a_model_of_another_project_is_told_and_left_out(open_staged: Open, stage: Stage) -> None:
    foreign = stage.models[2]
    with transaction() as session:
        project = rows.a_project(session, NOW, "another")
        session.execute(sa.update(tables.Model).where(tables.Model.id == foreign.id).values(project_id=project))

    page = open_staged("compare", ids=",".join(str(model.id) for model in stage.models))

    assert not page.exception
    assert [box.value for box in page.warning] == [
        f"{foreign.name} answers another question: compare models of one project."
    ]
    assert stage.models[1].name in page.markdown[0].value


def test_one_id_leads_to_the_table(open_staged: Open) -> None:
    assert open_staged("compare", ids="1").info[0].value.startswith("Choose 2 models or more")
