"""Ask people for truths that are late: draw rows, hand them out one by one, take the answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.label_requests import (
    Candidate,
    draw_of,
    held_request,
    kept_rows,
    last_answered,
    most_informative,
    open_label,
    open_request,
    unlabelled_ids,
)
from db.queries.predictions import get_prediction
from db.queries.projects import hold_project, live_project, project_of
from mms.domain.errors import Conflict
from mms.domain.label_requests import RELEASE, DrawDraft, LabelDraw, OpenLabel, Why
from mms.domain.members import Member, Permission
from mms.domain.predictions import Feedback
from mms.domain.projects import Project, Task
from mms.monitoring.sampling import random_rows, spread_out
from mms.usecases.buckets import hold_mark
from mms.usecases.feedback import record_feedback

_POOL = 5
"""Informative rows looked at for each that is taken: so that those taken differ."""

_IDS = 500
"""Values in one IN list."""


def draw_labels(session: Session, member: Member, project_id: int, draft: DrawDraft, now: datetime) -> LabelDraw:
    """Draw rows without a truth, and ask for them. now: the real time.

    A random draw takes the place of the one before in its scope, whose rows are not asked for any more. Conflict: there
    is nothing to draw.
    """
    member.require(Permission.FEEDBACK)
    project = project_of(live_project(session, project_id))
    present = project.present(now)
    period = draft.period(present)
    hold_project(session, project_id)  # one draw after the other, while predictions go on
    frame = unlabelled_ids(session, project_id, period)
    if not len(frame):
        raise Conflict("No answer of these days waits for its truth: choose other days, or nothing is left to ask.")
    number = 1 + (session.scalar(_of_project(func.max(tables.LabelDraw.number), project_id)) or 0)
    if draft.why is Why.RANDOM:
        chosen = random_rows(frame, draft.count, (project_id, number)).tolist()
    else:
        chosen = _spread(most_informative(session, project, period, _POOL * draft.count), draft.count)
        if not chosen:
            raise Conflict(_nothing_informative(project))
    hold_mark(session, project_id)  # as answers do: they lock a request and then its row, a draw first the rows
    ids = kept_rows(session, chosen)
    if not ids:
        raise Conflict("The rows of these days were deleted just now: draw again, or choose other days.")
    if draft.why is Why.RANDOM:
        _withdraw(session, project_id, period.scope, ids)
    made = tables.LabelDraw(
        project_id=project_id,
        number=number,
        why=draft.why.value,
        scope=period.scope,
        since=period.since,
        until=period.until,
        frame_n=len(frame),
        asked_by=member.display_name,
        asked_at=present,
    )
    session.add(made)
    session.flush()
    rows = [{"draw_id": made.id, "prediction_id": id_, "position": place, "skips": 0} for place, id_ in enumerate(ids)]
    session.execute(insert(tables.LabelRequest), rows)
    return draw_of(made)


def take_label(session: Session, member: Member, project_id: int, why: Why, now: datetime) -> OpenLabel | None:
    """The next row for a member, kept for them for ten minutes; None: none waits, or others hold what does."""
    member.require(Permission.FEEDBACK)
    project = project_of(live_project(session, project_id))
    request = open_request(session, project_id, why, member.name, now)
    if request is None:
        return None
    request.reserved_by, request.reserved_at = member.name, now
    session.flush()
    return open_label(session, project, request)


def answer_label(
    session: Session, member: Member, project_id: int, request_id: int, truth: str | None, now: datetime
) -> None:
    """Record what a person says of a row, known by the project's present; None: they do not know, and it is closed.

    Conflict: the row is on another screen, or closed; or it was told before, and now nothing is. Invalid: the truth is
    no class, or no number.
    """
    project = project_of(live_project(session, project_id))
    hold_mark(session, project_id)  # in the order in which feedback locks: first the mark
    request = _held(session, member, project_id, request_id, now)
    if truth is None:
        _refuse_silence(session, request)
    else:
        told = Feedback(request.prediction_id, truth, project.present(now))
        record_feedback(session, member, project_id, [told], project.present(now))
    request.answered_by, request.answered_at = member.name, project.present(now)
    request.reserved_by, request.reserved_at = member.name, now
    session.flush()


def skip_label(session: Session, member: Member, project_id: int, request_id: int, now: datetime) -> None:
    """Put a row behind the others: perhaps somebody else knows, or later."""
    request = _held(session, member, project_id, request_id, now)
    request.skips += 1
    request.reserved_by = request.reserved_at = None
    session.flush()


def undo_label(session: Session, member: Member, project_id: int, now: datetime, why: Why | None = None) -> int:
    """Take a member's last answer (of a kind of draw) back: its row is on their screen again. Returns the request's id.

    Feedback is never deleted: what was said counts until it is answered anew.
    """
    member.require(Permission.FEEDBACK)
    request = last_answered(session, project_id, member.name, why)
    if request is None:
        raise Conflict("You have answered nothing here that could be taken back.")
    request.answered_at = None
    request.reserved_by, request.reserved_at = member.name, now
    session.flush()
    return request.id


def _held(session: Session, member: Member, project_id: int, request_id: int, now: datetime) -> tables.LabelRequest:
    """The request, if this member may close it now."""
    member.require(Permission.FEEDBACK)
    request = held_request(session, project_id, request_id)
    held = request.reserved_at is not None and request.reserved_at >= now - RELEASE
    if request.answered_at is not None:
        raise Conflict(f"{request.answered_by} has answered this row: take the next one.")
    if held and request.reserved_by != member.name:
        raise Conflict(f"{request.reserved_by} has this row on the screen: take the next one.")
    truth = get_prediction(session, request.prediction_id).truth
    if truth is not None and request.answered_by is None:
        raise Conflict(f"The truth about this row came by itself, '{truth}': take the next one.")
    return request


def _refuse_silence(session: Session, request: tables.LabelRequest) -> None:
    """What was told and taken back counts until something else is: not to know it would leave it standing, unseen."""
    truth = get_prediction(session, request.prediction_id).truth
    if truth is not None:
        raise Conflict(f"'{truth}' was told of this row and counts until another truth is: tell that, or skip the row.")


def _withdraw(session: Session, project_id: int, scope: str, ids: Sequence[int]) -> None:
    """Rows of older random draws of the scope that nobody answered, and whatever is asked about the new rows."""
    row, draw = tables.LabelRequest, tables.LabelDraw
    older = _of_project(draw.id, project_id).where(draw.why == Why.RANDOM.value, draw.scope == scope)
    gone = [delete(row).where(row.draw_id.in_(older), row.answered_by.is_(None))]
    gone += [delete(row).where(row.prediction_id.in_(ids[at : at + _IDS])) for at in range(0, len(ids), _IDS)]
    for stmt in gone:
        session.execute(stmt.execution_options(synchronize_session=False))


def _spread(found: Sequence[Candidate], count: int) -> list[int]:
    """The most informative row, and those that differ most from it and from one another."""
    if not found:
        return []
    frame = pd.DataFrame([one.features for one in found])
    numeric = frame.select_dtypes("number").columns
    codes = [pd.factorize(frame[name].astype(str))[0] for name in frame.columns.difference(numeric)]
    coded = np.stack(codes, axis=1) if codes else np.zeros((len(frame), 0), np.int64)
    return [found[row].id for row in spread_out(frame[numeric].to_numpy(np.float64), coded, count)]


def _nothing_informative(project: Project) -> str:
    if project.task is Task.REGRESSION:
        return (
            "No row tells more than others: either all are asked for, or the model has not learnt which errors to "
            "expect. Draw a random sample."
        )
    return "Every row of these days that has a probability is asked for already: answer those, or choose other days."


def _of_project(what: Any, project_id: int) -> Select[Any]:
    return select(what).where(tables.LabelDraw.project_id == project_id)
