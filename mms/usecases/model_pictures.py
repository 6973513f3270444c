"""What pictures of models are drawn from: stored rows and stored tables, by the kind of picture, and what they cost."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db.queries.diagnostics import diagnostics, find_diagnostics, tables_of
from db.queries.models import get_model
from db.queries.pictures import relatives
from db.queries.projects import live_project, project_of
from db.session import reading
from mms.domain.canonical import digest
from mms.domain.diagnostics import Cost, DiagnosticKind, Question, asked
from mms.domain.errors import Invalid
from mms.domain.jobs import JobState
from mms.domain.members import PRODUCT, Member
from mms.domain.models import Model
from mms.domain.pictures import EDITION, PictureKind
from mms.domain.projects import Task
from mms.domain.runs import FINAL_FIT
from mms.domain.scores import METRICS, Metric
from mms.domain.siblings import grid
from mms.domain.subjects import Subject, SubjectKind
from mms.ml.algorithms import algorithm_named
from mms.ml.diagnostics.ground import Ground, Tables
from mms.ml.diagnostics.validation import MOST_VALUES
from mms.usecases.diagnostics import answer, ground_of
from mms.usecases.inspection import cost, free_curves
from mms.usecases.jobs import JobContext

_SHOWN = 20
"""Features whose coefficients are told by class."""


@dataclass(frozen=True, slots=True)
class ModelNumbers:
    """The numbers of one picture. classes: in the order of the probabilities, () for numbers. metric: its label.

    greater: whether greater values of the metric are better. tables: frames by name.
    """

    kind: PictureKind
    task: Task
    classes: tuple[str, ...]
    positive: str | None
    metric: str
    greater: bool
    tables: Mapping[str, pd.DataFrame]

    @property
    def content(self) -> str:
        """Hash of all that is drawn: equal numbers give the same picture."""
        facts = [EDITION, self.kind.value, self.task.value, list(self.classes), self.positive, self.metric]
        return digest([facts, {name: _hashed(table) for name, table in self.tables.items()}])


@dataclass(frozen=True, slots=True)
class _Asked:
    """A picture of one model. points: of curves over folds, in natural units of the primary metric."""

    session: Session
    model: Model
    ground: Ground
    metric: Metric
    kind: PictureKind

    def answer(self) -> Tables:
        """The stored tables of the kind's question; Invalid with the sentence why there are none."""
        question = question_of(self.model, self.ground.task, self.kind)
        assert question is not None
        found = tables_of(self.session, [question]).get(question.hash)
        if found is None:
            known = find_diagnostics(self.session, [question]).get(question.hash)
            raise Invalid((known and known.error) or "Its numbers are not computed yet: ask for this picture.")
        return found

    def points(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of the primary metric, scores in natural units."""
        own = table[table["metric"] == self.metric.name]
        sign = 1.0 if self.metric.greater_is_better else -1.0
        scores = {name: sign * own[name] for name in ("score", "train_score")}
        return own.assign(**scores).drop(columns="metric").reset_index(drop=True)


def model_numbers(session: Session, model_id: int, kind: PictureKind) -> ModelNumbers:
    """What this picture of a model is drawn from. A refusal (an MmsError) says why there is none."""
    model = get_model(session, model_id)
    project = project_of(live_project(session, model.ranked.project_id))
    metric, ground = METRICS[project.primary_metric], ground_of(session, model_id)
    return ModelNumbers(
        kind=kind,
        task=project.task,
        classes=model.signature.classes,
        positive=project.positive_class,
        metric=metric.label,
        greater=metric.greater_is_better,
        tables=_TABLES[kind](_Asked(session, model, ground, metric, kind)),
    )


def drawn_table(numbers: ModelNumbers) -> pd.DataFrame:
    """The table behind a picture: what is drawn, under the names that people know of classes and hyperparameters."""
    tables = numbers.tables
    table = next(tables[name] for name in _DRAWN if name in tables)
    names = {f"p_{i}": f"P({name})" for i, name in enumerate(numbers.classes)}
    if "names" in tables:
        names |= {str(side): str(name) for side, name in tables["names"].iloc[0].items()}
    if "axes" in tables:
        names |= dict(zip(("x", "y"), tables["axes"]["column"], strict=True))
    if "parameter" in tables:
        names["value"] = tables["parameter"]["name"].iloc[0]
    return table.rename(columns=names)


def prepare(context: JobContext, model_id: int, kind: PictureKind) -> None:
    """Compute what a picture of a model is drawn from and no run has stored; nothing where it is stored. Cancelled."""
    with reading() as session:
        model = get_model(session, model_id)
        project = project_of(live_project(session, model.ranked.project_id))
    question = question_of(model, project.task, kind)
    if question is not None:
        answer(context, question)


def picture_cost(session: Session, member: Member, model_id: int, kind: PictureKind) -> Cost | None:
    """Fits and seconds that a picture of a model will take; None where its numbers are stored, or cost no fits."""
    model = get_model(session, model_id)
    project = project_of(live_project(session, model.ranked.project_id))
    question = question_of(model, project.task, kind) if kind.refits else None
    if question is None or tables_of(session, [question]):
        return None
    return cost(session, member, question)


def question_of(model: Model, task: Task, kind: PictureKind) -> Question | None:
    """The diagnostic whose tables a picture is drawn from; None where it is drawn from what every model has."""
    subject = Subject(SubjectKind.MODEL, model.id)
    if kind is not PictureKind.MANUAL_ALPHA_SELECTION:
        return asked(subject, _QUESTIONS[kind]) if kind in _QUESTIONS else None
    tried = algorithm_named(model.triple.algorithm, task).large.get("alpha", ())
    own = model.triple.hyperparameters.get("alpha")
    values = [value for value in tried if value != own][:MOST_VALUES]
    return asked(subject, DiagnosticKind.VALIDATION_CURVE, {"parameter": "alpha", "values": values})


def _rows(given: _Asked) -> Tables:
    return {"rows": given.ground.oof}


def _folds(given: _Asked) -> Tables:
    name = given.metric.name
    scored = [r for r in given.ground.folds if r.fold != FINAL_FIT and name in r.scores]
    if not scored:
        raise Invalid(f"No fold determines {given.metric.label}.")
    rows = [{"fold": r.fold, "score": given.metric.natural(r.scores[name])} for r in scored]
    return {"folds": pd.DataFrame(rows)}


def _importances(given: _Asked) -> Tables:
    table = given.ground.importances
    if table is None:
        raise Invalid("This algorithm does not tell what its features weigh.")
    if given.ground.task is Task.MULTICLASS:
        weights = getattr(given.ground.pipeline.steps[-1][1], "coef_", None)
        names = given.ground.pipeline[:-1].get_feature_names_out()
        if weights is not None and np.shape(weights) == (len(given.ground.classes), len(names)):
            return {"weights": _weights(np.asarray(weights), names, given.ground.classes)}
    return {"importances": table}


def _weights(weights: np.ndarray, names: np.ndarray, classes: tuple[str, ...]) -> pd.DataFrame:
    """Of the features that weigh most over all classes, the coefficient of each class."""
    greatest = np.argsort(-np.abs(weights).sum(axis=0), kind="stable")[:_SHOWN]
    return pd.DataFrame({"feature": names[greatest]} | {c: weights[k, greatest] for k, c in enumerate(classes)})


def _learning(given: _Asked) -> Tables:
    return {"points": given.points(given.answer()["points"])}


def _validation(given: _Asked) -> Tables:
    """Of the numeric hyperparameter with most values: free, from models that differ from this one in it alone, or from
    a curve that somebody asked for."""
    algorithm = algorithm_named(given.model.triple.algorithm, given.ground.task)
    logs = {p.name: p.scale == "log" for p in algorithm.parameters if p.kind in ("number", "integer")}
    free = free_curves(given.session, PRODUCT, given.model.id)
    curves = {
        name: _numbers(given.points(points)) for name, points in (_asked_curves(given) | free).items() if name in logs
    }
    best = max(curves, key=lambda name: curves[name]["value"].nunique(), default=None)
    if best is None or curves[best]["value"].nunique() < 2:
        raise Invalid(
            "No other model on these rows differs from it in one numeric hyperparameter alone: launch a run that "
            "varies one, or ask for a validation curve among its diagnostics."
        )
    return {"points": curves[best], "parameter": pd.DataFrame({"name": [best], "log": [logs[best]]})}


def _asked_curves(given: _Asked) -> dict[str, pd.DataFrame]:
    """Hyperparameter -> points of the newest curve that was computed for it."""
    curves: dict[str, pd.DataFrame] = {}
    for found in diagnostics(given.session, Subject(SubjectKind.MODEL, given.model.id)):
        question = found.question
        if question.kind is DiagnosticKind.VALIDATION_CURVE and found.state is JobState.SUCCEEDED:
            points = tables_of(given.session, [question])[question.hash]["points"]
            curves.setdefault(str(question.parameters["parameter"]), points)
    return curves


def _numbers(points: pd.DataFrame) -> pd.DataFrame:
    """The points whose value is a number."""
    value = pd.to_numeric(points["value"], errors="coerce")
    return points.assign(value=value).dropna(subset="value").drop(columns=["model_id", "n_train"])


def _alphas(given: _Asked) -> Tables:
    return {"points": _numbers(given.points(given.answer()["points"]))}


def _grid(given: _Asked) -> Tables:
    own = given.model.triple.hyperparameters
    found = grid(own, relatives(given.session, given.model, given.metric), greater=given.metric.greater_is_better)
    if found is None:
        raise Invalid(
            "No models on these rows differ from it in two hyperparameters alone: launch a run that varies two."
        )
    cells = [{"x": x, "y": y, "score": score} for (x, y), score in found.cells.items()]
    return {
        "cells": pd.DataFrame(cells),
        "names": pd.DataFrame({"x": [found.x], "y": [found.y]}),
        "x_values": pd.DataFrame({"value": found.x_values}),
        "y_values": pd.DataFrame({"value": found.y_values}),
    }


_DRAWN = ("rows", "folds", "weights", "importances", "cells", "grid", "distances", "points")
"""Tables that are drawn, each before what is only drawn beside it."""

_K = PictureKind
_QUESTIONS: Mapping[PictureKind, DiagnosticKind] = {
    _K.LEARNING_CURVE: DiagnosticKind.LEARNING_CURVE,
    _K.ALPHA_SELECTION: DiagnosticKind.ALPHA_PATH,
    _K.FEATURE_ELIMINATION: DiagnosticKind.FEATURE_ELIMINATION,
    _K.DROPPING_CURVE: DiagnosticKind.FEATURE_DROPPING,
    _K.COOKS_DISTANCE: DiagnosticKind.INFLUENCE,
    _K.DECISION_BOUNDARIES: DiagnosticKind.BOUNDARIES,
}

_TABLES: Mapping[PictureKind, Callable[[_Asked], Tables]] = {
    **dict.fromkeys((_K.CLASSIFICATION_REPORT, _K.CONFUSION_MATRIX, _K.ROC_AUC, _K.PRECISION_RECALL), _rows),
    **dict.fromkeys((_K.DISCRIMINATION_THRESHOLD, _K.CLASS_PREDICTION_ERROR, _K.RESIDUALS, _K.PREDICTION_ERROR), _rows),
    **dict.fromkeys((_K.LEARNING_CURVE, _K.FEATURE_ELIMINATION, _K.DROPPING_CURVE), _learning),
    **dict.fromkeys((_K.ALPHA_SELECTION, _K.COOKS_DISTANCE, _K.DECISION_BOUNDARIES), _Asked.answer),
    _K.MANUAL_ALPHA_SELECTION: _alphas,
    _K.CV_SCORES: _folds,
    _K.FEATURE_IMPORTANCES: _importances,
    _K.VALIDATION_CURVE: _validation,
    _K.GRID_SEARCH: _grid,
}


def _hashed(table: pd.DataFrame) -> str:
    content = hashlib.sha256(",".join(map(str, table.columns)).encode())
    content.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    return content.hexdigest()
