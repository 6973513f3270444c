"""Clusterings: of a snapshot, and one."""

from sqlalchemy.orm import Session

from db.models import Clustering as ClusteringRow
from db.models import Job as JobRow
from db.queries.jobs import newest_with_jobs
from mms.domain.clusterings import Clusterer, Clustering, Structure
from mms.domain.errors import NotFound
from mms.domain.jobs import JobState


def clusterings(session: Session, snapshot_id: int) -> list[Clustering]:
    """Newest first."""
    stmt = newest_with_jobs(ClusteringRow, ClusteringRow.snapshot_id == snapshot_id)
    return [clustering_of(row, job) for row, job in session.execute(stmt)]


def get_clustering(session: Session, clustering_id: int) -> Clustering:
    """The clustering of this id."""
    row = session.get(ClusteringRow, clustering_id)
    if row is None:
        raise NotFound(f"There is no clustering {clustering_id}: ask for one on the data page.")
    return clustering_of(row, None if row.job_id is None else session.get(JobRow, row.job_id))


def clustering_of(row: ClusteringRow, job: JobRow | None) -> Clustering:
    """The record of a row and its job's."""
    return Clustering(
        id=row.id,
        snapshot_id=row.snapshot_id,
        job_id=row.job_id,
        clusterer=Clusterer(row.clusterer),
        parameters=row.parameters,
        state=JobState.SUCCEEDED if job is None else JobState(job.state),
        error=None if job is None else job.error,
        structure=None if row.result is None else Structure.from_json(row.result),
        created_by=row.created_by,
        created_at=row.created_at,
    )
