"""The gallery of a model: everything drawn at once, one large, what costs fits, and why some pictures are not there."""

import pytest

from db.queries.pictures import being_drawn
from db.session import reading, transaction
from mms.domain.jobs import JobKind
from mms.domain.pictures import Picture, PictureKind, Theme
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.pictures import store_picture
from mms.worker.pictures import draw_pictures
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.pages.test_structure import next_of
from tests.staged import Stage

pytestmark = pytest.mark.slow

REPORT, ROC = PictureKind.CLASSIFICATION_REPORT, PictureKind.ROC_AUC
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.fixture
def champion(stage: Stage) -> Subject:
    """The champion with one picture that is drawn and one that could not be."""
    subject = Subject(SubjectKind.MODEL, stage.models[0].id)
    with transaction() as session:
        store_picture(session, Picture(subject, REPORT, Theme.LIGHT, "c" * 64, SVG), NOW)
        store_picture(session, Picture(subject, ROC, Theme.LIGHT, "", None, "All rows are of one class."), NOW)
    return subject


def done_drawing(subject: Subject) -> None:
    """What the run asked for is drawn by now."""
    while True:
        with reading() as session:
            if being_drawn(session, subject) is None:
                return
        next_of(JobKind.PICTURES, lambda _: None)


def test_drawn_pictures_are_thumbnails_and_the_others_say_why_not(open_staged: Open, champion: Subject) -> None:
    page = open_staged("gallery", model=champion.id)

    assert not page.exception
    assert page.markdown[0].value.startswith("**1 picture** of this model is drawn; ")
    assert page.button(key=f"enlarge {REPORT.value}")
    reasons = page.markdown[-1].value
    assert "- **ROC curves**: All rows are of one class." in reasons
    assert "- **Residuals**: It is about errors of numbers, and this project predicts classes." in reasons


def test_a_click_enlarges_and_the_address_says_which(open_staged: Open, champion: Subject) -> None:
    page = open_staged("gallery", model=champion.id)

    page.button(key=f"enlarge {REPORT.value}").click().run()

    assert page.query_params["kind"] == REPORT.value
    assert page.header[0].value == REPORT.heading
    assert [link.proto.url for link in page.get("link_button")] == [
        f"/api/v1/models/{champion.id}/pictures/classification-report.csv"
    ]
    page.button(key="close").click().run()
    assert "kind" not in page.query_params


@pytest.mark.parametrize("kind", ["elbow", "no such kind", ROC.value])
def test_a_kind_that_is_not_drawn_is_told_in_one_sentence(open_staged: Open, champion: Subject, kind: str) -> None:
    page = open_staged("gallery", model=champion.id, kind=kind)

    assert not page.exception
    assert not page.error
    assert len(page.info) == 1


def test_drawing_can_be_stopped(open_staged: Open, champion: Subject) -> None:
    page = open_staged("gallery", model=champion.id)

    page.button(key="stop_drawing").click().run()

    assert not page.exception
    with reading() as session:
        assert being_drawn(session, champion) is None


def test_pictures_that_cost_fits_tell_how_many_before_the_click(open_staged: Open, champion: Subject) -> None:
    done_drawing(champion)
    page = open_staged("gallery", model=champion.id)

    assert any("It takes **48 fits" in m.value and "Would more rows" in m.value for m in page.markdown)
    page.button(key="refit learning curve").click().run()

    assert not page.exception
    with reading() as session:
        job = being_drawn(session, champion)
    assert job is not None
    assert job.arguments["kinds"] == ["learning curve"]


@pytest.mark.parametrize(
    ("query", "sentence"), [({"model": 99}, "There is no model 99"), ({"model": "x"}, "'x' is no number of a model")]
)
def test_a_wrong_id_is_refused_in_one_sentence(open_staged: Open, query: dict[str, object], sentence: str) -> None:
    page = open_staged("gallery", **query)

    assert not page.exception
    assert len(page.error) == 1
    assert page.error[0].value.startswith(sentence)


def test_without_a_subject_the_page_leads_to_models_and_data(open_staged: Open) -> None:
    page = open_staged("gallery")

    assert page.info[0].value.startswith("Nothing is chosen.")


def test_the_champions_pictures_are_all_drawn(open_staged: Open, stage: Stage) -> None:
    subject = Subject(SubjectKind.MODEL, stage.models[0].id)
    page = open_staged("gallery", model=subject.id)
    assert [button.key for button in page.button if button.key == "draw"] == [], "the run has asked for them"

    while True:
        with reading() as session:
            if being_drawn(session, subject) is None:
                break
        next_of(JobKind.PICTURES, draw_pictures)
    page = open_staged("gallery", model=subject.id)

    shown = {button.key for button in page.button}
    assert {
        f"enlarge {kind.value}"
        for kind in (
            PictureKind.CLASSIFICATION_REPORT,
            PictureKind.CONFUSION_MATRIX,
            PictureKind.ROC_AUC,
            PictureKind.PRECISION_RECALL,
            PictureKind.DISCRIMINATION_THRESHOLD,
            PictureKind.CLASS_PREDICTION_ERROR,
            PictureKind.FEATURE_IMPORTANCES,
            PictureKind.CV_SCORES,
            PictureKind.DECISION_BOUNDARIES,
        )
    } <= shown
