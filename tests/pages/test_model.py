"""One model: its tabs, and what one may do with it."""

import pytest

from db.models import Model as ModelRow
from db.queries.column_notes import column_notes
from db.queries.models import get_model
from db.queries.promotions import find_champion, promotions
from db.queries.runs import runs
from db.queries.tables import get_table_named
from db.queries.tags import tags_of
from db.session import reading, transaction
from mms.domain.markdown import as_text
from mms.domain.members import PRODUCT
from mms.domain.projects import ProjectDraft, Task
from mms.domain.promotions import Seating
from mms.domain.triples import BASELINE
from mms.usecases.members import ensure_local_admin
from mms.usecases.models import describe_model
from mms.usecases.projects import create_project
from mms.usecases.promotions import promote
from mms.usecases.tags import tag_models
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage

QUICK, OTHERS = ("Overview", "How to call it"), (
    "Folds", "Diagnostics", "Rows", "Columns", "Lineage", "Files", "History", "Comments",
)  # fmt: skip
TABS = (*QUICK, *(pytest.param(tab, marks=pytest.mark.slow) for tab in OTHERS))


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.slow
def test_each_tab_draws_without_an_error(open_staged: Open, stage: Stage, tab: str) -> None:
    page = open_staged("model", id=stage.models[0].id, tab=tab)

    assert not page.exception
    assert not page.error
    assert page.title[0].value == stage.models[0].name


@pytest.mark.parametrize(
    ("given", "sentence"), [("99", "There is no model 99"), ("x7", "'x7' is no number of a model")]
)
def test_a_wrong_id_is_refused_in_one_sentence(open_staged: Open, given: str, sentence: str) -> None:
    page = open_staged("model", id=given)

    assert not page.exception
    assert len(page.error) == 1
    assert page.error[0].value.startswith(sentence)


@pytest.mark.slow
def test_the_sidebar_shows_the_project_of_the_model(open_staged: Open, stage: Stage) -> None:
    with transaction() as session:
        other = create_project(session, PRODUCT, ProjectDraft("Before all others", Task.BINARY), NOW)

    assert open_staged("health").selectbox(key="project_choice").value == other.id
    assert open_staged("model", id=stage.models[0].id).selectbox(key="project_choice").value == stage.project.id


def test_without_an_id_the_page_leads_to_the_table(open_staged: Open) -> None:
    page = open_staged("model")

    assert page.info[0].value == "No model is chosen. Choose one in the model table."


def test_the_overview_labels_the_score_of_the_final_fit_as_optimistic(open_staged: Open, stage: Stage) -> None:
    page = open_staged("model", id=stage.models[0].id)

    assert "it is optimistic" in page.caption[-1].value or any("optimistic" in c.value for c in page.caption)
    assert "final fit" in page.dataframe[0].value.columns
    assert any("better than the Dummy baseline" in m.value for m in page.markdown)


@pytest.mark.slow
def test_a_promotion_against_the_advice_must_be_ticked_and_is_recorded(open_staged: Open, stage: Stage) -> None:
    worst = stage.models[-1]
    page = open_staged("model", id=worst.id)

    page.button(key="promote").click().run()
    page.text_area(key="promote_reason").set_value("to see what happens")
    page.button(key="promote_now").click().run()

    assert page.error[0].value.startswith(f"Model {worst.name} is not promoted")
    page.checkbox(key="promote_against").check().run()
    page.button(key="promote_now").click().run()
    with reading() as session:
        seated = find_champion(session, stage.project.id)
        ledger = promotions(session, stage.project.id)
    assert seated is not None
    assert seated.model.id == worst.id
    assert ledger[0].against_advice
    assert ledger[0].reason == "to see what happens"


@pytest.mark.slow
def test_of_two_tabs_that_promote_at_once_the_second_weighs_the_evidence_anew(open_staged: Open, stage: Stage) -> None:
    tabs = [open_staged("model", id=model.id) for model in stage.models[1:3]]
    for tab in tabs:
        tab.button(key="promote").click().run()
        tab.text_area(key="promote_reason").set_value("its turn")
        tab.checkbox(key="promote_against").check().run()

    for tab in tabs:
        tab.button(key="promote_now").click().run()

    second, third = stage.models[1:3]
    assert not tabs[0].error
    assert f"changed while you looked: {second.name}" in tabs[1].error[0].value
    assert f"**{third.name}** takes the seat of **{second.name}**" in "".join(m.value for m in tabs[1].markdown)
    tabs[1].button(key="promote_now").click().run()
    with reading() as session:
        seated = find_champion(session, stage.project.id)
    assert seated is not None
    assert seated.model.id == third.id


def test_tags_and_the_reason_of_a_promotion_are_shown_as_written(open_staged: Open, stage: Stage) -> None:
    seated, said = stage.models[1], "*why* [here](http://e.example) <script>alert(1)</script>"
    with transaction() as session:
        member = ensure_local_admin(session, NOW)
        tag_models(session, member, [seated.id], NOW, add=["a:red[b]"])
        promote(session, member, Seating(seated.id, said, against_advice=True), NOW)

    page = open_staged("model", id=seated.id)

    assert any(m.value.endswith(as_text(said)) for m in page.markdown)
    assert page.caption[0].value == f"Tags: {as_text('a:red[b]')}"


def test_a_description_is_kept(open_staged: Open, stage: Stage) -> None:
    page = open_staged("model", id=stage.models[1].id)

    page.text_area(key="description").set_value("the second best")
    page.button(key="describe").click().run()

    with reading() as session:
        assert get_model(session, stage.models[1].id).description == "the second best"


def test_a_champion_cannot_be_archived_and_the_button_says_why(open_staged: Open, stage: Stage) -> None:
    button = open_staged("model", id=stage.models[0].id).button(key="archive")

    assert button.disabled
    assert button.help == "A champion cannot be archived: promote another model first."


@pytest.mark.slow
def test_retraining_opens_its_run(open_staged: Open, stage: Stage) -> None:
    page = open_staged("model", id=stage.models[0].id)

    assert page.button(key="retrain").help.endswith(": about 39 fits.")
    page.button(key="retrain").click().run()

    assert not page.exception
    assert not page.error
    assert page.title[0].value.startswith("Run")


def test_a_model_of_a_scope_is_judged_and_retrained_there(open_staged: Open, stage: Stage) -> None:
    model, scope = stage.models[-1], "group:x=1"
    with transaction() as session:
        session.get_one(ModelRow, model.id).scope = scope
        promote(session, PRODUCT, Seating(model.id, "it knows them", scope, against_advice=True), NOW)
    page = open_staged("model", id=model.id)
    said = [m.value for m in page.markdown]

    page.button(key="retrain").click().run()

    assert any(words.endswith(": it knows them") for words in said)
    with reading() as session:
        assert runs(session, stage.project.id)[0].scope == scope


def test_each_fit_tells_its_features_its_seconds_and_its_memory(open_staged: Open, stage: Stage) -> None:
    page = open_staged("model", id=stage.models[0].id, tab="Folds")

    (table,) = [frame.value for frame in page.dataframe if "peak memory" in frame.value.columns]
    assert len(table) == 13
    assert table["features"].min() > 0
    assert (table["peak memory"] == "–").all() or table["peak memory"].str.endswith("B").all()


@pytest.mark.slow
def test_the_features_that_weigh_most_are_shown_or_why_none_are(open_staged: Open, stage: Stage) -> None:
    logistic = next(m for m in stage.models if m.algorithm == "logistic")
    dummy = next(m for m in stage.models if m.algorithm == BASELINE)
    page, none = (open_staged("model", id=m.id, tab="Diagnostics", check="Look inside") for m in (logistic, dummy))

    (table,) = [frame.value for frame in page.dataframe if "mean of folds" in frame.value.columns]
    weights = table["final fit"].abs().tolist()
    assert {"x", "y"} <= {name.rpartition("__")[2] for name in table["feature"]}
    assert weights == sorted(weights, reverse=True)
    assert any("does not tell what its features weigh" in i.value for i in none.info)


@pytest.mark.slow
def test_what_columns_mean_is_typed_into_the_models_page_and_into_the_tables(open_staged: Open, stage: Stage) -> None:
    page = open_staged("model", id=stage.models[0].id, tab="Columns")
    rows = {"0": {"description": "to the right <script>", "owner": "ada"}}
    page.session_state["column_notes"] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    page.run()

    page.button(key="column_notes_save").click().run()

    assert not page.exception
    assert not page.error
    assert any(m.value == "1 of 2 columns has a note." for m in page.markdown)
    with reading() as session:
        table = get_table_named(session, stage.project.id, "points")
        (note,) = column_notes(session, [table.id]).values()
    assert (note.name, note.said.description, note.said.owner) == ("x", "to the right <script>", "ada")
    data = open_staged("data", project=stage.project.id, tab="Tables")
    assert any(m.value == f"1 of {len(table.columns)} columns has a note." for m in data.markdown)


@pytest.mark.slow
def test_a_description_with_a_script_is_text_and_asks_no_other_host(open_staged: Open, stage: Stage) -> None:
    text = "**good** <script>alert(1)</script> ![x](https://example.org/x.png)"
    with transaction() as session:
        describe_model(session, PRODUCT, stage.models[0].id, text, NOW)

    page = open_staged("model", id=stage.models[0].id)

    (said,) = [m for m in page.markdown if "good" in m.value]
    assert "![" not in said.value
    assert not said.allow_html


@pytest.mark.slow
def test_tags_are_put_on_and_taken_off_on_the_models_page(open_staged: Open, stage: Stage) -> None:
    page = open_staged("model", id=stage.models[0].id)
    page.multiselect(key="tags").set_value(["prod", "spring"]).run()
    page.button(key="save_tags").click().run()
    assert any(caption.value == "Tags: prod, spring" for caption in page.caption)

    page.multiselect(key="tags").set_value(["spring"]).run()
    page.button(key="save_tags").click().run()

    assert not page.exception
    with reading() as session:
        assert tags_of(session, stage.models[0].id) == ("spring",)


@pytest.mark.slow
def test_the_history_tells_what_was_replaced_and_what_replaced_it(open_staged: Open, stage: Stage) -> None:
    first, second = stage.models[:2]
    with transaction() as session:
        promote(session, PRODUCT, Seating(second.id, "we try it", against_advice=True), NOW)

    old, new = (open_staged("model", id=model.id, tab="History") for model in (first, second))

    assert any(m.value.endswith(f"was replaced by v{second.version} on 2026-03-01.") for m in old.markdown)
    assert any(f"it replaced v{first.version} on 2026-03-01 and sits there now." in m.value for m in new.markdown)
    overview = open_staged("model", id=first.id)
    assert any("It sits in no scope, so it answers nobody now." in m.value for m in overview.markdown)
