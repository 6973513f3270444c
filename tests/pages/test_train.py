"""Train: what to try is composed by widgets, its cost is said before the click, and any triple may be altered."""

import json
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from db.models import Snapshot as SnapshotRow
from db.queries.runs import run_triples, runs, triples_of_run
from db.queries.snapshots import snapshots
from db.session import reading, transaction
from mms.domain.ensembles import EnsembleKind, ensemble_of
from mms.domain.members import PRODUCT
from mms.domain.runs import Run
from mms.domain.search import SearchKind
from mms.domain.segments import SegmentDraft
from mms.domain.tables import Condition, Operator
from mms.domain.triples import Triple
from mms.usecases.segments import create_segment
from pages.parts.draft import text_of
from pages.parts.scope_choice import scope_address
from pages.parts.search_choice import address_of
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage


def key_of(app: AppTest, kind: str, ending: str) -> str:
    return next(w.key for w in getattr(app, kind) if w.key and w.key.endswith(ending))


def launched(app: AppTest, stage: Stage) -> tuple[Run, list[Triple]]:
    """Click, and read what was stored."""
    app.button(key="launch").click().run()
    assert not app.exception
    with reading() as session:
        newest = runs(session, stage.project.id)[0]
        return newest, run_triples(session, newest.id)


def test_the_warnings_of_the_chosen_snapshot_stand_above_the_launch(open_staged: Open, stage: Stage) -> None:
    with reading() as session:
        newest = snapshots(session, stage.project.id)[0]
    with transaction() as session:
        row = session.get_one(SnapshotRow, newest.id)
        profile = json.loads(json.dumps(row.profile))
        profile["columns"][0]["warning"] = "'x' looks like the answer."
        row.profile = profile

    page = open_staged("train", project=stage.project.id)

    assert not page.exception
    assert [w.value for w in page.warning] == ["'x' looks like the answer."]


def test_one_click_launches_the_first_space_at_the_cost_that_is_said(open_staged: Open, stage: Stage) -> None:
    page = open_staged("train", project=stage.project.id)
    assert any("5 triples and the Dummy baseline × 13 fits = 78 fits" in m.value for m in page.markdown)

    run, triples = launched(page, stage)

    assert (run.fits, len(triples)) == (78, 5)


@pytest.mark.slow
def test_the_address_holds_recipes_algorithms_values_and_search(open_staged: Open, stage: Stage) -> None:
    page = open_staged("train", project=stage.project.id, strong="", middling="", readable="Logistic regression",
                       values="small grid", halving="true", factor="2", recipes="standard v1")  # fmt: skip

    run, triples = launched(page, stage)

    assert {t.algorithm for t in triples} == {"logistic"}
    assert len(triples) > 2
    assert (run.search.kind, run.search.factor) == (SearchKind.HALVING, 2)


def test_without_an_algorithm_the_button_says_why_it_cannot_act(open_staged: Open, stage: Stage) -> None:
    page = open_staged("train", project=stage.project.id, readable="", middling="", strong="")

    assert page.button(key="launch").disabled
    assert page.button(key="launch").help == "There is nothing to fit yet: choose at least one algorithm."


def test_a_range_in_a_grid_is_refused_before_the_click(open_staged: Open, stage: Stage) -> None:
    page = open_staged("train", project=stage.project.id, values="whole ranges")

    assert "draw at random" in page.error[0].value
    assert page.button(key="launch").disabled
    page.radio(key="search").set_value("a random sample").run()
    page.number_input(key="draw").set_value(7).run()
    assert len(launched(page, stage)[1]) == 7


@pytest.mark.slow
def test_a_models_triple_is_altered_by_widgets_and_launched_alone(open_staged: Open, stage: Stage) -> None:
    logistic = next(m for m in stage.models if m.algorithm == "logistic")
    page = open_staged("train", project=stage.project.id, model=logistic.id)

    page.number_input(key=key_of(page, "number_input", "_C")).set_value(0.25).run()
    address = page.query_params["triples"]
    kept = address if isinstance(address, str) else address[0]
    again = open_staged("train", project=stage.project.id, model=logistic.id, triples=kept)

    (triple,) = launched(again, stage)[1]
    assert (triple.algorithm, triple.hyperparameters["C"]) == ("logistic", 0.25)


def test_a_whole_run_is_edited_triple_by_triple(open_staged: Open, stage: Stage) -> None:
    page = open_staged("train", project=stage.project.id, again=stage.models[0].run_id)

    page.selectbox(key=key_of(page, "selectbox", "chosen")).select_index(1).run()
    page.selectbox(key=key_of(page, "selectbox", "_algorithm")).select("naive_bayes").run()
    page.button(key=key_of(page, "button", "double")).click().run()
    page.selectbox(key=key_of(page, "selectbox", "chosen")).select_index(0).run()
    page.button(key=key_of(page, "button", "remove")).click().run()

    triples = launched(page, stage)[1]
    assert [t.algorithm for t in triples] == ["naive_bayes"]  # two that are equal are one


@pytest.mark.slow
def test_a_run_is_launched_again_with_its_search(open_staged: Open, stage: Stage) -> None:
    page = open_staged("train", project=stage.project.id, readable="Naive Bayes", strong="", middling="",
                       values="small grid", halving="true", factor="4")  # fmt: skip
    before, triples = launched(page, stage)

    again = open_staged("train", again=before.id, **address_of(before.search))

    after, same = launched(again, stage)
    assert (after.search, same) == (before.search, triples)


@pytest.mark.slow
def test_what_was_fitted_in_a_scope_is_launched_again_in_it(open_staged: Open, stage: Stage) -> None:
    rule = (Condition("x", Operator.GT, -2),)
    with transaction() as session:
        create_segment(session, PRODUCT, stage.project.id, SegmentDraft("right", rule), NOW)
    scope = scope_address("segment:right")
    before, _ = launched(open_staged("train", project=stage.project.id, seed=7, **scope), stage)
    page = open_staged("runs", project=stage.project.id, run=before.id)
    link = next(link for link in page.get("page_link") if link.proto.label == "Run again with edits")
    address = dict(parse_qsl(link.proto.query_string))

    after, _ = launched(open_staged("train", **address), stage)

    assert (after.scope, after.seed) == (before.scope, before.seed) == ("segment:right", 7)


def test_an_ensemble_is_edited_by_widgets_too(open_staged: Open, stage: Stage) -> None:
    with reading() as session:
        members = run_triples(session, stage.models[0].run_id)
    vote = ensemble_of(EnsembleKind.VOTING, members)
    page = open_staged("train", project=stage.project.id, triples=text_of([vote.to_json()]))

    page.selectbox(key=key_of(page, "selectbox", "_kind")).select(EnsembleKind.STACKING).run()
    page.number_input(key=key_of(page, "number_input", "_strength")).set_value(3.0).run()
    before = page.multiselect(key=key_of(page, "multiselect", "_members"))
    before.set_value([members[0].hash]).run()
    assert any("2 members at least" in error.value for error in page.error)
    page.multiselect(key=before.key).set_value([member.hash for member in members]).run()

    own = [triple for triple in launched(page, stage)[1] if triple.members]
    assert own == [ensemble_of(EnsembleKind.STACKING, members, {"strength": 3.0})]


def test_one_row_of_a_run_is_opened_by_its_address(open_staged: Open, stage: Stage) -> None:
    with reading() as session:
        rows = triples_of_run(session, stage.models[0].run_id, stage.project.primary_metric)
    tree = next(row for row in rows if row.triple.algorithm == "tree")

    page = open_staged("train", triple=tree.id)

    assert launched(page, stage)[1] == [tree.triple]


@pytest.mark.parametrize("broken", ["cut", "eJyLrlZKLSrKLwIADDoDEw", "~gone"])
@pytest.mark.slow
def test_a_cut_address_gets_one_sentence(broken: str, open_staged: Open, stage: Stage) -> None:
    page = open_staged("train", project=stage.project.id, triples=broken)

    assert not page.exception
    assert len(page.error) == 1
