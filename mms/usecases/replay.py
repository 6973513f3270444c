"""Walk a replaying project through its past, month by month, as jobs."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.models import Job as JobRow
from db.queries.jobs import UNFINISHED
from db.queries.projects import get_project, hold_project
from db.queries.promotions import find_champion
from mms.domain.errors import Conflict
from mms.domain.jobs import JobDraft, JobKind
from mms.domain.members import Member, Permission
from mms.usecases.jobs import enqueue

PRIORITY = -1
"""Below runs: a retraining that a trigger launched finishes before the next month begins."""


def ask_for_replay(
    session: Session, member: Member, project_id: int, months: int, now: datetime, *, every_flight: bool = False
) -> int:
    """Queue the next month of a replaying project, and so on for `months` months; return the first job's id."""
    member.require(Permission.PREDICT)
    project = get_project(session, member, project_id)
    if not project.is_demo or project.clock is None:
        raise Conflict(f"'{project.name}' lives in real time: only a demo project can be replayed.")
    if find_champion(session, project_id) is None:
        raise Conflict("There is no champion yet to answer: promote a model first, then play the next month.")
    if project.is_played_out:
        raise Conflict("The year 2013 is over: delete the demo project and load it again to replay it.")
    hold_project(session, project_id)
    unfinished = sa.select(JobRow.id).where(
        JobRow.project_id == project_id, JobRow.kind == JobKind.DEMO_REPLAY.value, JobRow.state.in_(UNFINISHED)
    )
    if session.scalar(unfinished) is not None:
        raise Conflict("A replay of this project is under way: wait for it, or stop it first.")
    arguments = {"project_id": project_id, "months": months, "every_flight": every_flight, "member": member.name}
    draft = JobDraft(JobKind.DEMO_REPLAY, arguments, project_id=project_id, priority=PRIORITY)
    job_id = enqueue(session, draft, now)
    assert job_id is not None  # without a dedupe key it is always queued
    return job_id
