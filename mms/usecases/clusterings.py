"""Clusterings: asked for, computed by a worker."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes
from db.queries.clusterings import clusterings, get_clustering
from db.queries.projects import hold_project, live_project, project_of
from db.queries.snapshots import BLOCK_TYPE, get_snapshot, snapshot_blocks
from db.session import reading
from mms.domain.clusterings import Clustering, ClusteringDraft
from mms.domain.errors import Conflict
from mms.domain.jobs import JobDraft, JobKind, JobState, Progress
from mms.domain.members import Member, Permission
from mms.domain.snapshots import HELD_OUT
from mms.ml.clusters import found
from mms.ml.recipes.features import Features
from mms.ml.recipes.proposals import standard
from mms.usecases.jobs import JobContext, enqueue
from mms.usecases.snapshots import load_instances

ROWS_A_SECOND = 3_000
"""How many rows are grouped in a second, roughly, once a worker has begun."""


def ask_clustering(
    session: Session, member: Member, snapshot_id: int, draft: ClusteringDraft, now: datetime
) -> Clustering:
    """Queue the grouping of a snapshot's rows; what was asked for before in the same way is the answer."""
    member.require(Permission.TRAIN)
    snapshot = get_snapshot(session, snapshot_id)
    project = project_of(live_project(session, snapshot.project_id))
    if project.archived_at is not None:
        raise Conflict(f"Project '{project.name}' is archived: bring it back before you work in it.")
    parameters = draft.checked()
    hold_project(session, project.id)
    for one in clusterings(session, snapshot_id):
        same = one.clusterer is draft.clusterer and dict(one.parameters) == parameters
        if same and one.state not in (JobState.FAILED, JobState.CANCELLED):
            return one
    row = tables.Clustering(
        snapshot_id=snapshot_id,
        clusterer=draft.clusterer.value,
        parameters=parameters,
        created_by=member.display_name,
        created_at=project.present(now),
    )
    session.add(row)
    session.flush()
    row.job_id = enqueue(session, JobDraft(JobKind.CLUSTERING, {"clustering_id": row.id}, project.id, total=2), now)
    session.flush()
    return get_clustering(session, row.id)


def cluster_snapshot(context: JobContext) -> None:
    """The job: features of the standard recipe, clusters, and what sets them apart."""
    with reading() as session:
        asked = get_clustering(session, int(context.job.arguments["clustering_id"]))
        if asked.structure is not None:
            return
        instances = load_instances(session, asked.snapshot_id)
        blocks = snapshot_blocks(session, get_snapshot(session, asked.snapshot_id))
    shown = instances.target.mask(blocks == HELD_OUT)  # nobody sees the hold-out's before it is opened
    instances = replace(instances, target=shown)
    context.say(Progress(0, 2, "making features"))
    features = Features(standard(instances.columns), instances.columns).fit_transform(instances.features)
    context.say(Progress(1, 2, "grouping rows"))
    labels, structure = found(ClusteringDraft(asked.clusterer, asked.parameters), features, instances)

    def store(session: Session) -> None:
        row = session.get_one(tables.Clustering, asked.id)
        row.result = structure.to_json()
        row.labels_blob = put_bytes(session, labels.astype(BLOCK_TYPE).tobytes(), context.now())

    context.save("found", Progress(2, 2, "done"), store)
