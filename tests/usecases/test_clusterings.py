"""A snapshot's structure is asked for once, and computed by a worker."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from db.blobs import read_bytes
from db.models import Clustering as ClusteringRow
from db.queries.clusterings import clusterings, get_clustering
from db.queries.snapshots import snapshot_blocks
from db.session import reading, transaction
from mms.domain.clusterings import Clusterer, ClusteringDraft
from mms.domain.errors import Invalid, NotFound
from mms.domain.jobs import JobKind, JobState
from mms.domain.members import Member
from mms.domain.segments import SegmentDraft
from mms.domain.snapshots import HELD_OUT, Dealing, HoldoutKind, HoldoutPlan, Selection
from mms.usecases.clusterings import ask_clustering, cluster_snapshot
from mms.usecases.jobs import JobContext, claim, finish
from mms.usecases.segments import create_segment
from mms.usecases.snapshots import load_instances, take_snapshot
from tests.trained import a_project, a_snapshot

TWO = ClusteringDraft(Clusterer.K_MEANS, {"clusters": 2})


def work_off(now: datetime) -> None:
    """The next job, done as a worker's child would."""
    with transaction() as session:
        job = claim(session, "test", now)
    assert job is not None
    assert job.kind is JobKind.CLUSTERING
    cluster_snapshot(JobContext(job, transaction, lambda: now))
    with transaction() as session:
        finish(session, job.id, job.attempt, now)


def test_a_structure_is_stored_with_its_rows_and_its_rules_make_segments(
    store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    project = a_project(member, tmp_path, now)
    snapshot = a_snapshot(member, project, now)
    with transaction() as session:
        asked = ask_clustering(session, member, snapshot.id, TWO, now)
        again = ask_clustering(session, member, snapshot.id, TWO, now)

    work_off(now)

    with reading() as session:
        (done,) = clusterings(session, snapshot.id)
        blob = session.get_one(ClusteringRow, done.id).labels_blob
        assert blob is not None
        labels = np.frombuffer(read_bytes(session, blob), dtype="<i2")
    assert (asked.state, asked.structure, again.id) == (JobState.QUEUED, None, asked.id)
    assert (done.state, done.name) == (JobState.SUCCEEDED, "k-means, clusters 2")
    assert done.structure is not None
    assert [cluster.rows for cluster in done.structure.clusters] == np.bincount(labels).tolist()
    rule = done.structure.clusters[0].rule
    assert rule is not None
    with transaction() as session:
        segment = create_segment(session, member, project.id, SegmentDraft("cluster 1", rule.conditions), now)
    assert segment.words == rule.words


def test_a_structure_tells_nothing_of_the_targets_that_are_held_out(
    sqlite_store: str, member: Member, tmp_path: Path, now: datetime
) -> None:
    project = a_project(member, tmp_path, now)
    dealing = Dealing(holdout=HoldoutPlan(HoldoutKind.NEWEST, 0.3))
    snapshot = take_snapshot(transaction, member, project.id, Selection(), now, dealing)
    with transaction() as session:
        ask_clustering(session, member, snapshot.id, TWO, now)

    work_off(now)

    with reading() as session:
        (done,) = clusterings(session, snapshot.id)
        blob = session.get_one(ClusteringRow, done.id).labels_blob
        assert blob is not None
        labels = np.frombuffer(read_bytes(session, blob), dtype="<i2")
        target = load_instances(session, snapshot.id).target.to_numpy()
        shown = snapshot_blocks(session, snapshot) != HELD_OUT
    assert done.structure is not None
    for cluster in done.structure.clusters:
        inside = shown & (labels == cluster.number)
        assert cluster.target["yes"] == pytest.approx((target[inside] == "yes").mean())
    assert (~shown).sum() == snapshot.held_out > 0


def test_what_cannot_be_asked_for_is_refused(sqlite_store: str, member: Member, tmp_path: Path, now: datetime) -> None:
    project = a_project(member, tmp_path, now)
    snapshot = a_snapshot(member, project, now)

    with transaction() as session, pytest.raises(Invalid, match="'k-means' has no parameter 'k'"):
        ask_clustering(session, member, snapshot.id, ClusteringDraft(parameters={"k": 2}), now)
    with transaction() as session, pytest.raises(NotFound, match="no snapshot 99"):
        ask_clustering(session, member, 99, TWO, now)
    with reading() as session, pytest.raises(NotFound, match="no clustering 7: ask for one on the data page"):
        get_clustering(session, 7)
