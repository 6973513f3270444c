"""The model table, and one model."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db import blobs
from db.models import Artifact, ModelScore, Project, Triple
from db.models import Model as ModelRow
from mms.domain import triples
from mms.domain.canonical import canonical_json
from mms.domain.errors import Invalid, NotFound
from mms.domain.models import Holdout, Model, ModelFilter, ModelPage, ModelSort, ModelState, RankedModel, Signature
from mms.domain.scores import METRICS, ScoreSummary

PAGE = 50
"""Rows a page."""

COUNT_CAP = 1000
"""Counts stop here: "1,000+"."""

_Condition = sa.ColumnElement[bool]

_KEYS: Mapping[ModelSort, tuple[InstrumentedAttribute[Any], bool]] = {
    ModelSort.SCORE: (ModelRow.score, True),
    ModelSort.NEWEST: (ModelRow.created_at, True),
    ModelSort.BUILD_TIME: (ModelRow.build_seconds, False),
    ModelSort.SIZE: (ModelRow.artifact_size, False),
}
"""What each sort compares, and whether greater comes first. The id breaks ties in the same direction."""


def models_page(
    session: Session,
    project_id: int,
    where: ModelFilter,
    sort: ModelSort = ModelSort.SCORE,
    after: str | None = None,
    limit: int = PAGE,
) -> ModelPage:
    """One keyset page of the model table. `after` is the cursor of the page before; Invalid when it is foreign."""
    conditions = _conditions(project_id, where)
    behind = [] if after is None else [_behind(project_id, sort, after)]
    stmt = _walk([*conditions, *behind], where, sort, limit + 1)
    rows = session.scalars(stmt).all()
    total = _capped_count(session, [*conditions, *_choices(where)])
    more = len(rows) > limit
    return ModelPage(
        models=tuple(ranked_of(row) for row in rows[:limit]),
        after=_cursor(project_id, sort, rows[limit - 1]) if more else None,
        total=min(total, COUNT_CAP),
        capped=total > COUNT_CAP,
    )


def all_models(session: Session, project_id: int, where: ModelFilter, sort: ModelSort) -> pd.DataFrame:
    """Every row of the filter, for the CSV: score and score_sd of `metric`, the primary one, in natural units."""
    name = session.scalar(select(Project.primary_metric).where(Project.id == project_id))
    metric = METRICS[name] if name else None
    stmt = select(ModelRow).where(*_conditions(project_id, where), *_choices(where)).order_by(*_order(sort))
    models = [ranked_of(row) for row in session.scalars(stmt.execution_options(yield_per=1000))]
    return pd.DataFrame(
        {
            "id": [m.id for m in models],
            "version": [m.version for m in models],
            "algorithm": [m.algorithm for m in models],
            "recipe": [m.recipe for m in models],
            "hyperparameters": [canonical_json(m.hyperparameters) for m in models],
            "state": [m.state.value for m in models],
            "metric": name,
            "score": [metric.natural(m.score) if metric else m.score for m in models],
            "score_sd": [m.score_sd for m in models],
            "build_seconds": [m.build_seconds for m in models],
            "artifact_size": [m.artifact_size for m in models],
            "run_id": [m.run_id for m in models],
            "snapshot_id": [m.snapshot_id for m in models],
            "owner": [m.owner for m in models],
            "created_at": [m.created_at for m in models],
            "touched_at": [m.touched_at for m in models],
            "archived_at": [m.archived_at for m in models],
        }
    )


def algorithms_used(session: Session, project_id: int) -> list[str]:
    """Names of algorithms that have live models."""
    found: list[str] = []
    # One look into the index a name: DISTINCT would read every model of the project.
    step = select(sa.func.min(ModelRow.algorithm)).where(
        ModelRow.project_id == project_id, ModelRow.deleted_at.is_(None), ModelRow.algorithm > sa.bindparam("last")
    )
    while name := session.scalar(step, {"last": found[-1] if found else ""}):
        found.append(name)
    return found


def get_ranked(session: Session, project_id: int, version: int) -> RankedModel:
    """The live model with this version number in its project."""
    row = session.scalar(
        select(ModelRow).where(
            ModelRow.project_id == project_id, ModelRow.version == version, ModelRow.deleted_at.is_(None)
        )
    )
    if row is None:
        raise NotFound(f"This project has no model v{version}: choose one from its model table.")
    return ranked_of(row)


def get_model(session: Session, model_id: int) -> Model:
    """One live model with its scores, signature and environment."""
    found = models_of(session, [model_id])
    if not found:
        raise no_model(model_id)
    return found[0]


def models_of(session: Session, model_ids: Sequence[int]) -> list[Model]:
    """The live ones of these models, in the order of the ids; in two statements, however many they are."""
    stmt = (
        select(ModelRow, Artifact, Triple.content)
        .join(Artifact, Artifact.id == ModelRow.artifact_id)
        .join(Triple, Triple.id == ModelRow.triple_id)
        .where(ModelRow.id.in_(model_ids), ModelRow.deleted_at.is_(None))
    )
    rows = {row.id: (row, artifact, content) for row, artifact, content in session.execute(stmt)}
    scores = _scores(session, list(rows))
    return [_model_of(*rows[i], scores.get(i, ())) for i in dict.fromkeys(model_ids) if i in rows]


def _model_of(row: ModelRow, artifact: Artifact, content: dict[str, Any], scores: tuple[ScoreSummary, ...]) -> Model:
    return Model(
        ranked=ranked_of(row),
        triple=triples.Triple.from_json(content),
        scores=scores,
        signature=Signature.from_json(artifact.signature),
        environment=artifact.environment,
        artifact_sha=artifact.sha256,
        oof_sha=row.oof_blob,
        threshold=row.threshold,
        seed=row.seed,
        holdout=Holdout.from_json(row.holdout) if row.holdout else None,
        description=row.description,
        parent_id=row.parent_id,
    )


def oof_frame(session: Session, cache: Path, model_id: int) -> pd.DataFrame:
    """A model's out-of-fold rows (see mms.ml.fitting.FittedFold), sorted by row."""
    stmt = select(ModelRow.oof_blob).where(ModelRow.id == model_id, ModelRow.deleted_at.is_(None))
    blob = session.scalar(stmt)
    if blob is None:
        raise no_model(model_id)
    frame = pd.read_parquet(blobs.cached_file(session, cache, blob))
    return frame.sort_values("row", ignore_index=True)


def ranked_of(row: ModelRow) -> RankedModel:
    """A stored model as a row of the model table."""
    return RankedModel(
        id=row.id,
        project_id=row.project_id,
        version=row.version,
        run_id=row.run_id,
        snapshot_id=row.snapshot_id,
        algorithm=row.algorithm,
        recipe=row.recipe,
        hyperparameters=row.hyperparameters,
        state=ModelState(row.state),
        score=row.score,
        score_sd=row.score_sd,
        build_seconds=row.build_seconds,
        artifact_size=row.artifact_size,
        owner=row.owner,
        created_at=row.created_at,
        touched_at=row.touched_at,
        archived_at=row.archived_at,
        scope=row.scope,
    )


def _conditions(project_id: int, where: ModelFilter) -> list[_Condition]:
    """All of the filter but the choices of algorithm and state."""
    conditions = [ModelRow.project_id == project_id, ModelRow.deleted_at.is_(None)]
    if not where.archived:
        conditions.append(ModelRow.archived_at.is_(None))
    if where.min_score is not None:
        conditions.append(ModelRow.score >= where.min_score)
    if where.max_score is not None:
        conditions.append(ModelRow.score <= where.max_score)
    if where.snapshot_id is not None:
        conditions.append(ModelRow.snapshot_id == where.snapshot_id)
    if where.run_id is not None:
        conditions.append(ModelRow.run_id == where.run_id)
    if where.text:
        text = (ModelRow.algorithm, ModelRow.recipe, sa.cast(ModelRow.hyperparameters, sa.Text))
        conditions.append(sa.or_(*(part.icontains(where.text, autoescape=True) for part in text)))
    return conditions


def _choices(where: ModelFilter) -> list[_Condition]:
    conditions: list[_Condition] = []
    if where.algorithms:
        conditions.append(ModelRow.algorithm.in_(where.algorithms))
    if where.states:
        conditions.append(ModelRow.state.in_([state.value for state in where.states]))
    return conditions


def _order(sort: ModelSort) -> list[sa.UnaryExpression[Any]]:
    key, descending = _KEYS[sort]
    return [column.desc() if descending else column.asc() for column in (key, ModelRow.id)]


def _walk(conditions: Sequence[_Condition], where: ModelFilter, sort: ModelSort, limit: int) -> sa.Select[ModelRow]:
    """The first rows in order. An index gives one algorithm's (or state's) rows in order, but not those of several:
    so each is walked alone, and the few rows of all walks are merged.
    """
    order = _order(sort)
    walks: list[list[_Condition]] = [[ModelRow.algorithm == algorithm] for algorithm in where.algorithms]
    if where.algorithms and where.states:
        conditions = [*conditions, ModelRow.state.in_([state.value for state in where.states])]
    elif where.states:
        walks = [[ModelRow.state == state.value] for state in where.states]
    if len(walks) < 2:
        one = walks[0] if walks else []
        return select(ModelRow).where(*conditions, *one).order_by(*order).limit(limit)
    heads = [select(ModelRow.id).where(*conditions, *one).order_by(*order).limit(limit).subquery() for one in walks]
    ids = sa.union_all(*(select(head.c.id) for head in heads))
    return select(ModelRow).where(ModelRow.id.in_(ids)).order_by(*order).limit(limit)


def _capped_count(session: Session, conditions: Sequence[_Condition]) -> int:
    some = select(ModelRow.id).where(*conditions).limit(COUNT_CAP + 1).subquery()
    return session.scalar(select(sa.func.count()).select_from(some)) or 0


def _cursor(project_id: int, sort: ModelSort, last: ModelRow) -> str:
    value = getattr(last, _KEYS[sort][0].key)
    text = value.isoformat() if isinstance(value, datetime) else value
    content = json.dumps([project_id, sort.value, text, last.id])
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def _behind(project_id: int, sort: ModelSort, cursor: str) -> _Condition:
    """The rows after the cursor's row."""
    key, descending = _KEYS[sort]
    try:
        content = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        of_project, of_sort, text, last_id = content
        value = datetime.fromisoformat(text) if sort is ModelSort.NEWEST else float(text)
        foreign = [of_project, of_sort] != [project_id, sort.value] or not 0 < last_id < 2**63
        foreign |= value.tzinfo is None if isinstance(value, datetime) else not isfinite(value)
    except (ValueError, TypeError) as error:
        raise _foreign_cursor() from error
    if foreign:
        raise _foreign_cursor()
    place = sa.tuple_(key, ModelRow.id)
    mark = sa.tuple_(sa.literal(value, key.type), sa.literal(last_id, ModelRow.id.type))
    return place < mark if descending else place > mark


def _foreign_cursor() -> Invalid:
    return Invalid("This page mark does not belong to this table in this order: begin again at its first page.")


def _scores(session: Session, model_ids: Sequence[int]) -> dict[int, tuple[ScoreSummary, ...]]:
    """The summaries of each model, metrics in their order."""
    found: dict[int, dict[str, ScoreSummary]] = {}
    for r in session.scalars(select(ModelScore).where(ModelScore.model_id.in_(model_ids))):
        summary = ScoreSummary(r.metric, r.mean, r.sd, r.minimum, r.maximum, r.final)
        found.setdefault(r.model_id, {})[r.metric] = summary
    return {i: tuple(scores[name] for name in METRICS if name in scores) for i, scores in found.items()}


def no_model(model_id: int) -> NotFound:
    """The refusal for an id that no live model bears."""
    return NotFound(f"There is no model {model_id}: it was deleted or never made; choose one in the model table.")
