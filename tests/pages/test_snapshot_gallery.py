"""From a snapshot on the data page to all its pictures."""

import pytest

from db.queries.pictures import being_drawn
from db.queries.snapshots import snapshots
from db.session import reading
from mms.domain.jobs import JobKind
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.jobs import JobContext
from mms.worker.pictures import draw_pictures
from tests.pages.conftest import Open
from tests.pages.test_structure import next_of
from tests.staged import Stage


def drawing(subject: Subject) -> bool:
    """Whether a job is to draw this subject's pictures."""
    with reading() as session:
        return being_drawn(session, subject) is not None


def draw_of_snapshots(context: JobContext) -> None:
    """Leave the models' pictures, which runs have asked for, undrawn."""
    if "snapshot_id" in context.job.arguments:
        draw_pictures(context)


@pytest.mark.slow
def test_all_pictures_of_a_snapshot_are_drawn_on_a_click(open_staged: Open, stage: Stage) -> None:
    with reading() as session:
        snapshot = snapshots(session, stage.project.id)[0]
    subject = Subject(SubjectKind.SNAPSHOT, snapshot.id)
    page = open_staged("gallery", snapshot=snapshot.id)
    assert f"Pictures of {snapshot.name}" in page.title[0].value
    assert page.markdown[0].value.startswith("**0 pictures** of this snapshot are drawn; ")

    page.button(key="draw").click().run()
    assert "draw" not in [button.key for button in page.button]
    while drawing(subject):
        next_of(JobKind.PICTURES, draw_of_snapshots)
    page = open_staged("gallery", snapshot=snapshot.id, kind="class balance")

    assert not page.exception
    assert "How frequent is each class?" in [text.value for text in page.markdown]
    assert page.button(key="enlarge class balance")
    reasons = page.markdown[-1].value
    assert "- **Frequent words**: It reads texts, and there is no text column." in reasons
    assert "- **Missing values**: Nothing is missing in 130 rows." in reasons


@pytest.mark.slow
def test_a_snapshot_leads_to_its_pictures(open_staged: Open, stage: Stage) -> None:
    page = open_staged("data", tab="Snapshots")

    assert not page.exception
    assert "All pictures of it" in [link.proto.label for link in page.get("page_link")]
