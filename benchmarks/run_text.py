"""3 text recipes x 6 algorithms x 2 settings on real texts: the whole run, stored, against GridSearchCV.

The run is launched and worked off by a real worker, with 12 + 1 fits a triple and everything stored. GridSearchCV runs
the same pipelines, written in plain scikit-learn, on the same 12 splits with the same metrics, on two processes.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import pandas as pd

from benchmarks.report import Bar, report
from benchmarks.runs import SHARED, Ground, Question, beside_its_peer
from benchmarks.runs.peer import searched, told
from mms.domain.projects import Task
from mms.domain.tables import ColumnType
from mms.domain.triples import Branch, Recipe, Step, Triple
from mms.ml.algorithms import algorithm_named
from mms.ml.recipes import checked_recipe

LIMIT = 0.15
TEXTS = {
    "sms_spam": ("sms_spam.csv.gz", "text", "label", "spam"),
    "raop": ("raop.csv.gz", "request_text_edit_aware", "requester_received_pizza", "true"),
}
RECIPES: dict[str, dict[str, Any]] = {
    "words": {"ngrams": 1, "min_rows": 2, "stop_words": None, "max_features": None},
    "stopped": {"ngrams": 1, "min_rows": 2, "stop_words": "english", "max_features": 5000},
    "pairs": {"ngrams": 2, "min_rows": 3, "stop_words": None, "max_features": None},
}
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "multinomial_bayes": [{"alpha": 0.1}, {"alpha": 1.0}],
    "bernoulli_bayes": [{"alpha": 0.1}, {"alpha": 1.0}],
    "logistic": [{"C": 1.0}, {"C": 10.0}],
    "svm": [{"C": 0.1}, {"C": 1.0}],
    "sgd": [{"alpha": 1e-4}, {"alpha": 1e-3}],
    "tree": [{"max_depth": 8}, {"max_depth": 16}],
}


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--only", choices=TEXTS, help="one data set only")
    parser.add_argument("--peer", choices=TEXTS, help="measure the peer only, on the environment's store")
    options = parser.parse_args()
    if options.peer:
        peer(options.peer)
        return 0
    if not SHARED.is_dir():
        print("There is no shared/data beside the project: this benchmark needs its texts.", file=sys.stderr)
        return 0
    bars = [each for name in ([options.only] if options.only else TEXTS) for each in measured(name)]
    return report(bars, as_json=options.json)


def measured(name: str) -> list[Bar]:
    """Two bars a data set."""
    question = question_of(name)
    return beside_its_peer(__file__, question, triples_of(question), LIMIT)


def peer(name: str) -> None:
    """GridSearchCV in an interpreter of its own, its own processes cold, as the run's were."""
    question = question_of(name)
    rows = Ground(question).rows()
    texts = rows.instances.features["text"].fillna("").astype(str).to_numpy()
    told(searched(rows, texts, triples_of(question), plain))


def question_of(name: str) -> Question:
    """The texts and their labels."""
    file, text, label, positive = TEXTS[name]
    frame = pd.read_csv(SHARED / file)
    frame = pd.DataFrame({"text": frame[text], "label": frame[label].astype(str).str.lower()})
    return Question(name, frame, "label", positive, {"text": ColumnType.TEXT})


def triples_of(question: Question) -> list[Triple]:
    """36 of them."""
    checked = [checked_recipe(recipe_of(name), question.columns) for name in RECIPES]
    return [
        Triple(recipe, name, algorithm_named(name, Task.BINARY).checked(setting))
        for recipe in checked
        for name, settings in SETTINGS.items()
        for setting in settings
    ]


def recipe_of(name: str) -> Recipe:
    """Tokens once a run, weighed fold by fold."""
    chosen = RECIPES[name]
    tokens = Step("tokenise", {"ngrams": chosen["ngrams"], "stop_words": chosen["stop_words"]})
    weighed = {"min_rows": chosen["min_rows"], "max_features": chosen["max_features"]}
    return Recipe(name, (Branch("text", (tokens, Step("tf_idf", weighed))),))


def plain(triple: Triple) -> Any:
    """The same recipe in scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    chosen = RECIPES[triple.recipe.name]
    return TfidfVectorizer(
        ngram_range=(1, chosen["ngrams"]),
        min_df=chosen["min_rows"],
        max_features=chosen["max_features"],
        stop_words=chosen["stop_words"],
        sublinear_tf=True,
    )


if __name__ == "__main__":
    sys.exit(main())
