"""A run of quick and slow triples on pictures of digits, and what the store holds of it."""

import sqlalchemy as sa
from sklearn.datasets import load_digits

from benchmarks.runs import Question
from db import models as tables
from db.session import reading
from mms.domain.projects import Task
from mms.domain.triples import Branch, Recipe, Step, Triple, Value
from mms.ml.algorithms import algorithm_named
from mms.ml.recipes import checked_recipe

SCALED = Recipe("scaled", (Branch("numeric", (Step("scale", {}),)),))
PLAIN = Recipe("plain", (Branch("numeric", ()),))
ALGORITHMS: tuple[tuple[Recipe, str, dict[str, Value]], ...] = (
    (SCALED, "logistic", {"C": 0.1}),
    (SCALED, "logistic", {"C": 1.0}),
    (SCALED, "svm", {"C": 0.1}),
    (SCALED, "neighbours", {}),
    (PLAIN, "tree", {}),
    *((PLAIN, "forest", {"n_estimators": 200, "min_samples_leaf": leaf}) for leaf in (1, 3, 5, 10)),
    *((PLAIN, "extra_trees", {"n_estimators": 200, "min_samples_leaf": leaf}) for leaf in (1, 3, 5, 10)),
)

Stored = dict[tuple[str, int], dict[str, float]]
"""Triple hash and fold -> scores."""


def digits() -> Question:
    """1,797 pictures of digits, 64 columns."""
    frame = load_digits(as_frame=True).frame.rename(columns={"target": "digit"})
    return Question("digits", frame.assign(digit="d" + frame["digit"].astype(str)), "digit", None, {})


def triples() -> list[Triple]:
    """On two recipes."""
    columns = digits().columns
    return [
        Triple(checked_recipe(recipe, columns), name, algorithm_named(name, Task.MULTICLASS).checked(setting))
        for recipe, name, setting in ALGORITHMS
    ]


def stored(run_id: int) -> Stored:
    """Scores of a run's folds and final fits; the primary key lets none be there twice."""
    fold, run_triple, triple = tables.FoldResult, tables.RunTriple, tables.Triple
    stmt = (
        sa.select(triple.hash, fold.fold, fold.scores)
        .join(run_triple, run_triple.id == fold.run_triple_id)
        .join(triple, triple.id == run_triple.triple_id)
        .where(run_triple.run_id == run_id)
    )
    with reading() as session:
        return {(hash_, number): scores for hash_, number, scores in session.execute(stmt)}
