"""Decay: the sentence, the metric in the address, and the way on."""

from tests.pages.conftest import Open
from tests.staged import Stage


def test_the_sentence_says_who_answers_what_its_score_did_and_how_many_labels_are_known(
    open_staged: Open, stage: Stage
) -> None:
    page = open_staged("decay")

    assert not page.exception
    assert page.markdown[0].value.startswith(f"Champion **{stage.models[0].name}** answers since ")
    assert "97% of 360 labels are known." in page.markdown[0].value
    assert len(page.get("plotly_chart")) == 1


def test_the_metric_is_in_the_address(open_staged: Open) -> None:
    page = open_staged("decay", metric="Recall")

    assert page.selectbox(key="metric").value == "Recall"
    assert page.caption[0].value.startswith("Recall: of the rows that truly were positive")


def test_retraining_opens_its_run(open_staged: Open) -> None:
    page = open_staged("decay")

    page.button(key="retrain").click().run()

    assert not page.exception
    assert page.title[0].value.startswith("Run")


def test_a_project_in_real_time_has_no_replay(open_staged: Open) -> None:
    assert "Next month" not in [b.label for b in open_staged("decay").button]
