"""Every model that a filter finds, for files: row by row, or as one table with its types."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from db.queries.model_search import walked
from mms.domain.canonical import canonical_json
from mms.domain.filters import ModelQuery
from mms.domain.model_fields import Field, Kind, export_fields
from mms.domain.projects import Project
from mms.domain.triples import typed_value

_TYPES: Mapping[Kind, str] = {Kind.NUMBER: "float64", Kind.WHOLE: "int64", Kind.TIME: "datetime64[us, UTC]"}


def export_names(project: Project, query: ModelQuery) -> list[str]:
    """The columns of a file: what every model has, what the query asks for beside it, hyperparameters (JSON), tags."""
    return [*(field.name for field in _fields(project, query)), "hyperparameters", "tags"]


def every_row(session: Session, project: Project, query: ModelQuery, now: datetime) -> Iterator[tuple[Any, ...]]:
    """The values under `export_names` of every model that passes, in natural units; read in chunks."""
    fields = _fields(project, query)
    for models, values, tags in walked(session, project, replace(query, columns=fields), now):
        for model in models:
            row = [values[model.id][field.name] for field in fields]
            yield *row, canonical_json(model.hyperparameters), ", ".join(tags.get(model.id, ()))


def model_frame(session: Session, project: Project, query: ModelQuery, now: datetime) -> pd.DataFrame:
    """The same as a frame with types. A hyperparameter that is a text in some model is one in all of them."""
    rows = list(every_row(session, project, query, now))
    frame = pd.DataFrame(rows, columns=export_names(project, query))
    for field in _fields(project, query):
        if field.kind is Kind.PARAMETER:
            frame[field.name] = _typed(frame[field.name].tolist())
    return frame.astype({field.name: kind for field in _fields(project, query) if (kind := _TYPES.get(field.kind))})


def _fields(project: Project, query: ModelQuery) -> tuple[Field, ...]:
    return export_fields(project.primary_metric, project.task, query.columns)


def _typed(values: Sequence[Any]) -> pd.Series:
    pairs = [typed_value(value) for value in values]
    if any(text is not None for _, text in pairs):
        return pd.Series(
            [text if number is None else repr(number).removesuffix(".0") for number, text in pairs], dtype="str"
        )
    return pd.Series([number for number, _ in pairs], dtype="float64")
