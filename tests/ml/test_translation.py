"""Objects of scikit-learn become triples that score alike, or are refused with the step, the reason and a way on."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.feature_selection import SelectFromModel, SelectKBest, VarianceThreshold, f_regression
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_validate
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from mms.domain.errors import Invalid
from mms.domain.objects import described
from mms.domain.projects import Task
from mms.domain.snapshots import FoldKind, FoldPlan
from mms.domain.tables import Column, ColumnType
from mms.ml.fitting import Instances, fit_fold
from mms.ml.folds import assign_blocks, splits
from mms.ml.translation import Translation, translated

ROWS = 240
COLUMNS = (
    Column("x", ColumnType.NUMBER),
    Column("y", ColumnType.NUMBER),
    Column("rooms", ColumnType.INTEGER),
    Column("plan", ColumnType.CATEGORY),
    Column("said", ColumnType.TEXT),
)
NUMBERS, WORDS = COLUMNS[:3], COLUMNS[4:]
NAMES = ["x", "y", "rooms"]
DEALT = StratifiedKFold(5, shuffle=True, random_state=0)


def frame() -> pd.DataFrame:
    """Three columns of numbers, one of categories, one of texts; a label that follows from most of them."""
    chance = np.random.default_rng(3)
    words = np.array(["good", "bad", "late", "train", "early", "bus", "never", "always"])
    rows = pd.DataFrame(
        {
            "x": chance.normal(size=ROWS),
            "y": chance.lognormal(size=ROWS),
            "rooms": chance.integers(1, 9, ROWS),
            "plan": chance.choice(["basic", "family", "student"], ROWS),
            "said": [" ".join(chance.choice(words, 6)) for _ in range(ROWS)],
        }
    )
    told = rows["x"] + rows["y"] + (rows["plan"] == "basic") + rows["said"].str.count("good") - 2.5
    rows["label"] = np.where(told + chance.normal(scale=0.5, size=ROWS) > 0, "yes", "no")
    rows["amount"] = told + chance.normal(scale=0.5, size=ROWS)
    return rows


def logistic(**values: Any) -> LogisticRegression:
    """What our logistic regression is, to the last parameter."""
    return LogisticRegression(**({"tol": 1e-3, "random_state": 0} | values))


def of(what: Any, columns: tuple[Column, ...] = COLUMNS, task: Task = Task.BINARY) -> Translation:
    """The translation of one object."""
    return translated([described(what)], columns, task)


def columns_of(*parts: Any, remainder: str = "drop") -> ColumnTransformer:
    """Numbers scaled, and what else is given."""
    return make_column_transformer((StandardScaler(), NAMES), *parts, remainder=remainder)


NUMERIC: dict[str, Callable[[], Any]] = {
    "an estimator alone": logistic,
    "scaled": lambda: make_pipeline(StandardScaler(), logistic(C=0.3)),
    "filled and scaled robustly": lambda: make_pipeline(SimpleImputer(strategy="median"), RobustScaler(), logistic()),
    "scaled to a range": lambda: make_pipeline(MinMaxScaler(), logistic()),
    "by the largest": lambda: make_pipeline(MaxAbsScaler(), logistic()),
    "bell-shaped": lambda: make_pipeline(PowerTransformer(), logistic()),
    "ranked": lambda: make_pipeline(QuantileTransformer(n_quantiles=50), logistic()),
    "binned": lambda: make_pipeline(KBinsDiscretizer(4, encode="onehot-dense", quantile_method="linear"), logistic()),
    "multiplied": lambda: make_pipeline(
        StandardScaler(), PolynomialFeatures(2, include_bias=False), StandardScaler(), logistic()
    ),
    "as curves": lambda: make_pipeline(StandardScaler(), SplineTransformer(4, include_bias=False), logistic()),
    "components": lambda: make_pipeline(StandardScaler(), PCA(2), logistic()),
    "all components": lambda: make_pipeline(StandardScaler(), PCA(), logistic()),
    "the best two": lambda: make_pipeline(StandardScaler(), SelectKBest(k=2), logistic()),
    "what varies": lambda: make_pipeline(VarianceThreshold(0.01), logistic()),
    "side by side": lambda: make_pipeline(FeatureUnion([("a", StandardScaler()), ("b", PCA(2))]), logistic()),
    "with steps that do nothing": lambda: Pipeline([("a", "passthrough"), ("b", StandardScaler()), ("c", logistic())]),
    "a pipeline in a pipeline": lambda: make_pipeline(make_pipeline(StandardScaler(), PCA(2)), logistic()),
    "neighbours": lambda: make_pipeline(StandardScaler(), KNeighborsClassifier(7, algorithm="brute")),
    "a tree": lambda: DecisionTreeClassifier(max_depth=3, min_samples_leaf=5, random_state=0),
    "a forest": lambda: RandomForestClassifier(n_estimators=10, max_features=0.5, random_state=0),
    "boosting": lambda: HistGradientBoostingClassifier(max_iter=10, early_stopping=False, random_state=0),
    "Bayes": lambda: make_pipeline(StandardScaler(), GaussianNB(var_smoothing=1e-3)),
    "an rbf machine": lambda: make_pipeline(StandardScaler(), SVC(C=2.0)),
}
MIXED: dict[str, Callable[[], Any]] = {
    "categories": lambda: make_pipeline(columns_of((OneHotEncoder(handle_unknown="ignore"), ["plan"])), logistic()),
    "places, and what remains": lambda: make_pipeline(
        ColumnTransformer(
            [("a", StandardScaler(), slice(0, 2)), ("b", OrdinalEncoder(), [3]), ("c", "drop", [4])],
            remainder="passthrough",
        ),
        logistic(),
    ),
    "the target's mean": lambda: make_pipeline(columns_of((TargetEncoder(cv=DEALT), ["plan"])), logistic()),
    "a chain for some columns": lambda: make_pipeline(
        make_column_transformer((make_pipeline(SimpleImputer(), StandardScaler()), ["x", "rooms"])), logistic()
    ),
    "words and numbers": lambda: make_pipeline(columns_of((TfidfVectorizer(), "said")), logistic()),
    "components of all": lambda: make_pipeline(
        columns_of((OneHotEncoder(sparse_output=False), ["plan"])), TruncatedSVD(3, random_state=0), logistic()
    ),
}
TEXTS: dict[str, Callable[[], Any]] = {
    "weighted words": lambda: make_pipeline(TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)), logistic()),
    "counted words": lambda: make_pipeline(CountVectorizer(min_df=2, max_features=12), MultinomialNB()),
    "hashed words": lambda: make_pipeline(HashingVectorizer(n_features=64), logistic()),
    "topics": lambda: make_pipeline(TfidfVectorizer(), TruncatedSVD(3, random_state=0), logistic()),
    "the best words": lambda: make_pipeline(TfidfVectorizer(), SelectKBest(k=4), logistic()),
}
TABLE = [
    *((f"numbers: {name}", make, NUMBERS) for name, make in NUMERIC.items()),
    *((f"mixed: {name}", make, COLUMNS) for name, make in MIXED.items()),
    *((f"texts: {name}", make, WORDS) for name, make in TEXTS.items()),
]


@pytest.mark.slow
@pytest.mark.parametrize(("make", "columns"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_translated_triple_scores_as_scikit_learn_does(make: Callable[[], Any], columns: tuple[Column, ...]) -> None:
    rows = frame()
    instances = _instances(rows, columns, Task.BINARY)
    plan = FoldPlan(FoldKind.STRATIFIED)
    folds = splits(plan, assign_blocks(plan, instances.target, None, Task.BINARY), None, None)

    translation = of(make(), columns)
    ours = [fit_fold(translation.triples[0], instances, fold, 0).result.scores for fold in folds]

    given = rows["said"] if columns == WORDS else rows[[column.name for column in columns]]
    cv = [(fold.train, fold.validate) for fold in folds]
    scoring = {"roc_auc": "roc_auc"} | ({"log_loss": "neg_log_loss"} if "log_loss" in ours[0] else {})
    theirs = cross_validate(make(), given, rows["label"] == "yes", cv=cv, scoring=scoring)
    assert translation.notes == ()
    for name in scoring:
        np.testing.assert_allclose([scores[name] for scores in ours], theirs[f"test_{name}"], atol=1e-9, rtol=0)


@pytest.mark.slow
def test_numbers_are_told_as_scikit_learn_tells_them() -> None:
    rows = frame()
    instances = _instances(rows, COLUMNS, Task.REGRESSION)
    pipeline = make_pipeline(columns_of((OneHotEncoder(), ["plan"])), SelectKBest(f_regression, k=4), Ridge(2.0))
    plan = FoldPlan(FoldKind.SHUFFLED)
    folds = splits(plan, assign_blocks(plan, instances.target, None, Task.REGRESSION), None, None)

    translation = of(pipeline, COLUMNS, Task.REGRESSION)
    ours = [fit_fold(translation.triples[0], instances, fold, 0).result.scores["rmse"] for fold in folds]

    cv = [(fold.train, fold.validate) for fold in folds]
    theirs = cross_validate(
        pipeline, rows[[*NAMES, "plan", "said"]], rows["amount"], cv=cv, scoring="neg_root_mean_squared_error"
    )
    np.testing.assert_allclose(ours, theirs["test_score"], atol=1e-9, rtol=0)


def _instances(rows: pd.DataFrame, columns: tuple[Column, ...], task: Task) -> Instances:
    features = rows[[column.name for column in columns]]
    if task is Task.REGRESSION:
        return Instances(task, columns, features, rows["amount"], None, None, (), None)
    return Instances(task, columns, features, rows["label"], None, None, ("no", "yes"), "yes")


@pytest.mark.parametrize(
    ("what", "columns", "words"),
    [
        (make_pipeline(Normalizer(), logistic()), NUMBERS, ("'normalizer' (Normalizer)", "step is")),
        (make_pipeline(KNNImputer(), logistic()), NUMBERS, ("(KNNImputer)", "'impute'")),
        (make_pipeline(FunctionTransformer(np.log1p), logistic()), NUMBERS, ("(FunctionTransformer)", "'power'")),
        (make_pipeline(SelectFromModel(LinearSVC()), logistic()), NUMBERS, ("(SelectFromModel)", "'from_model'")),
        (make_pipeline(StandardScaler(with_mean=False), logistic()), NUMBERS, ("with_mean is False", "'scale'")),
        (make_pipeline(PolynomialFeatures(5), logistic()), NUMBERS, ("'degree'", "from 2 to 3")),
        (make_pipeline(TfidfVectorizer(norm="l1"), logistic()), WORDS, ("norm is 'l1'", "'tf_idf'")),
        (make_pipeline(TfidfVectorizer(tokenizer=str.split), logistic()), WORDS, ("tokenizer is 'split'",)),
        (make_pipeline(TfidfVectorizer(ngram_range=(2, 3)), logistic()), WORDS, ("single words",)),
        (make_pipeline(TfidfVectorizer(min_df=0.1), logistic()), WORDS, ("min_df is a share",)),
        (make_pipeline(CountVectorizer(), TfidfTransformer(), logistic()), WORDS, ("(TfidfTransformer)", "'tf_idf'")),
        (make_pipeline(TfidfVectorizer(), logistic()), NUMBERS, ("one column of texts", "has 0")),
        (make_pipeline(StandardScaler(), TfidfVectorizer(), logistic()), NUMBERS, ("it would get numbers",)),
        (make_pipeline(OneHotEncoder(drop="first"), logistic()), NUMBERS, ("drop is 'first'", "'one_hot'")),
        (make_pipeline(StandardScaler(), logistic()), COLUMNS, ("'plan' (category)", "ColumnTransformer")),
        (logistic(), COLUMNS, ("its estimator", "ColumnTransformer")),
        (LogisticRegression(l1_ratio=0.5), NUMBERS, ("l1_ratio is 0.5",)),
        (LogisticRegression(C=-1), NUMBERS, ("'C' of 'logistic'",)),
        (DummyRegressor(), NUMBERS, ("no vetted algorithm of a binary project", "algorithm is")),
        (GridSearchCV(logistic(), {"C": [1]}), NUMBERS, ("a search of its own kind",)),
        (make_pipeline(columns_of((logistic(), ["plan"])), logistic()), COLUMNS, ("columntransformer__logistic",)),
        (make_pipeline(columns_of((StandardScaler(), ["moon"])), logistic()), COLUMNS, ("'moon'", "x, y, rooms")),
        (make_pipeline(columns_of((StandardScaler(), [9])), logistic()), COLUMNS, ("column 9",)),
        (make_pipeline(columns_of((StandardScaler(), len)), logistic()), COLUMNS, ("a function chooses",)),
        (make_pipeline(columns_of(), OneHotEncoder(), logistic()), COLUMNS, ("behind the columns'",)),
        (make_pipeline(StandardScaler(), columns_of(), logistic()), NUMBERS, ("first step",)),
        (Pipeline([("scale", StandardScaler()), ("end", "passthrough")]), NUMBERS, ("no vetted algorithm",)),
        (Pipeline([("end", "passthrough")]), NUMBERS, ("is empty",)),
        (StandardScaler, NUMBERS, ("no object",)),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "get_params") else None,
)
def test_what_cannot_be_translated_is_refused_with_its_step_and_a_way_on(
    what: Any, columns: tuple[Column, ...], words: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refusal:
        of(what, columns)

    assert all(word in refusal.value.sentence for word in words), refusal.value.sentence


@pytest.mark.parametrize(
    ("what", "notes"),
    [
        (LogisticRegression(), ["tol is 0.0001 in your object, and it is 0.001 here"]),
        (LogisticRegression(tol=1e-6), ["tol is 1e-06 in your object"]),
        (KNeighborsClassifier(), ["algorithm is 'auto' in your object, and it is 'brute' here"]),
        (make_pipeline(PolynomialFeatures(), logistic()), ["include_bias is True in your object"]),
        (make_pipeline(KBinsDiscretizer(), logistic()), ["quantile_method"]),
        (make_pipeline(PCA(2, random_state=7), logistic()), ["random_state is 7 in your object, and it is 0 here"]),
        (make_pipeline(StandardScaler(copy=False), logistic(n_jobs=2, verbose=1)), []),
    ],
)
def test_what_differs_without_being_asked_for_is_told(what: Any, notes: list[str]) -> None:
    found = of(what, NUMBERS).notes

    assert len(found) == len(notes)
    assert all(part in note for part, note in zip(notes, found, strict=True)), found


def test_one_seed_is_taken_and_several_are_told() -> None:
    def seeds(*states: int | None) -> Translation:
        objects = [described(logistic(random_state=state, C=1 + i)) for i, state in enumerate(states)]
        return translated(objects, NUMBERS, Task.BINARY)

    assert [seeds(7).seed, seeds(7, 7).seed, seeds(None, None).seed, seeds(7, 8).seed] == [7, 7, None, None]
    assert "several random states" in seeds(7, 8).notes[0]


def test_equal_objects_are_one_triple() -> None:
    twice = translated([described(logistic()), described(logistic(n_jobs=1))], NUMBERS, Task.BINARY)

    assert len(twice.triples) == 1


def test_plug_ins_are_algorithms_too() -> None:
    lightgbm, xgboost = pytest.importorskip("lightgbm"), pytest.importorskip("xgboost")

    given = lightgbm.LGBMClassifier(n_estimators=30, class_weight="balanced", subsample_freq=1, reg_lambda=1.0)
    (triple,), notes = of(given, NUMBERS).triples, of(given, NUMBERS).notes

    assert of(xgboost.XGBClassifier(), NUMBERS).triples[0].hyperparameters["class_weight"] is None
    assert (triple.algorithm, notes) == ("lightgbm", ())
    assert (triple.hyperparameters["n_estimators"], triple.hyperparameters["class_weight"]) == (30, "balanced")


def test_what_a_description_leaves_out_is_scikit_learns_default() -> None:
    short = {"class": "sklearn.linear_model.LogisticRegression", "parameters": {"C": 0.5}}

    assert translated([short], NUMBERS, Task.BINARY) == of(LogisticRegression(C=0.5), NUMBERS)


def test_recipes_are_told_apart_by_their_names() -> None:
    pipelines = [make_pipeline(StandardScaler(), SelectKBest(k=k), logistic(C=c)) for k in (1, 2) for c in (1.0, 2.0)]
    objects = [described(one) for one in (*pipelines, logistic())]

    by_steps = translated(objects, NUMBERS, Task.BINARY)
    by_name = translated(objects, NUMBERS, Task.BINARY, "mine")

    scaled = ["scale, k_best", "scale, k_best", "scale, k_best 2", "scale, k_best 2", "as they are"]
    assert [triple.recipe.name for triple in by_steps.triples] == scaled
    assert [triple.recipe.name for triple in by_name.triples] == ["mine", "mine", "mine 2", "mine 2", "mine 3"]


TREE = {"class": "sklearn.tree.DecisionTreeClassifier"}


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"class": 7},
        {"class": "os.system", "parameters": []},
        {"class": "sklearn.pipeline.Pipeline", "parameters": {"steps": [["a"]]}},
        {"class": "sklearn.pipeline.Pipeline", "parameters": {"steps": [["a", 3], ["b", None]]}},
        {"class": "sklearn.pipeline.Pipeline", "parameters": {}},
        {"class": "os.system", "parameters": {"command": "true"}},
        {"class": "elsewhere.LogisticRegression", "parameters": {}},
        {"class": "sklearn.linear_model.LogisticRegression", "parameters": {"c": 1.0}},
        {"class": "sklearn.pipeline.Pipeline", "parameters": {"steps": [["a", {**TREE, "parameters": {"roots": 3}}]]}},
    ],
)
def test_a_description_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        translated([value], NUMBERS, Task.BINARY)
