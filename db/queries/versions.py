"""Every version of a project on the same rows: who was flagged wrongly, and who was missed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.blobs import cached_file
from db.models import Model as ModelRow
from db.models import Project as ProjectRow
from db.models import Snapshot as SnapshotRow
from db.queries.models import get_model, models_of
from db.queries.projects import get_project
from db.queries.snapshots import snapshot_file, snapshot_of
from mms.domain.errors import Invalid
from mms.domain.members import Member
from mms.domain.models import Model, RankedModel
from mms.domain.versions import VersionErrors, VersionHistory

NEWEST = 500
"""So many versions are counted at once: their out-of-fold rows are read one after the other."""


@dataclass(frozen=True, slots=True)
class _Flags:
    """Rows of one model in the order of their keys. keys: (n,) uint64; positive, flagged: (n,) bool."""

    model: Model
    keys: np.ndarray
    positive: np.ndarray
    flagged: np.ndarray


@dataclass(frozen=True, slots=True)
class Versions:
    """Which versions to count: those like a model, for one class (None: the positive one, or the first).

    everywhere: of all live snapshots, on the rows they share; else of the model's own snapshot. until: no later version
    (None: the newest).
    """

    model_id: int
    class_name: str | None = None
    everywhere: bool = False
    until: int | None = None


def version_history(session: Session, member: Member, cache: Path, asked: Versions) -> VersionHistory:
    """How the errors of a project went, version by version; Invalid for numbers, and for a class there is not."""
    model = get_model(session, asked.model_id)
    project, classes = get_project(session, member, model.ranked.project_id), model.signature.classes
    if not classes:
        raise Invalid("False positives and negatives are of classes, and these models answer numbers: see their MAE.")
    class_name = asked.class_name or project.positive_class or classes[0]
    if class_name not in classes:
        raise Invalid(f"'{class_name}' is no class of {model.ranked.name}: choose one of {', '.join(classes)}.")
    ids, older = versions_like(session, model.ranked, everywhere=asked.everywhere, until=asked.until)
    return errors_by_version(session, cache, ids, class_name, older)


def versions_like(
    session: Session, model: RankedModel, *, everywhere: bool = False, until: int | None = None, limit: int = NEWEST
) -> tuple[list[int], int]:
    """The newest live models of its project and scope, oldest first, and how many older ones there are.

    everywhere: of all live snapshots, not only of the model's own. until: no later version.
    """
    conditions = [
        ModelRow.project_id == model.project_id,
        ModelRow.scope == model.scope,
        ModelRow.deleted_at.is_(None),
        ModelRow.purged_at.is_(None),
        SnapshotRow.deleted_at.is_(None),
    ]
    if not everywhere:
        conditions.append(ModelRow.snapshot_id == model.snapshot_id)
    if until is not None:
        conditions.append(ModelRow.version <= until)
    of_live = select(ModelRow.id).join(SnapshotRow, SnapshotRow.id == ModelRow.snapshot_id).where(*conditions)
    ids = list(session.scalars(of_live.order_by(ModelRow.version.desc()).limit(limit)))
    total = session.scalar(select(sa.func.count()).select_from(of_live.subquery())) or 0
    return ids[::-1], total - len(ids)


def errors_by_version(
    session: Session, cache: Path, model_ids: Sequence[int], class_name: str, older: int = 0
) -> VersionHistory:
    """Both kinds of errors of classification models on the rows that all of them predicted out of fold.

    Rows are the same where entity and time are; their truth is that of the newest version. A model's own decision
    threshold decides, as where it answers. Models that do not know the class, and purged
    ones, are left out.
    """
    whole = (model for model in models_of(session, model_ids) if model.purged_at is None)
    models = [model for model in whole if class_name in model.signature.classes]
    keys = _keys(session, cache, {model.ranked.snapshot_id for model in models})
    positive = _positive_class(session, models)
    flags = [_flags(session, cache, one, class_name, positive, keys[one.ranked.snapshot_id]) for one in models]
    if not flags:
        return VersionHistory(class_name, 0, 0, (), older)
    shared = reduce(_both, (one.keys for one in flags))
    newest = max(flags, key=lambda one: one.model.ranked.version)
    truth = newest.positive[np.searchsorted(newest.keys, shared)]
    versions = [_errors(one.model, one.flagged[np.searchsorted(one.keys, shared)], truth) for one in flags]
    return VersionHistory(class_name, len(shared), int(truth.sum()), tuple(versions), older)


def _errors(model: Model, flagged: np.ndarray, truth: np.ndarray) -> VersionErrors:
    ranked = model.ranked
    wrongly, missed = int((flagged & ~truth).sum()), int((~flagged & truth).sum())
    return VersionErrors(ranked.id, ranked.version, ranked.name, wrongly, missed)


def _both(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return one if np.array_equal(one, other) else np.intersect1d(one, other, assume_unique=True)


def _positive_class(session: Session, models: Sequence[Model]) -> str | None:
    """The class whose probability a decision threshold is about."""
    projects = {model.ranked.project_id for model in models}
    return session.scalar(select(ProjectRow.positive_class).where(ProjectRow.id.in_(projects)))


def _flags(
    session: Session, cache: Path, model: Model, class_name: str, positive: str | None, keys: np.ndarray | None
) -> _Flags:
    """positive: the class a threshold is about. keys: of every row of its snapshot; None where a row's number is its
    key.
    """
    threshold = None if positive is None else model.threshold
    answer = "label" if threshold is None else f"p_{model.signature.classes.index(str(positive))}"
    table = pq.read_table(cached_file(session, cache, model.oof_sha), columns=["row", "truth", answer])
    rows = table["row"].to_numpy()
    own = rows.astype(np.uint64) if keys is None else keys[rows]
    order = np.argsort(own)
    if threshold is None:
        flagged = _is(table[answer], class_name)
    else:
        flagged = (table[answer].to_numpy() >= threshold) == (class_name == positive)
    return _Flags(model, own[order], _is(table["truth"], class_name)[order], flagged[order])


def _is(labels: pa.ChunkedArray, class_name: str) -> np.ndarray:
    """Which labels are of the class, (n,) bool: compared where they lie, as making texts of them takes longest."""
    return np.asarray(pc.equal(labels, class_name).to_numpy(), dtype=bool)


def _keys(session: Session, cache: Path, snapshot_ids: set[int]) -> Mapping[int, np.ndarray | None]:
    """A hash of entity and time for every row of each snapshot; none is needed where there is one snapshot."""
    if len(snapshot_ids) < 2:
        return dict.fromkeys(snapshot_ids)
    found = {}
    for row in session.scalars(select(SnapshotRow).where(SnapshotRow.id.in_(snapshot_ids))):
        snapshot = snapshot_of(row)
        names = list(dict.fromkeys((*snapshot.entity_key, *([snapshot.time] if snapshot.time else []))))
        frame = pd.read_parquet(snapshot_file(session, cache, snapshot), columns=names)
        found[row.id] = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    return found
