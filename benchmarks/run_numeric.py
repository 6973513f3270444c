"""30 triples on breast_cancer and on digits: the whole run, stored, against GridSearchCV.

There is little to share in small tables of numbers, so this measures what a run costs beyond its fits. GridSearchCV
makes 12 fits a triple and stores nothing; the run makes 12 + 1, persists a model of each triple and loads it again.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.report import Bar, report
from benchmarks.runs import Ground, Question, beside_its_peer
from benchmarks.runs.peer import searched, told
from mms.domain.projects import Task
from mms.domain.triples import Branch, Recipe, Step, Triple
from mms.ml.algorithms import algorithm_named
from mms.ml.recipes import checked_recipe

LIMIT = 1.15 + 1 / 12
NAMES = ("breast_cancer", "digits")
IMPUTE = Step("impute", {"indicator": False})
RECIPE = Recipe("scaled", (Branch("numeric", (IMPUTE, Step("scale", {}))),))
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "logistic": [{"C": c} for c in (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)],
    "svm": [{"C": c} for c in (0.01, 0.1, 1.0)],
    "naive_bayes": [{"var_smoothing": v} for v in (1e-9, 1e-6, 1e-3)],
    "neighbours": [{"n_neighbors": k} for k in (1, 5, 15)],
    "tree": [{"max_depth": d} for d in (4, 8, 16)],
    "forest": [{"n_estimators": n} for n in (50, 100, 200)],
    "extra_trees": [{"n_estimators": n} for n in (50, 100, 200)],
    "boosting": [{"max_iter": n} for n in (20, 50, 100)],
    "sgd": [{"alpha": a} for a in (1e-4, 1e-3, 1e-2)],
}


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--only", choices=NAMES, help="one data set only")
    parser.add_argument("--peer", choices=NAMES, help="measure the peer only, on the environment's store")
    options = parser.parse_args()
    if options.peer:
        question = question_of(options.peer)
        rows = Ground(question).rows()
        told(searched(rows, rows.instances.features.to_numpy(dtype=float), triples_of(question), plain))
        return 0
    bars = [each for name in ([options.only] if options.only else NAMES) for each in measured(name)]
    return report(bars, as_json=options.json)


def measured(name: str) -> list[Bar]:
    """Two bars a data set."""
    question = question_of(name)
    return beside_its_peer(__file__, question, triples_of(question), LIMIT)


def question_of(name: str) -> Question:
    """The table and its target."""
    from sklearn import datasets

    data = getattr(datasets, f"load_{name}")(as_frame=True)
    frame = data.data.set_axis([f"x{i}" for i in range(data.data.shape[1])], axis=1)
    positive = "class 1" if name == "breast_cancer" else None
    return Question(name, frame.assign(target="class " + data.target.astype(str)), "target", positive, {})


def triples_of(question: Question) -> list[Triple]:
    """30 of them."""
    task = Task.BINARY if question.positive else Task.MULTICLASS
    recipe = checked_recipe(RECIPE, question.columns)
    return [
        Triple(recipe, name, algorithm_named(name, task).checked(setting))
        for name, settings in SETTINGS.items()
        for setting in settings
    ]


def plain(_: Triple) -> Any:
    """The recipe in scikit-learn."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())


if __name__ == "__main__":
    sys.exit(main())
