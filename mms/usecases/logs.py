"""Past answers of models served elsewhere: looked at, then stored and counted, the whole file or nothing of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isclose
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.logs import LoggedAnswer, answers_logged, models_elsewhere
from db.queries.projects import hold_project, live_project, project_of
from db.queries.promotions import find_champion
from db.session import Transaction, reading
from mms.domain.errors import Conflict, Invalid
from mms.domain.logs import LogModel, LogPreview, LogRequest
from mms.domain.members import Member, Permission
from mms.domain.models import Model
from mms.domain.predictions import Feedback
from mms.domain.projects import Project, ProjectDraft, Task
from mms.domain.promotions import GLOBAL, Seating
from mms.ml.files import column_names
from mms.ml.logs import LogFile, Logged, LogGround, read_log, records
from mms.usecases.buckets import CHUNK, fold_buckets, hold_mark
from mms.usecases.elsewhere import Found, keep_model, reference_rows
from mms.usecases.feedback import record_feedback
from mms.usecases.projects import checked_positive, create_project
from mms.usecases.promotions import promote

_TABLE = tables.Base.metadata.tables[tables.Prediction.__tablename__]
"""Bulk inserts into the table are much quicker than those of mapped rows."""

_AT_ONCE = 10_000
"""Rows of one INSERT."""

_ROUNDED = 1e-6
"""Two logs of one probability, or of one value by its size, may differ by so much: loggers round."""

SOURCE = "log"
"""Where the answers of a log come from."""

REASON = "Served elsewhere; its logged answers after these are held against the first ones."
"""Why a model served elsewhere takes an empty seat."""


@dataclass(frozen=True, slots=True)
class _Import:
    """One file on its way into one project. rows_from: older rows were dropped, their sums stay."""

    project: Project
    read: LogFile
    request: LogRequest
    now: datetime
    rows_from: datetime | None


def names_in(file: Path) -> tuple[str, ...]:
    """The columns of a file; Invalid where it cannot be read."""
    return column_names(file)


def preview_log(
    session: Session, member: Member, target: int | ProjectDraft, request: LogRequest, now: datetime
) -> LogPreview:
    """What a file would be taken for, and what of it is new; nothing is written. Invalid as `import_log`."""
    member.require(Permission.PREDICT)
    ground, known = _ground(session, target, now)
    read = read_log(request, ground)
    features = tuple((column.name, column.type.value) for column in read.features)
    models = tuple(_preview(logged, known.get(logged.name), request) for logged in read.models)
    return LogPreview(read.columns, features, models, read.notes)


def import_log(
    transaction: Transaction, member: Member, target: int | ProjectDraft, request: LogRequest, now: datetime
) -> list[LogModel]:
    """Store the past answers of models served elsewhere; a project or models that are new are made. now: real time.

    Everything is checked before the store is held, everything is stored in one transaction; then the answers are
    counted in chunks, by the worker where this process ends before. The same file again adds nothing, though its rows
    were dropped since; a truth that an earlier file did not have is recorded as feedback. Invalid names the first wrong
    row; Conflict an answer that is there with another content.
    """
    for permission in (Permission.TRAIN, Permission.PREDICT, Permission.FEEDBACK):
        member.require(permission)
    with reading() as session:
        ground, known = _ground(session, target, now)
    read = read_log(request, ground)
    references = {
        logged.name: reference_rows(logged, request.reference_until)
        for logged in read.models
        if logged.name not in known
    }
    with transaction() as session:
        made = target if isinstance(target, int) else create_project(session, member, target, now).id
        hold_project(session, made)  # an empty seat is taken: the project is held before the mark, as everywhere
        rows_from = hold_mark(session, made).rows_from
        one = _Import(project_of(live_project(session, made)), read, request, now, rows_from)
        done = [_stored(session, member, one, logged, references.get(logged.name)) for logged in read.models]
    _count(transaction, made, now)
    return done


def _ground(session: Session, target: int | ProjectDraft, now: datetime) -> tuple[LogGround, Mapping[str, Model]]:
    """What is known before the file is read, and the models elsewhere that are there, by name."""
    if not isinstance(target, int):
        positive = checked_positive(target.task, target.positive_class)
        if target.task is Task.BINARY and positive is None:
            raise Invalid("Say which class of the new binary project counts as positive: name it with --positive.")
        return LogGround(target.task, positive, target.clock or now, {}, {}), {}
    project = project_of(live_project(session, target))
    known = models_elsewhere(session, project.id)
    features = {name: model.signature.inputs for name, model in known.items()}
    classes = {name: model.signature.classes for name, model in known.items()}
    return LogGround(project.task, project.positive_class, project.present(now), features, classes), known


def _preview(logged: Logged, known: Model | None, request: LogRequest) -> LogModel:
    made = _told_of(logged)
    if known is not None:
        return replace(made, version=known.ranked.version, model_id=known.id)
    rows = reference_rows(logged, request.reference_until)
    return replace(made, reference=len(rows), reference_to=_moment(logged.at[rows[-1]]))


def _told_of(logged: Logged) -> LogModel:
    return LogModel(
        logged.name, len(logged.at), int(logged.labelled.sum()), _moment(logged.at[0]), _moment(logged.at[-1])
    )


def _stored(session: Session, member: Member, one: _Import, logged: Logged, reference: np.ndarray | None) -> LogModel:
    """The answers of one model that are new, and the truths that are; the model itself where it is not there yet."""
    found = models_elsewhere(session, one.project.id).get(logged.name)
    made = _told_of(logged)
    seated, kept = False, np.ones(len(logged.at), dtype=bool)
    if found is not None and one.rows_from is not None:  # of a new model nothing was counted yet
        kept = logged.at >= np.datetime64(one.rows_from.replace(tzinfo=None), "us")
    if found is None:
        rows = reference_rows(logged, one.request.reference_until) if reference is None else reference
        found = keep_model(session, member, one.project, Found(logged, one.read.columns), rows, one.now)
        until = _moment(logged.at[rows[-1]])
        seated = _seat(session, member, found, until)
        made = replace(made, reference=len(rows), reference_to=until)
    there = answers_logged(session, found.id, _moment(logged.at[0]), _moment(logged.at[-1]))
    keys = list(zip(map(str, logged.entity), _moments(logged.at), strict=True))
    absent = np.array([i for i, key in enumerate(keys) if key not in there], dtype=np.int64)
    new = absent[kept[absent]]
    for start in range(0, len(new), _AT_ONCE):
        rows_of = list(_values(one, found, logged, new[start : start + _AT_ONCE]))
        session.execute(insert(_TABLE), rows_of)
    told = _told(one, logged, [(i, there[key]) for i, key in enumerate(keys) if key in there])
    if told:
        record_feedback(session, member, one.project.id, told, one.project.present(one.now))
    made = replace(made, added=len(new), told=len(told), dropped=len(absent) - len(new), seated=seated)
    return replace(made, version=found.ranked.version, model_id=found.id)


def _seat(session: Session, member: Member, model: Model, since: datetime) -> bool:
    """Take the empty seat of all rows, from the end of the reference on: what comes then is judged."""
    if find_champion(session, model.ranked.project_id, GLOBAL) is not None or not member.may(Permission.PROMOTE):
        return False
    promote(session, member, Seating(model.id, REASON), since)
    return True


def _told(one: _Import, logged: Logged, both: Sequence[tuple[int, LoggedAnswer]]) -> list[Feedback]:
    """Truths that the rows which are there do not have yet; Conflict at the first that answers otherwise."""
    found, moments = [], _moments(logged.known_at)
    for i, there in both:
        answer = str(logged.labels[i]) if logged.labels is not None else None
        value = float(logged.values[i]) if logged.values is not None else None
        if answer != there.label or not _alike(value, there.value):
            raise Conflict(
                f"{one.read.place(int(logged.rows[i]))} answers {answer or value} where '{logged.name}' is known to "
                f"have answered {there.label or there.value} for that entity at that time: correct the file."
            )
        score = _shares(one, logged, i)[1]
        if score is not None and there.score is not None and not isclose(score, there.score, abs_tol=_ROUNDED):
            raise Conflict(
                f"{one.read.place(int(logged.rows[i]))} has the probability {score:.6g} where '{logged.name}' is "
                f"known to have had {there.score:.6g} for that entity at that time: correct the file."
            )
        truth, known_at = logged.truth[i], moments[i]
        if truth is not None and known_at is not None and (str(truth), known_at) != (there.truth, there.truth_at):
            found.append(Feedback(there.id, str(truth), known_at))
    return found


def _alike(value: float | None, known: float | None) -> bool:
    """Whether two numbers that were answered are one, up to rounding; no number is like no number only."""
    if value is None or known is None:
        return value is known
    return isclose(value, known, rel_tol=_ROUNDED)


def _values(one: _Import, model: Model, logged: Logged, rows: np.ndarray) -> Iterator[dict[str, Any]]:
    """The rows to insert."""
    features = records(logged.features.iloc[rows])
    moments = zip(_moments(logged.at[rows]), _moments(logged.known_at[rows]), strict=True)
    for i, asked, (at, known_at) in zip(rows, features, moments, strict=True):
        shares, score = _shares(one, logged, i)
        truth = logged.truth[i]
        yield {
            "project_id": one.project.id,
            "model_id": model.id,
            "scope": GLOBAL,
            "entity": str(logged.entity[i]),
            "features": asked,
            "base_row": None,
            "label": None if logged.labels is None else str(logged.labels[i]),
            "value": None if logged.values is None else float(logged.values[i]),
            "score": score,
            "probabilities": shares,
            "predicted_at": at,
            "created_at": one.now,
            "source": SOURCE,
            "truth": None if truth is None else str(truth),
            "truth_at": None if truth is None else known_at,
            "expected_absolute": None,
            "expected_squared": None,
        }


def _shares(one: _Import, logged: Logged, i: int) -> tuple[dict[str, float], float | None]:
    """The probabilities of a row by class, {} where nobody told them, and that of its positive class or its label."""
    if not logged.is_probability or logged.labels is None:
        return {}, None
    shares = {name: float(share) for name, share in zip(logged.classes, logged.probabilities[i], strict=True)}
    positive = one.project.positive_class if one.project.task is Task.BINARY else None
    return shares, shares[positive or str(logged.labels[i])]


def _count(transaction: Transaction, project_id: int, now: datetime) -> None:
    """Count all that lies behind the mark, a transaction a chunk."""
    looked_at = CHUNK
    while looked_at:
        with transaction() as session:
            looked_at = fold_buckets(session, project_id, now)


def _moments(at: np.ndarray) -> list[datetime | None]:
    """(n,) datetime64 as aware times; None where not known."""
    return [None if one is None else one.replace(tzinfo=UTC) for one in at.astype("datetime64[us]").tolist()]


def _moment(at: np.datetime64) -> datetime:
    (moment,) = _moments(np.array([at]))
    assert moment is not None
    return moment
