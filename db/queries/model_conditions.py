"""The filter of the model table as conditions of SQL. Two-valued: a condition is true or false, never NULL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exists, select

from db.models import Model, ModelParameter, ModelScore, ModelTag, Run, Snapshot
from db.texts import holds
from mms.domain.filters import All, AnyOf, Comparison, Contains, Filter, Missing, Not, OneOf, Value, fields_in
from mms.domain.model_fields import Field, Kind, Part, natural_metric
from mms.domain.projects import Project
from mms.domain.tables import COMPARISONS, Operator
from mms.domain.triples import typed_value

Condition = sa.ColumnElement[bool]
Side = type[ModelScore] | type[ModelParameter] | type[ModelTag]

COLUMNS: Mapping[str, Any] = {
    "algorithm": Model.algorithm,
    "recipe": Model.recipe,
    "state": Model.state,
    "owner": Model.owner,
    "version": Model.version,
    "id": Model.id,
    "snapshot": Model.snapshot_id,
    "run": Model.run_id,
    "scope": Model.scope,
    "build_seconds": Model.build_seconds,
    "size": Model.artifact_size,
    "age": Model.created_at,
    "created": Model.created_at,
    "touched": Model.touched_at,
    "archived": Model.archived_at,
    "description": Model.description,
    "threshold": Model.threshold,
}
"""Where the fields are that every model holds itself."""

_BETWEEN = "\x1f"

_MIRRORED: Mapping[Operator, Operator] = {
    Operator.LT: Operator.GT,
    Operator.LE: Operator.GE,
    Operator.GT: Operator.LT,
    Operator.GE: Operator.LE,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What a filter is read against: whose models, and the present from which their age is counted."""

    project: Project
    now: datetime

    def own(self, field: Field) -> Any | None:
        """The column of the model itself that holds a field in stored units, or None."""
        if field.metric == self.project.primary_metric:
            return {Part.MEAN: Model.score, Part.SD: Model.score_sd}.get(field.part)
        return COLUMNS.get(field.name)


def living(where: Filter | None, *, archived: bool) -> tuple[Condition, ...]:
    """Live models; archived ones when they are asked for, or when the filter says itself which."""
    if archived or "archived" in fields_in(where):
        return (Model.deleted_at.is_(None),)
    return (Model.deleted_at.is_(None), Model.archived_at.is_(None))


def condition(ground: Ground, where: Filter) -> Condition:
    """The filter over the rows of `Model`."""
    match where:
        case Not(term):
            return sa.not_(condition(ground, term))
        case All(terms):
            return sa.and_(*(condition(ground, term) for term in terms))
        case AnyOf(terms):
            return sa.or_(*(condition(ground, term) for term in terms))
        case Missing(field, missing):
            return sa.not_(_present(ground, field)) if missing else _present(ground, field)
        case Contains(field, text) if field.kind is Kind.ANY_TEXT:
            return _anywhere(text)
        case _:
            own = ground.own(where.field)
            return _of_side(ground, where) if own is None else _of_model(ground, where, own)


def _negative(where: Comparison | OneOf) -> bool:
    return not where.inside if isinstance(where, OneOf) else where.operator is Operator.NE


def _present(ground: Ground, field: Field) -> Condition:
    own = ground.own(field)
    if field.name == "description":
        return Model.description != ""
    if own is not None:
        return own.is_not(None) if own.nullable else sa.true()
    side, rows = _subject(field)
    return _exists(side, [*rows, *([_valued()] if side is ModelParameter else [])])


def _of_side(ground: Ground, where: Comparison | OneOf | Contains) -> Condition:
    """A score, a hyperparameter or a tag. Of tags, 'not' means that none is."""
    if where.field.kind is Kind.TAGS and not isinstance(where, Contains) and _negative(where):
        values = where.values if isinstance(where, OneOf) else (where.value,)
        return sa.not_(_exists(ModelTag, [ModelTag.tag.in_(values)]))
    side, rows = beside(where)
    return _exists(side, rows)


def beside(where: Comparison | OneOf | Contains) -> tuple[Side, list[Condition]]:
    """The table beside the models that tells of a field, and which of its rows meet a test."""
    side, rows = _subject(where.field)
    if isinstance(where, Contains):
        text = ModelTag.tag if side is ModelTag else ModelParameter.text
        return side, [*rows, holds(text, where.text)]
    if side is ModelParameter:
        return side, [*rows, _parameter_test(where)]
    if side is ModelTag:
        return side, [*rows, _tested(ModelTag.tag, where, lambda value: value)]
    return side, [*rows, _scored(score_column(where.field), where)]


def _subject(field: Field) -> tuple[Side, list[Condition]]:
    if field.kind is Kind.TAGS:
        return ModelTag, []
    if field.kind is Kind.PARAMETER:
        return ModelParameter, [ModelParameter.name == field.parameter]
    return ModelScore, [ModelScore.metric == field.metric]


def score_column(field: Field, score: Any = ModelScore) -> Any:
    """The column of model_score that holds a score's field, in stored units: the least loss is the greatest there."""
    least, greatest = score.minimum, score.maximum
    if not natural_metric(field).greater_is_better:
        least, greatest = greatest, least
    return {Part.MEAN: score.mean, Part.SD: score.sd, Part.MIN: least, Part.MAX: greatest}[field.part]


def mirrored(field: Field) -> bool:
    """Whether a field grows where its column falls."""
    return field.name == "age" or (
        field.metric is not None and field.part is not Part.SD and not natural_metric(field).greater_is_better
    )


def _exists(side: Side, rows: Sequence[Condition]) -> Condition:
    return exists().where(side.model_id == Model.id, *rows)


def _valued() -> Condition:
    return sa.or_(ModelParameter.number.is_not(None), ModelParameter.text.is_not(None))


def _parameter_test(where: Comparison | OneOf) -> Condition:
    """Numbers are compared with numbers and texts with texts; a number is none of any texts."""
    if isinstance(where, Comparison) and where.operator in _MIRRORED:
        return _tested(ModelParameter.number, where, lambda value: value)
    values = [typed_value(value) for value in (where.values if isinstance(where, OneOf) else (where.value,))]  # type: ignore[arg-type]
    numbers = [number for number, _ in values if number is not None]
    texts = [text for _, text in values if text is not None]
    columns = ((ModelParameter.number, numbers), (ModelParameter.text, texts))
    if _negative(where):
        outside = [sa.or_(column.is_(None), column.not_in(some)) for column, some in columns if some]
        return sa.and_(_valued(), *outside)
    return sa.or_(*(column.in_(some) for column, some in columns if some))


def _of_model(ground: Ground, where: Comparison | OneOf | Contains, own: Any) -> Condition:
    """A column of the model itself."""
    if isinstance(where, Contains):
        return holds(own, where.text)
    field = where.field
    test: Condition
    if field.name in ("run", "snapshot"):
        parent = Run if field.name == "run" else Snapshot
        numbered = _tested(parent.number, where, lambda value: value)
        test = own.in_(select(parent.id).where(parent.project_id == ground.project.id, numbered))
    elif field.name == "age":
        test = _tested(own, _mirrored(where), lambda days: _ago(ground.now, days))
    elif field.kind is Kind.TIME:
        test = _timed(own, where)
    elif field.metric is not None:
        test = _scored(own, where)
    else:
        test = _tested(own, where, lambda value: value)
    return sa.and_(_present(ground, field), test)


def _scored(column: Any, where: Comparison | OneOf) -> Condition:
    """A score in stored units: a loss is negated there."""
    if mirrored(where.field):
        return _tested(column, _mirrored(where), lambda value: -value)
    return _tested(column, where, lambda value: value)


def _mirrored(where: Comparison | OneOf) -> Comparison | OneOf:
    """The test of the negated values: less for greater."""
    if isinstance(where, OneOf):
        return where
    return Comparison(where.field, _MIRRORED.get(where.operator, where.operator), where.value)


def _tested(column: Any, where: Comparison | OneOf, stored: Callable[[Any], Any]) -> Condition:
    if isinstance(where, OneOf):
        values = [stored(value) for value in where.values]
        return column.in_(values) if where.inside else column.not_in(values)  # type: ignore[no-any-return]
    return COMPARISONS[where.operator](column, stored(where.value))  # type: ignore[no-any-return]


def _timed(column: Any, where: Comparison | OneOf) -> Any:
    """A day without a time is all of that day."""
    if isinstance(where, OneOf):
        inside = sa.or_(*(_at(column, Operator.EQ, value) for value in where.values))
        return inside if where.inside else sa.not_(inside)
    return _at(column, where.operator, where.value)


def _at(column: Any, operator: Operator, value: Value) -> Any:
    if isinstance(value, datetime) or not isinstance(value, date):
        return COMPARISONS[operator](column, value)
    first = datetime.combine(value, time(), UTC)
    last = datetime.combine(value, time.max, UTC)
    if operator in (Operator.EQ, Operator.NE):
        within = column.between(first, last)
        return within if operator is Operator.EQ else sa.not_(within)
    return COMPARISONS[operator](column, first if operator in (Operator.LT, Operator.GE) else last)


def _ago(now: datetime, days: float) -> datetime:
    """The moment so many days before; the ends of the calendar for more."""
    try:
        return now - timedelta(days=days)
    except OverflowError:
        return datetime.combine(date.min if days > 0 else date.max, time(), UTC)


def _anywhere(text: str) -> Condition:
    """One look at all texts of a model: they are joined by a sign that nobody types."""
    parameters = sa.cast(Model.hyperparameters, sa.Text)
    texts = (Model.algorithm, Model.recipe, parameters, Model.owner, Model.description)
    joined: sa.ColumnElement[str] = sa.literal("")
    for part in texts:
        joined = joined + _BETWEEN + part
    tagged = _exists(ModelTag, [holds(ModelTag.tag, text)])
    return sa.or_(holds(joined, text), tagged)
