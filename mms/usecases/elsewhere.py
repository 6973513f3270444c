"""A model served elsewhere as a row among models: all that its past answers tell of it, without the model itself."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes
from db.queries.models import get_model
from db.queries.snapshots import snapshot_blocks
from mms.domain.canonical import canonical_json
from mms.domain.errors import Invalid
from mms.domain.jobs import JobState
from mms.domain.logs import ELSEWHERE, MINIMUM_REFERENCE, REFERENCE_SHARE, LogColumns
from mms.domain.members import Member
from mms.domain.models import Holdout, Model, ModelState
from mms.domain.projects import Project
from mms.domain.runs import FINAL_FIT, FoldResult, Origin, RunKind
from mms.domain.tables import Column, ColumnType, InstanceTable
from mms.domain.triples import Recipe, Triple
from mms.ml.fitting import Instances, out_of_fold, signature_of
from mms.ml.folds import Split, splits
from mms.ml.logs import Logged
from mms.ml.metrics import score_all, sums_of
from mms.ml.prediction import Predicted
from mms.security.site_key import sign, site_key
from mms.settings import settings
from mms.usecases.fitted import fold_row, next_version, parameter_row, parquet, score_row, summaries_of
from mms.usecases.launching import next_number, stored_triple
from mms.usecases.snapshots import LooseRows, freeze_rows

MOST_REFERENCE = 100_000
"""Rows of a reference at most, evenly spread: more would not move what is held against them."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model of a log, as it is to be kept. columns: the file's."""

    logged: Logged
    columns: LogColumns


@dataclass(frozen=True, slots=True)
class _Reference:
    """The labelled answers that later ones are held against, in the order of their snapshot."""

    instances: Instances
    predicted: Predicted
    splits: list[Split]


def reference_rows(logged: Logged, until: datetime | None) -> np.ndarray:
    """Positions of the labelled answers that later ones are held against, in time order, at most MOST_REFERENCE.

    until: None takes the first fifth, and more where that has too few. Invalid: fewer than MINIMUM_REFERENCE of them,
    or one truth only.
    """
    labelled = np.flatnonzero(logged.labelled)
    if until is not None:
        labelled = labelled[logged.at[labelled] < np.datetime64(until.astimezone(UTC).replace(tzinfo=None), "us")]
    else:
        first = int(np.searchsorted(labelled, len(logged.at) * REFERENCE_SHARE))
        labelled = labelled[: max(first, MINIMUM_REFERENCE)]
    if len(labelled) < MINIMUM_REFERENCE:
        before = "" if until is None else f" before {until:%Y-%m-%d}"
        raise Invalid(
            f"'{logged.name}' has {len(labelled):,} answers with a truth{before}, and later ones are held against at "
            f"least {MINIMUM_REFERENCE}: import truths too, or a longer log."
        )
    spread = np.linspace(0, len(labelled) - 1, min(len(labelled), MOST_REFERENCE)).astype(np.int64)
    rows: np.ndarray = labelled[spread]
    if len(set(logged.truth[rows])) < 2:
        raise Invalid(
            f"Each of the {len(rows):,} answers of '{logged.name}' to {_moment(logged.at[rows[-1]]):%Y-%m-%d}, which "
            f"later ones would be held against, has the truth '{logged.truth[rows[0]]}': a longer reference is needed, "
            "with others too."
        )
    return rows


def keep_model(
    session: Session, member: Member, project: Project, found: Found, rows: np.ndarray, now: datetime
) -> Model:
    """Write all rows of a model that is served elsewhere; rows: positions of its reference. now: real time."""
    logged = found.logged
    loose, order = _loose(project, found, rows)
    snapshot = freeze_rows(session, member, project, loose, project.present(now))
    instances = _instances(project, logged, logged.columns, loose)
    parts = splits(snapshot.fold_plan, snapshot_blocks(session, snapshot), None, None)
    reference = _Reference(instances, _predicted(logged, rows[order]), parts)
    run, place, triple = _run(session, member, project, snapshot.id, logged.name, now)
    folds = [_fold(part.fold, part.validate, reference, project) for part in parts]
    final = FoldResult(FINAL_FIT, 0, 0, 0.0, 0.0, {}, {})  # nothing was fitted, so nothing is optimistic
    session.add_all(fold_row(place.id, one, None) for one in (*folds, final))
    summaries = summaries_of(folds, final, project.primary_metric)
    version, metric = next_version(session, project.id)
    primary = next(one for one in summaries if one.metric == metric)
    artifact = _artifact(session, project, logged, instances, now)
    created = _moment(logged.at[0])
    row = tables.Model(
        project_id=project.id,
        version=version,
        run_id=run.id,
        run_triple_id=place.id,
        snapshot_id=snapshot.id,
        triple_id=place.triple_id,
        artifact_id=artifact.id,
        oof_blob=put_bytes(session, parquet(_oof(reference)), now),
        algorithm=ELSEWHERE,
        recipe=triple.recipe.name,
        hyperparameters=dict(triple.hyperparameters),
        state=ModelState.CHALLENGER.value,
        score=primary.mean,
        score_sd=primary.sd,
        build_seconds=0.0,
        artifact_size=artifact.size,
        threshold=logged.threshold,
        holdout=_holdout(project, reference).to_json(),
        seed=0,
        owner=member.display_name,
        created_at=created,
        touched_at=project.present(now),
    )
    session.add(row)
    session.flush()
    session.add_all(score_row(row, one) for one in summaries)
    session.add_all(parameter_row(row, name, value) for name, value in triple.hyperparameters.items())
    session.flush()
    return get_model(session, row.id)


def triple_of(name: str) -> Triple:
    """How a model served elsewhere stands among triples: nothing of it can be fitted."""
    return Triple(Recipe(ELSEWHERE, ()), ELSEWHERE, {"name": name})


def _loose(project: Project, found: Found, rows: np.ndarray) -> tuple[LooseRows, np.ndarray]:
    """The reference as rows of a snapshot, and their order: by entity and time."""
    logged, columns = found.logged, found.columns
    taken = {column.name for column in logged.columns} | set(columns.roles.values())
    entity, target = columns.entity or _free("entity", taken), columns.truth or _free("truth", taken)
    assert columns.time is not None
    order = np.lexsort((logged.at[rows], logged.entity[rows].astype(str)))
    rows = rows[order]
    numeric = not project.task.is_classification
    frame = (
        logged.features.iloc[rows]
        .reset_index(drop=True)
        .assign(
            **{
                entity: pd.Series(logged.entity[rows], dtype="str"),
                columns.time: pd.Series(logged.at[rows]).dt.tz_localize("UTC"),
                target: pd.Series(logged.truth[rows].astype(np.float64) if numeric else logged.truth[rows].astype(str)),
            }
        )
    )
    roles = [Column(entity, ColumnType.CATEGORY), Column(columns.time, ColumnType.TIME)]
    roles.append(Column(target, ColumnType.NUMBER if numeric else ColumnType.CATEGORY))
    if columns.truth_time is not None:
        frame[columns.truth_time] = pd.Series(logged.known_at[rows]).dt.tz_localize("UTC")
        roles.append(Column(columns.truth_time, ColumnType.TIME))
    names = tuple(column.name for column in logged.columns)
    declared = InstanceTable(0, project.id, 0, (entity,), columns.time, target, columns.truth_time, names)
    return LooseRows(declared, (*logged.columns, *roles), frame), order


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _instances(project: Project, logged: Logged, features: tuple[Column, ...], loose: LooseRows) -> Instances:
    frame, declared = loose.frame, loose.declaration
    assert declared.prediction_time is not None
    return Instances(
        task=project.task,
        columns=features,
        features=frame[[column.name for column in features]],
        target=frame[declared.target],
        time=frame[declared.prediction_time],
        label_time=None if declared.label_time is None else frame[declared.label_time],
        classes=logged.classes,
        positive=project.positive_class,
    )


def _shares(logged: Logged, rows: np.ndarray) -> np.ndarray:
    """(rows, classes) probabilities; where nobody told them, all on the label."""
    if logged.is_probability:
        told: np.ndarray = logged.probabilities[rows]
        return told
    assert logged.labels is not None
    sure: np.ndarray = np.array(logged.classes, dtype=object) == logged.labels[rows][:, None]
    return sure.astype(np.float64)


def _predicted(logged: Logged, rows: np.ndarray) -> Predicted:
    if logged.values is not None:
        return Predicted(None, None, logged.values[rows])
    assert logged.labels is not None
    return Predicted(logged.labels[rows], _shares(logged, rows), None, logged.is_probability)


def _part(predicted: Predicted, rows: np.ndarray) -> Predicted:
    if predicted.values is not None:
        return Predicted(None, None, predicted.values[rows])
    assert predicted.labels is not None
    assert predicted.probabilities is not None
    return Predicted(predicted.labels[rows], predicted.probabilities[rows], None, predicted.is_probability)


def _fold(fold: int, rows: np.ndarray, reference: _Reference, project: Project) -> FoldResult:
    """What a part of the reference scores; nothing was fitted on the rest."""
    instances = reference.instances
    truth = instances.target.to_numpy(dtype=object if project.task.is_classification else np.float64)[rows]
    asked = (_part(reference.predicted, rows), instances.classes, instances.positive)
    return FoldResult(fold, 0, len(rows), 0.0, 0.0, score_all(project.task, truth, *asked), {})


def _oof(reference: _Reference) -> pd.DataFrame:
    """As `out_of_fold` has it, with the labels as they were logged."""
    said = reference.predicted
    answers = said.values[:, None] if said.values is not None else said.probabilities
    assert answers is not None
    oof = out_of_fold(reference.instances, reference.splits, [answers[one.validate] for one in reference.splits])
    return oof if said.labels is None else oof.assign(label=said.labels[oof["row"].to_numpy()].astype(str))


def _holdout(project: Project, reference: _Reference) -> Holdout:
    instances = reference.instances
    truth = instances.target.to_numpy(dtype=object if project.task.is_classification else np.float64)
    sums = sums_of(project.task, truth, reference.predicted, instances.classes, instances.positive)
    assert instances.time is not None
    return Holdout(instances.time.min().to_pydatetime(), instances.time.max().to_pydatetime(), sums)


def _run(
    session: Session, member: Member, project: Project, snapshot_id: int, name: str, now: datetime
) -> tuple[tables.Run, tables.RunTriple, Triple]:
    """The import among runs, with its one triple; nothing of it is queued."""
    present, triple = project.present(now), triple_of(name)
    run = tables.Run(
        project_id=project.id,
        number=next_number(session, project.id),
        kind=RunKind.LOG.value,
        state=JobState.SUCCEEDED.value,
        snapshot_id=snapshot_id,
        request={"triples": [triple.to_json()], "retraining": None, "search": None},
        triples=1,
        launched_by=member.display_name,
        created_at=present,
        started_at=present,
        finished_at=present,
    )
    session.add(run)
    session.flush()
    place = tables.RunTriple(
        run_id=run.id,
        triple_id=stored_triple(session, project.id, triple),
        position=0,
        origin=Origin.SPACE.value,
        state=JobState.SUCCEEDED.value,
    )
    session.add(place)
    session.flush()
    return run, place, triple


def _artifact(
    session: Session, project: Project, logged: Logged, instances: Instances, now: datetime
) -> tables.Artifact:
    """A card in place of the model's bytes: what it takes and gives, and that it is not here."""
    signature = signature_of(instances, is_probability=logged.is_probability).to_json()
    card = canonical_json(
        {"served": ELSEWHERE, "project": project.id, "model": logged.name, "signature": signature}
    ).encode()
    sha256 = put_bytes(session, card, now)
    row = tables.Artifact(
        sha256=sha256,
        size=len(card),
        hmac=sign(site_key(settings().key_file), sha256),
        signature=signature,
        environment={"served": ELSEWHERE},
        created_at=project.present(now),
    )
    session.add(row)
    session.flush()
    return row


def _moment(at: np.datetime64) -> datetime:
    moment: datetime = at.astype("datetime64[us]").item()
    return moment.replace(tzinfo=UTC)
