"""The validation curve: the score as one hyperparameter changes, by refits, or free from models that are there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from mms.domain.changes import value_words
from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.domain.runs import FINAL_FIT, FoldResult
from mms.domain.snapshots import FOLDS
from mms.ml.algorithms import algorithm_named
from mms.ml.diagnostics.ground import Ground, Tables
from mms.ml.diagnostics.learning import points_of
from mms.ml.diagnostics.refits import checked_triple, count_of, some_folds
from mms.ml.fitting import fit_fold

MOST_VALUES = 10

COLUMNS = ["value", "model_id", "fold", "n_train", "metric", "score", "train_score"]


def made(ground: Ground, parameters: Parameters) -> Tables:
    """Every value of one hyperparameter on each chosen fold. parameters: parameter, values, folds. The folds of the
    model's own value are stored, and drawn beside them.

    points: value (text), model_id (missing of a refit), fold, n_train, metric, score, train_score (stored units).
    Invalid: an ensemble; no such parameter; a value that it does not take.
    """
    checked_triple(ground, "validation curve")
    algorithm, name = algorithm_named(ground.triple.algorithm, ground.task), parameters["parameter"]
    triples = {}
    for given in parameters["values"]:
        hyperparameters = algorithm.checked({**ground.triple.hyperparameters, name: given})
        triples[value_words(hyperparameters[name])] = replace(ground.triple, hyperparameters=hyperparameters)
    splits = some_folds(ground.splits, parameters["folds"])
    own = value_words(ground.triple.hyperparameters.get(name))
    triples.pop(own, None)
    chosen = {split.fold for split in splits}
    rows = stored_points(own, None, [result for result in ground.folds if result.fold in chosen])
    for i, (value, triple) in enumerate(triples.items()):
        for j, split in enumerate(splits):
            ground.tell(i * len(splits) + j)
            result = fit_fold(triple, ground.instances, split, ground.seed).result
            rows += points_of(result, {"value": value, "model_id": None})
    return {"points": pd.DataFrame(rows, columns=COLUMNS)}


def fits(parameters: Parameters) -> int:
    """One for each value and fold. Invalid: no parameter, or no values or too many."""
    values = parameters["values"]
    if not parameters["parameter"] or not isinstance(values, list) or not 1 <= len(values) <= MOST_VALUES:
        raise Invalid(f"A validation curve needs a parameter, and a list of 1 to {MOST_VALUES} values to try.")
    return len(values) * count_of(parameters, "folds", FOLDS)


def stored_points(value: str, model_id: int | None, folds: Sequence[FoldResult]) -> list[Mapping[str, object]]:
    """The points of a model whose folds are stored."""
    known = {"value": value, "model_id": model_id}
    return [point for result in folds if result.fold != FINAL_FIT for point in points_of(result, known)]
