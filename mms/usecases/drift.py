"""Count the features of predictions by the bins of what their models learnt from, once each, behind a watermark."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes
from db.queries.answered_rows import AnsweredRows, answers_behind, answers_of
from db.queries.drift_references import FEATURES, find_references, packed_references, projects_to_count
from db.queries.models import get_model, oof_frame
from db.queries.snapshots import get_snapshot, snapshot_blocks
from db.session import Transaction, reading
from mms.domain.drift import LABEL, PROBABILITY, VALUE, FeatureKind
from mms.domain.errors import Conflict, Invalid, MmsError, NotFound
from mms.domain.models import Model
from mms.domain.runs import RunKind
from mms.domain.snapshots import HELD_OUT
from mms.domain.tables import ColumnType
from mms.ml.fitting import Instances
from mms.monitoring.counting import summed
from mms.monitoring.references import MOMENTS, Binned, FeatureReference, Values, binned, learnt
from mms.monitoring.sums import coded_entries, entries_of
from mms.settings import settings
from mms.usecases.buckets import hold_mark
from mms.usecases.jobs import JobContext
from mms.usecases.scopes import rows_of_scope
from mms.usecases.snapshots import load_instances

CHUNK = 20_000
"""Predictions counted in one transaction."""

MOST_ROWS = 100_000
"""Rows that a reference is made of, at most: more would not move its bins."""

KINDS: Mapping[ColumnType, FeatureKind] = {
    ColumnType.INTEGER: FeatureKind.NUMBERS,
    ColumnType.NUMBER: FeatureKind.NUMBERS,
    ColumnType.BOOLEAN: FeatureKind.CATEGORIES,
    ColumnType.CATEGORY: FeatureKind.CATEGORIES,
    ColumnType.TEXT: FeatureKind.TEXTS,
}
"""How columns are compared; times always move on, and are not."""

_IDS = 500
"""Values in one IN list."""

_References = Sequence[FeatureReference]


@dataclass(frozen=True, slots=True)
class _Days:
    """What one feature of one model's predictions adds to its days. days: (T,) datetime64[D], rising."""

    model_id: int
    feature: str
    days: np.ndarray
    n: np.ndarray
    binned: Binned


def count_all_features(context: JobContext) -> None:
    """The job: count what lies behind the mark of every project, a transaction a chunk."""
    with reading() as session:
        behind = projects_to_count(session)
    for project_id in behind:
        while count_features(context.transaction, project_id, context.now()):
            context.say(context.job.progress)


def count_features(transaction: Transaction, project_id: int, now: datetime, most: int = CHUNK) -> int:
    """Count the features of at most so many predictions behind the mark; return of how many.

    The rows are read and counted before the store is held, and counted again if somebody changed them meanwhile.
    """
    while True:
        with reading() as session:
            mark = session.get(tables.BucketMark, project_id)
            start = 0 if mark is None else mark.drift_id
            rows = answers_behind(session, project_id, start, most, features=True)
        if not len(rows):
            return 0
        found = {int(i): ensure_references(transaction, int(i), now) for i in np.unique(rows.model_ids)}
        added = list(_counted(rows, found))
        with transaction() as session:
            held = hold_mark(session, project_id)
            if held.drift_id == start and _stand(session, project_id, rows, start):
                held.drift_id = int(rows.ids[-1])
                for one in added:
                    _add(session, project_id, one, 1)
                return len(rows)


def take_from_features(session: Session, project_id: int, prediction_ids: Sequence[int]) -> None:
    """Take predictions out of the counts of their features: they are about to be deleted."""
    mark = hold_mark(session, project_id)
    rows = answers_of(session, project_id, [i for i in prediction_ids if i <= mark.drift_id], features=True)
    found = {int(i): find_references(session, int(i))[0] for i in np.unique(rows.model_ids)}
    for one in _counted(rows, found):
        _add(session, project_id, one, -1)


def ensure_references(transaction: Transaction, model_id: int, now: datetime) -> _References | None:
    """What a model learnt from, made where nobody did yet; None where it cannot be, with the reason stored."""
    with reading() as session:
        found, error = find_references(session, model_id)
        if found is not None or error is not None:
            return found
        made, why_not = _made(session, model_id)
    with transaction() as session:
        reference = tables.ModelReference
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        blob = None if made is None else put_bytes(session, packed_references(made), now)
        values = {"model_id": model_id, "kind": FEATURES, "blob": blob, "error": why_not, "created_at": now}
        session.execute(dialect.insert(reference).values(values).on_conflict_do_nothing())
    return made


def _made(session: Session, model_id: int) -> tuple[_References | None, str | None]:
    try:
        model = get_model(session, model_id)
        instances, rows = learnt_rows(session, model)
    except MmsError as error:
        return None, error.sentence
    features = [
        learnt(column.name, KINDS[column.type], plain_values(instances.features[column.name].iloc[rows], column.type))
        for column in model.signature.inputs
        if column.type in KINDS
    ]
    return [*features, *_of_predictions(session, model, instances, rows)], None


def learnt_rows(session: Session, model: Model, most: int = MOST_ROWS) -> tuple[Instances, np.ndarray]:
    """A model's snapshot, and the positions of at most so many of the rows it learnt from, spread evenly.

    Invalid, NotFound: the snapshot is gone, or has other columns than the model takes.
    """
    snapshot = get_snapshot(session, model.ranked.snapshot_id)
    instances = load_instances(session, snapshot.id)
    lacking = [c.name for c in model.signature.inputs if c.name not in instances.features]
    if lacking:
        raise Invalid(f"{snapshot.name} has no column '{lacking[0]}', so nothing tells what the model learnt from.")
    kept = rows_of_scope(session, snapshot, model.ranked.scope)
    run = session.get_one(tables.Run, model.ranked.run_id)
    if run.kind != RunKind.REFIT.value:
        kept = kept & (snapshot_blocks(session, snapshot) != HELD_OUT)
    rows = np.flatnonzero(kept)
    return instances, rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(np.int64)]


def plain_values(values: pd.Series, kind: ColumnType) -> Values:
    """A column as predictions write it: None where missing."""
    if kind.is_numeric:
        numbers: np.ndarray = values.to_numpy(np.float64, na_value=np.nan)
        return numbers
    plain: list[Any] = values.astype(object).where(values.notna(), None).tolist()
    return plain


def _of_predictions(
    session: Session, model: Model, instances: Instances, rows: np.ndarray
) -> Iterator[FeatureReference]:
    """What the folds' fits said of rows they had not seen: what answers look like where nothing drifts."""
    try:
        oof = oof_frame(session, settings().cache, model.id)
    except (NotFound, Conflict):  # it was purged
        return
    if "value" in oof:
        yield learnt(VALUE, FeatureKind.NUMBERS, oof["value"].to_numpy(np.float64))
        return
    classes, positive = model.signature.classes, instances.positive
    shares = oof[[f"p_{k}" for k in range(len(classes))]].to_numpy(np.float64)
    labels = oof["label"].to_numpy(dtype=object)
    if positive in classes and len(classes) == 2:
        place = classes.index(positive)
        score = shares[:, place]
        if model.threshold is not None:
            labels = np.where(score >= model.threshold, classes[place], classes[1 - place])
    else:
        code = {name: k for k, name in enumerate(classes)}
        score = shares[np.arange(len(shares)), [code[str(label)] for label in labels]]
    yield learnt(LABEL, FeatureKind.CATEGORIES, [str(label) for label in labels])
    yield learnt(PROBABILITY, FeatureKind.NUMBERS, score)


def _counted(rows: AnsweredRows, references: Mapping[int, _References | None]) -> Iterator[_Days]:
    """What the rows add to the days of each feature of each model."""
    for model_id, known in references.items():
        if known is None:
            continue
        mine = np.flatnonzero(rows.model_ids == model_id)
        days, group = np.unique(rows.at[mine].astype("datetime64[D]"), return_inverse=True)
        n = np.bincount(group, minlength=len(days))
        asked = [rows.features[i] for i in mine]
        said: dict[str, Values] = {
            LABEL: [rows.labels[int(i)] for i in mine], PROBABILITY: rows.score[mine], VALUE: rows.value[mine],
        }  # fmt: skip
        for one in known:
            values = said[one.name] if one.name in said else [row.get(one.name) for row in asked]
            yield _Days(model_id, one.name, days, n, binned(one, values, group, len(days)))


def _stand(session: Session, project_id: int, rows: AnsweredRows, start: int) -> bool:
    """Whether the rows that were read are still those of their ids: none was deleted."""
    row = tables.Prediction
    between = (row.project_id == project_id, row.id > start, row.id <= int(rows.ids[-1]))
    return session.scalar(select(func.count()).select_from(row).where(*between)) == len(rows)


def _add(session: Session, project_id: int, added: _Days, sign: int) -> None:
    """Add to the stored days, or take away; days that are new are made. The mark that is held keeps others away."""
    starts = [datetime.fromisoformat(str(day)).replace(tzinfo=UTC) for day in added.days]
    row = tables.FeatureBucket
    mine = (row.model_id == added.model_id, row.feature == added.feature)
    present: dict[datetime, Any] = {}
    for begin in range(0, len(starts), _IDS):
        stmt = select(row.day, row.n, row.counts, row.moments).where(*mine, row.day.in_(starts[begin : begin + _IDS]))
        present.update((found.day, found) for found in session.execute(stmt))
    old = [present.get(start) for start in starts]
    before = entries_of([b"" if one is None else one.counts for one in old])
    group, slot = np.nonzero(added.binned.counts)
    new = (group, slot, sign * added.binned.counts[group, slot])
    whole = summed(*(np.concatenate(pair) for pair in zip(before, new, strict=True)))
    counts = coded_entries(*whole, len(starts))
    moments = np.array([np.zeros(MOMENTS) if one is None else np.frombuffer(one.moments, "<f8") for one in old])
    moments = moments + sign * added.binned.moments
    values = [
        {
            "model_id": added.model_id, "feature": added.feature, "day": start, "project_id": project_id,
            "n": sign * int(added.n[i]) + (present[start].n if start in present else 0),
            "counts": counts[i], "moments": moments[i].astype("<f8").tobytes(),
        }
        for i, start in enumerate(starts)
    ]  # fmt: skip
    made = [one for one, known in zip(values, old, strict=True) if known is None]
    kept = [one for one, known in zip(values, old, strict=True) if known is not None]
    if made:
        session.execute(insert(row), made)
    if kept:
        session.execute(update(row), kept)
