"""Structure of a snapshot on the data page: asked for, shown, kept as a segment."""

from datetime import UTC, datetime

import pytest

from db.queries.segments import segments
from db.session import reading, transaction
from mms.domain.jobs import JobKind
from mms.usecases.clusterings import cluster_snapshot
from mms.usecases.jobs import Handler, JobContext, claim, finish
from tests.pages.conftest import Open
from tests.staged import Stage


def next_of(kind: JobKind, handler: Handler) -> None:
    """The next queued job of a kind, done as a worker's child would; others before it are passed over."""
    now, passed = datetime.now(UTC), False
    while not passed:
        with transaction() as session:
            job = claim(session, "test", now)
        assert job is not None
        passed = job.kind is kind
        if passed:
            handler(JobContext(job, transaction, lambda: now))
        with transaction() as session:
            finish(session, job.id, job.attempt, now)


@pytest.mark.slow
def test_a_cluster_is_found_and_kept_as_a_segment(open_staged: Open, stage: Stage) -> None:
    page = open_staged("data", tab="Structure")
    assert "Nobody has looked yet how the 130 rows" in page.markdown[1].value

    page.number_input(key="clusterer_clusters").set_value(2).run()
    page.button(key="find_structure").click().run()
    assert "A worker is grouping the rows" in page.info[0].value
    next_of(JobKind.CLUSTERING, cluster_snapshot)
    page = open_staged("data", tab="Structure")
    assert "fall into **2 clusters**" in page.markdown[1].value
    page.text_input(key="segment_name_1_0").set_value("half of the plane").run()
    page.button(key="save_segment_1").click().run()

    assert not page.exception
    with reading() as session:
        (kept,) = segments(session, stage.project.id)
    assert kept.name == "half of the plane"
    table = page.dataframe[0].value
    assert list(table["Segment"]) == ["half of the plane"]
    assert table["Rule"][0] == kept.words

    page.button(key="delete_segment").click().run()
    with reading() as session:
        assert segments(session, stage.project.id) == []
