"""Ask any model about made-up values: nothing is stored, and no champion is needed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db.queries.projects import get_project
from db.queries.runs import get_run
from db.queries.snapshots import get_snapshot, snapshot_blocks
from mms.domain.errors import NotFound
from mms.domain.members import Member, Permission
from mms.domain.models import Model, Signature
from mms.domain.predictions import json_value
from mms.domain.projects import Project
from mms.domain.runs import RunKind
from mms.domain.snapshots import HELD_OUT
from mms.domain.tables import Column, ColumnType
from mms.domain.what_if import Effect, Neighbour, WhatIf
from mms.ml.prediction import checked_frame, predict_frame
from mms.ml.what_if import cost_of, distances, outputs, replaced_one_by_one
from mms.usecases.models import load_model
from mms.usecases.scopes import rows_of_scope
from mms.usecases.snapshots import load_instances

SEARCHED, CELLS = 100_000, 20_000_000
"""Training rows, and values, among which the nearest are sought: of more, every n-th row."""

NEAREST = 5
"""Nearest rows that are shown."""


@dataclass(frozen=True, slots=True)
class _Learnt:
    """What the model was fitted on: its columns, and the truths. (rows, columns) and (rows,); positions: (rows,)."""

    features: pd.DataFrame
    target: pd.Series
    positions: np.ndarray


def what_if(session: Session, member: Member, model_id: int, values: Mapping[str, Any]) -> WhatIf:
    """The model's answer to one row of values, each feature's effect on it, and the nearest training rows.

    values: every input by name; None where it is not known. Invalid names a wrong one. Where the training rows are gone
    (their snapshot or segment was deleted), the answer comes without effects and neighbours, and says why.
    """
    member.require(Permission.PREDICT)
    model, pipeline = load_model(session, model_id)
    project = get_project(session, member, model.ranked.project_id)
    signature = model.signature
    row = checked_frame(signature, [values])

    def ask(frame: pd.DataFrame) -> Any:
        asked = (project.task, signature.classes, project.positive_class, model.threshold)
        return predict_frame(pipeline, frame, *asked)

    said = ask(row)
    (answer,) = said.answers(signature.classes, project.positive_class)
    explained = _explained(project, signature, answer.label)
    learnt, note = _learnt(session, model)
    moved = _moved(row, learnt, signature, lambda frame: outputs(ask(frame), explained))
    effects = tuple(Effect(name, values[name], *parts) for name, *parts in moved)
    cost = cost_of(len(signature.inputs), len(learnt.features))
    return WhatIf(
        answer=answer,
        is_probability=said.is_probability,
        output="the number" if explained is None else f"P({signature.classes[explained]})",
        effects=effects,
        background=cost.rows,
        asked=len(effects),
        nearest=_nearest(row, learnt, signature.inputs),
        searched=len(learnt.features),
        outside=tuple(_outside(values, learnt.features, signature.inputs)),
        note=note,
    )


def _explained(project: Project, signature: Signature, label: str | None) -> int | None:
    """Which class's probability effects are measured on: the positive one, of several the answered one."""
    if label is None:
        return None
    return list(signature.classes).index(project.positive_class or label)


def _learnt(session: Session, model: Model) -> tuple[_Learnt, str | None]:
    names = [column.name for column in model.signature.inputs]
    try:
        snapshot = get_snapshot(session, model.ranked.snapshot_id)
        inside = rows_of_scope(session, snapshot, model.ranked.scope)
    except NotFound as error:
        nothing = _Learnt(pd.DataFrame(columns=names), pd.Series(dtype=object), np.array([], dtype=int))
        return nothing, f"The rows that it learnt from are gone, so there is nothing to compare with: {error.sentence}"
    if get_run(session, model.ranked.run_id).kind is not RunKind.REFIT:  # a refit learns from the hold-out too
        inside &= snapshot_blocks(session, snapshot) != HELD_OUT
    rows = np.flatnonzero(inside)
    most = max(1, min(SEARCHED, CELLS // len(names)))
    rows = rows[:: max(1, -(-len(rows) // most))]
    instances = load_instances(session, snapshot.id)
    return _Learnt(instances.features[names].iloc[rows], instances.target.iloc[rows], rows), None


def _moved(
    row: pd.DataFrame, learnt: _Learnt, signature: Signature, output: Callable[[pd.DataFrame], np.ndarray]
) -> list[tuple[str, float, float]]:
    """Feature, effect and spread, the greatest effect first."""
    cost = cost_of(len(signature.inputs), len(learnt.features))
    if not cost.predictions:
        return []
    chosen = np.linspace(0, len(learnt.features) - 1, cost.rows).astype(int)
    background = learnt.features.iloc[chosen].astype(row.dtypes.to_dict())
    names = [column.name for column in signature.inputs[: cost.features]]
    effects, spreads = replaced_one_by_one(row, background, names, output)
    found = zip(names, effects.tolist(), spreads.tolist(), strict=True)
    return sorted(found, key=lambda one: -abs(one[1]))


def _nearest(row: pd.DataFrame, learnt: _Learnt, columns: Sequence[Column]) -> tuple[Neighbour, ...]:
    if learnt.features.empty:
        return ()
    far = distances(row, learnt.features, columns)
    return tuple(
        Neighbour(
            int(learnt.positions[i]),
            float(far[i]),
            json_value(learnt.target.iloc[i]),
            {column.name: _plain(learnt.features[column.name].iloc[i]) for column in columns},
        )
        for i in np.argsort(far, kind="stable")[:NEAREST]
    )


def _outside(values: Mapping[str, Any], learnt: pd.DataFrame, columns: Sequence[Column]) -> list[str]:
    """Sentences about values that the model never saw in training."""
    found = []
    for column in columns:
        value, known = values[column.name], learnt[column.name].dropna()
        if value is None or known.empty or column.type in (ColumnType.TEXT, ColumnType.TIME):
            continue
        if column.type.is_numeric and not known.min() <= value <= known.max():
            ends = f"{known.min():.15g} to {known.max():.15g}"
            found.append(f"{column.name} {value:.15g} lies outside of what it learnt from, {ends}.")
        elif column.type is ColumnType.CATEGORY and not (known == value).any():
            found.append(f"{column.name} '{value}' stands in none of the rows that it learnt from.")
    return found


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else json_value(value.item() if hasattr(value, "item") else value)
