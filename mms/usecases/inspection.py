"""What inspections of a model cost, and those that are free because other models hold the answer."""

import pandas as pd
from sqlalchemy.orm import Session

from db.queries.models import get_model
from db.queries.runs import fold_results
from db.queries.siblings import siblings
from mms.domain.changes import value_words
from mms.domain.diagnostics import Cost, Question
from mms.domain.members import Member, Permission
from mms.domain.projects import Task
from mms.domain.triples import Parameter, Triple, Value
from mms.ml.algorithms import algorithm_named
from mms.ml.diagnostics.costs import cost_of
from mms.ml.diagnostics.validation import COLUMNS, stored_points


def cost(session: Session, member: Member, question: Question) -> Cost:
    """Fits, calls and seconds that a check of a model will take. Invalid: parameters that it does not take."""
    member.require(Permission.VIEW)
    model = get_model(session, question.subject.id)
    folds = fold_results(session, [model.id]).get(model.id, [])
    return cost_of(question.kind, question.parameters, folds, len(model.signature.inputs))


def parameters_of(task: Task, triple: Triple) -> dict[str, tuple[Parameter, tuple[Value, ...]]]:
    """Hyperparameter -> what it takes, and values worth trying beside the triple's own; empty for an ensemble."""
    if triple.members:
        return {}
    algorithm = algorithm_named(triple.algorithm, task)
    worth = algorithm.sized("large")
    return {
        p.name: (p, tuple(v for v in worth.get(p.name, p.choices) if v != triple.hyperparameters.get(p.name)))
        for p in algorithm.parameters
    }


def free_curves(session: Session, member: Member, model_id: int) -> dict[str, pd.DataFrame]:
    """Hyperparameter -> points of its validation curve (see `mms.ml.diagnostics.validation`), without a fit.

    From models of the same recipe and algorithm on the same rows that differ in this one hyperparameter; of several
    with the same value the newest counts. Empty where there are none.
    """
    member.require(Permission.VIEW)
    model = get_model(session, model_id)
    found = siblings(session, model)
    results = fold_results(session, [model_id, *(one.id for others in found.values() for one in others)])
    curves = {}
    for parameter, others in found.items():
        by_value = {value_words(one.hyperparameters.get(parameter)): one for one in sorted(others, key=lambda m: m.id)}
        own = value_words(model.triple.hyperparameters.get(parameter))
        by_value[own] = model.ranked
        points = [p for value, one in by_value.items() for p in stored_points(value, one.id, results.get(one.id, []))]
        curves[parameter] = pd.DataFrame(points, columns=COLUMNS)
    return curves
