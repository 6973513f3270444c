"""What a filter of a project's models can be built from: fields, and the values that models have."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import ModelParameter, ModelTag
from db.queries.models import algorithms_used
from mms.domain.filters import FieldOption
from mms.domain.model_fields import Field, fields_of, parameter_field, quoted, written_name
from mms.domain.projects import Project

MOST_VALUES = 50
"""Values of one field that a builder offers."""


def filter_options(session: Session, project: Project) -> tuple[FieldOption, ...]:
    """Every field of the project's models, the hyperparameters in use last, with values to choose from."""
    known = {"algorithm": tuple(algorithms_used(session, project.id)), "tag": tags_used(session, project.id)}
    fields = (FieldOption(field, known.get(field.name, field.choices)) for field in fields_of(project.task))
    return *fields, *(_parameter(session, project.id, name) for name in parameter_names(session, project.id))


def parameter_names(session: Session, project_id: int) -> tuple[str, ...]:
    """Hyperparameters that models of the project have, by name."""
    return _distinct(session, ModelParameter.name, ModelParameter.project_id == project_id)


def tags_used(session: Session, project_id: int) -> tuple[str, ...]:
    """Tags that models of the project bear, by name."""
    return _distinct(session, ModelTag.tag, ModelTag.project_id == project_id)


def _parameter(session: Session, project_id: int, name: str) -> FieldOption:
    """Its texts; of numbers, the least and the greatest."""
    of = (ModelParameter.project_id == project_id, ModelParameter.name == name)
    numbers = ModelParameter.number.is_not(None)
    least, greatest = (
        session.scalar(select(ModelParameter.number).where(*of, numbers).order_by(order).limit(1))
        for order in (ModelParameter.number.asc(), ModelParameter.number.desc())
    )
    spread = [f"{number:g}" for number in dict.fromkeys((least, greatest)) if number is not None]
    texts = _distinct(session, ModelParameter.text, *of)
    return FieldOption(_exemplified(parameter_field(name), spread, texts), (*spread, *texts))


def _exemplified(field: Field, spread: list[str], texts: tuple[str, ...]) -> Field:
    if spread:
        return replace(field, example=f"{written_name(field.name)} >= {spread[0]}")
    if texts:
        return replace(field, example=f"{written_name(field.name)} = {quoted(texts[0])}")
    return field


def _distinct(session: Session, column: Any, *where: sa.ColumnElement[bool]) -> tuple[str, ...]:
    """Values in order, one look into the index each: DISTINCT would read every row."""
    found: list[str] = []
    step = select(sa.func.min(column)).where(*where, column > sa.bindparam("last"))
    while len(found) < MOST_VALUES and (value := session.scalar(step, {"last": found[-1] if found else ""})):
        found.append(value)
    return tuple(found)
