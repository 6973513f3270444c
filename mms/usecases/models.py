"""Models: described, handed over, archived, loaded to answer, scored on rows."""

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import cached_file
from db.queries.models import get_model, no_model
from db.queries.projects import hold_project, live_project, project_of
from mms.domain.errors import Conflict, Invalid
from mms.domain.logs import refuse_elsewhere
from mms.domain.members import Member, Permission
from mms.domain.models import Model, ModelState
from mms.domain.projects import Task, checked_name
from mms.ml.fitting import Instances
from mms.ml.metrics import score_all
from mms.ml.persistence import check_environment, load_pipeline
from mms.ml.prediction import predict_frame
from mms.security.site_key import check_signature, site_key
from mms.settings import settings

LOADED = 16
"""How many pipelines a process keeps in memory; the one asked least recently goes first."""

DESCRIPTION = 4000
"""Characters a description may have."""

_known = Lock()
_loading = Lock()
_pipelines: OrderedDict[str, Any] = OrderedDict()


def describe_model(session: Session, member: Member, model_id: int, description: str, now: datetime) -> None:
    """Write a model's description."""
    member.require(Permission.TRAIN)
    row = _live(session, model_id)
    text = description.strip()
    if len(text) > DESCRIPTION:
        raise Invalid(f"A description has at most {DESCRIPTION:,} characters; this one has {len(text):,}.")
    row.description, row.touched_at = text, _present(session, row, now)
    session.flush()


def hand_over_model(session: Session, member: Member, model_id: int, owner: str, now: datetime) -> None:
    """Write who looks after a model from now on."""
    member.require(Permission.TRAIN)
    row = _live(session, model_id)
    row.owner, row.touched_at = checked_name(owner, "owner"), _present(session, row, now)
    session.flush()


def set_threshold(session: Session, member: Member, model_id: int, threshold: float, now: datetime) -> None:
    """The decision threshold of a binary model, 0 to 1; Conflict for a champion (its answers would change silently)."""
    member.require(Permission.TRAIN)
    row = _held(session, model_id)
    task = session.scalar(sa.select(tables.Project.task).where(tables.Project.id == row.project_id))
    if task != Task.BINARY.value:
        raise Invalid(f"Only a binary model has a threshold, and this is a {task} project: there is nothing to set.")
    if not 0 <= threshold <= 1:
        raise Invalid(f"A threshold is a probability from 0 to 1; it got {threshold:g}.")
    if row.state == ModelState.CHAMPION.value:
        raise Conflict(
            f"Model v{row.version} is a champion, and its answers would change silently: "
            "set the threshold of another model and promote that one."
        )
    row.threshold, row.touched_at = threshold, _present(session, row, now)
    session.flush()


def archive_models(session: Session, member: Member, model_ids: list[int], now: datetime) -> int:
    """Hide models from the table; never a champion. Return how many were not hidden before."""
    member.require(Permission.TRAIN)
    rows = [_held(session, model_id) for model_id in model_ids]
    champions = [f"v{row.version}" for row in rows if row.state == ModelState.CHAMPION.value]
    if champions:
        raise Conflict(f"{', '.join(champions)} sits as champion: promote another model first, then archive it.")
    hidden = [row for row in rows if row.archived_at is None]
    for row in hidden:
        row.archived_at = row.touched_at = _present(session, row, now)
    session.flush()
    return len(hidden)


def restore_models(session: Session, member: Member, model_ids: list[int], now: datetime) -> int:
    """Bring archived models back; return how many were hidden."""
    member.require(Permission.TRAIN)
    hidden = [row for row in (_live(session, model_id) for model_id in model_ids) if row.archived_at is not None]
    for row in hidden:
        row.archived_at, row.touched_at = None, _present(session, row, now)
    session.flush()
    return len(hidden)


def load_model(session: Session, model_id: int) -> tuple[Model, Any]:
    """The record and its fitted pipeline: signature checked before unpickling, cached in the process by hash.

    Conflict for a model served elsewhere, of which there is none.
    """
    model = get_model(session, model_id)
    model.check_whole()
    refuse_elsewhere(model.ranked.algorithm, model.ranked.version)
    found = _remembered(model.artifact_sha)
    if found is not None:
        return model, found
    with _loading:  # one at a time: two that load the same artifact at once would hold it in memory twice
        found = _remembered(model.artifact_sha)
        if found is None:
            found = _loaded(session, model)
            _remember(model.artifact_sha, found)
    return model, found


def scored_on(session: Session, model: Model, instances: Instances, rows: np.ndarray) -> dict[str, float]:
    """Every metric (stored units) that these rows of a snapshot determine, of the model's artifact as it answers."""
    _, pipeline = load_model(session, model.id)
    features = instances.features[[column.name for column in model.signature.inputs]].iloc[rows]
    asked = (instances.task, model.signature.classes, instances.positive)
    predicted = predict_frame(pipeline, features, *asked, model.threshold)
    truth = instances.target.to_numpy()[rows]
    return score_all(instances.task, truth, predicted, model.signature.classes, instances.positive)


def _loaded(session: Session, model: Model) -> Any:
    stmt = (
        sa.select(tables.Artifact.hmac)
        .join(tables.Model, tables.Model.artifact_id == tables.Artifact.id)
        .where(tables.Model.id == model.id)
    )
    chosen = settings()
    check_signature(site_key(chosen.key_file), model.artifact_sha, session.scalars(stmt).one())
    check_environment(dict(model.environment))
    return load_pipeline(cached_file(session, chosen.cache, model.artifact_sha))


def _remembered(sha256: str) -> Any | None:
    with _known:
        if sha256 in _pipelines:
            _pipelines.move_to_end(sha256)
        return _pipelines.get(sha256)


def _remember(sha256: str, pipeline: Any) -> None:
    with _known:
        _pipelines[sha256] = pipeline
        while len(_pipelines) > LOADED:
            _pipelines.popitem(last=False)


def _present(session: Session, row: tables.Model, now: datetime) -> datetime:
    """The project's present: by it models age."""
    return project_of(live_project(session, row.project_id)).present(now)


def _held(session: Session, model_id: int) -> tables.Model:
    """A live model that nobody makes champion meanwhile."""
    row = _live(session, model_id)
    hold_project(session, row.project_id)
    session.refresh(row)
    return row


def _live(session: Session, model_id: int) -> tables.Model:
    row = session.get(tables.Model, model_id)
    if row is None or row.deleted_at is not None:
        raise no_model(model_id)
    return row
