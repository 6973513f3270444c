"""Models combined on their page: proposed, foretold, made, and told on the model's page."""

import pytest

from db.queries.models import best_models
from db.session import reading
from mms.domain.jobs import JobKind
from mms.usecases.fitting import fit_run
from tests.pages.conftest import Open
from tests.pages.test_structure import next_of
from tests.staged import Stage


@pytest.mark.slow
def test_an_ensemble_is_foretold_and_made(open_staged: Open, stage: Stage) -> None:
    best, second, _ = stage.models
    page = open_staged("ensemble", ids=f"{best.id},{second.id}")
    assert "would score F1" in page.markdown[0].value
    assert f"v{best.version}" in page.markdown[0].value

    page.button(key="make").click().run()

    assert not page.exception
    next_of(JobKind.RUN, fit_run)
    with reading() as session:
        (made,) = best_models(session, stage.project.id, algorithm="voting")
    for tab in ("Overview", "Folds", "Diagnostics", "Rows", "Lineage", "How to call it", "History"):
        shown = open_staged("model", id=made.id, tab=tab)
        assert not shown.exception
        assert f"votes of v{min(best.version, second.version)} and v" in shown.markdown[0].value


@pytest.mark.parametrize(
    ("ids", "sentence"), [("1", "Choose 2 models or more"), ("1,99", "There is no model 99"), ("1,x", "'x' is no")]
)
@pytest.mark.slow
def test_what_cannot_be_combined_is_said(open_staged: Open, ids: str, sentence: str) -> None:
    page = open_staged("ensemble", ids=ids)

    assert not page.exception
    said = [*page.info, *page.error]
    assert said[0].value.startswith(sentence)
    assert "All models" in [link.proto.label for link in page.get("page_link")]


def test_the_baseline_is_refused_before_the_click(open_staged: Open, stage: Stage) -> None:
    best, _, baseline = stage.models

    page = open_staged("ensemble", ids=f"{best.id},{baseline.id}")

    assert "The baseline looks at no feature" in page.warning[0].value
    assert "make" not in [button.key for button in page.button]
