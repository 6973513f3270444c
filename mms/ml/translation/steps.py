"""scikit-learn's transformers and the vetted steps that stand for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.feature_selection import RFE, RFECV, SelectFromModel, SelectKBest, VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
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

from mms.domain.objects import described
from mms.domain.triples import Step
from mms.ml.recipes import TRANSFORMERS
from mms.ml.recipes.transformer import Kind
from mms.ml.translation.counterparts import Carried, Convert, Counterpart, itself, public
from mms.ml.translation.described import Described
from mms.ml.translation.nearest import nearest


def _none_as_zero(value: Any) -> Any:
    return 0.0 if value is None else value


def _longest(value: Any) -> Any:
    if not isinstance(value, list) or len(value) != 2 or value[0] != 1:
        raise ValueError("its ngram_range does not begin with single words")
    return value[1]


def _rows(value: Any) -> Any:
    if not isinstance(value, int):
        raise ValueError("its min_df is a share, and here it is a number of rows")
    return value


def _share(value: Any) -> Any:
    if not isinstance(value, float):
        raise ValueError("its max_df is a number of rows, and here it is a share")
    return value


def _unit(value: Any) -> Any:
    if value not in ("l2", None):
        raise ValueError(f"its norm is {value!r}; rows have length 1 (l2) or none")
    return value == "l2"


def _indicators(value: Any) -> Any:
    if value not in ("onehot", "onehot-dense", "ordinal"):
        raise ValueError(f"its encode is {value!r}")
    return value != "ordinal"


def _smooth(value: Any) -> Any:
    return None if value == "auto" else value


def _score(value: Any) -> Any:
    """Of a described function, by its name alone."""
    name = str(value.get("function", "")).rpartition(".")[2] if isinstance(value, Mapping) else ""
    if name not in _SCORES:
        raise ValueError(f"its score_func is {name or value!r}; choose one of {', '.join(_SCORES)}")
    return _SCORES[name]


_SCORES = {
    "f_classif": "f",
    "f_regression": "f",
    "chi2": "chi2",
    "mutual_info_classif": "mutual_information",
    "mutual_info_regression": "mutual_information",
}


def _components(value: Any) -> Any:
    """Without a number, as many as there are."""
    return MOST_COMPONENTS if value is None else value


MOST_COMPONENTS = 10_000.0

_PARTS = tuple(described(kind(5, shuffle=True, random_state=0)) for kind in (KFold, StratifiedKFold))
"""How 'target_mean' deals training rows."""

_UNSEEN = {"handle_unknown": ("error", "ignore", "infrequent_if_exist", "use_encoded_value")}
_EMPTY = {"keep_empty_features": (False, True)}
_NGRAMS: Mapping[str, tuple[str, Convert]] = {"ngrams": ("ngram_range", _longest)}
_WORDS: Mapping[str, tuple[str, Convert]] = {
    "min_rows": ("min_df", _rows),
    "max_share": ("max_df", _share),
    "presence": ("binary", bool),
}

_NUMBERS = (
    Counterpart(StandardScaler, ("scale",), {"method": "standard"}),
    Counterpart(MinMaxScaler, ("scale",), {"method": "min-max"}),
    Counterpart(RobustScaler, ("scale",), {"method": "robust"}),
    Counterpart(MaxAbsScaler, ("max_abs",)),
    Counterpart(PowerTransformer, ("power",)),
    Counterpart(
        QuantileTransformer,
        ("quantile",),
        renamed={"quantiles": ("n_quantiles", itself), "shape": ("output_distribution", itself)},
    ),
    Counterpart(
        KBinsDiscretizer,
        ("bins",),
        renamed={
            "bins": ("n_bins", itself),
            "edges": ("strategy", itself),
            "indicators": ("encode", _indicators),
        },
        differs={"quantile_method": "linear"},
    ),
    Counterpart(
        PolynomialFeatures,
        ("polynomial",),
        renamed={"interactions_only": ("interaction_only", bool)},
        equal={"order": ("C", "F")},
    ),
    Counterpart(
        SplineTransformer,
        ("splines",),
        renamed={
            "knots": ("n_knots", itself),
            "knots_at": ("knots", itself),
            "beyond": ("extrapolation", itself),
        },
        equal={"order": ("C", "F")},
    ),
    Counterpart(
        SimpleImputer,
        ("impute",),
        renamed={"indicator": ("add_indicator", bool), "fill_value": ("fill_value", _none_as_zero)},
        equal={**_EMPTY, "fill_value": (None, 0, 0.0)},
    ),
)

_CATEGORIES = (
    Counterpart(SimpleImputer, ("impute_category",), equal=_EMPTY),
    Counterpart(
        OneHotEncoder, ("one_hot",), renamed={"min_frequency": ("min_frequency", _none_as_zero)}, equal=_UNSEEN
    ),
    Counterpart(OrdinalEncoder, ("ordinal",), equal={**_UNSEEN, "unknown_value": (None, -1)}),
    Counterpart(
        TargetEncoder,
        ("target_mean",),
        renamed={"smooth": ("smooth", _smooth)},
        equal={"target_type": ("auto", "binary", "multiclass", "continuous"), "cv": (5, *_PARTS)},
    ),
)

_TEXTS = (
    Counterpart(TfidfVectorizer, ("tf_idf",), renamed={**_NGRAMS, **_WORDS, "sublinear": ("sublinear_tf", bool)}),
    Counterpart(CountVectorizer, ("tokenise", "count_words"), {"stem": None}, {**_NGRAMS, **_WORDS}),
    Counterpart(
        HashingVectorizer,
        ("tokenise", "hash_words"),
        {"stem": None},
        {
            **_NGRAMS,
            "columns": ("n_features", itself),
            "signed": ("alternate_sign", bool),
            "unit_length": ("norm", _unit),
        },
    ),
)

_FEATURES = (
    Counterpart(VarianceThreshold, ("variance",)),
    Counterpart(SelectKBest, ("k_best",), renamed={"score": ("score_func", _score)}),
    Counterpart(PCA, ("pca",), renamed={"components": ("n_components", _components)}),
    Counterpart(TruncatedSVD, ("svd",), renamed={"components": ("n_components", itself)}),
)

_ALL = (*_NUMBERS, *_CATEGORIES, *_TEXTS, *_FEATURES)

_NEAR = (
    (SelectFromModel, "from_model"),
    (RFE, "from_model"),
    (RFECV, "from_model"),
    (TfidfTransformer, "tf_idf"),
    (FunctionTransformer, "power"),
)
"""Classes without a counterpart, and the step that comes nearest where names do not tell it."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What one object became. gives: the kind that leaves it."""

    steps: tuple[Step, ...]
    gives: Kind
    notes: tuple[str, ...]
    after: bool
    """Whether its steps may stand over all features side by side."""


def chain_of(given: Described, kind: Kind) -> Chain:
    """The vetted steps of a transformer that gets `kind`; Invalid says why there are none, and what comes nearest."""
    known = [one for one in _ALL if one.key == given.key]
    near = [(one.original, one.steps[-1]) for one in _ALL] + list(_NEAR)
    words = nearest(given, [(original, _words_of(step)) for original, step in near])
    if not known:
        raise given.refused("it is none of the vetted steps", words)
    fitting = [one for one in known if kind in TRANSFORMERS[one.steps[0]].takes]
    if not fitting:
        raise given.refused(f"it would get {kind.value} here", words)
    return _carried(given, fitting[0])


def _carried(given: Described, counterpart: Counterpart) -> Chain:
    carried = Carried(given, counterpart.original, f"The nearest vetted step is {_words_of(counterpart.steps[-1])}.")
    steps, made = [], []
    for name in counterpart.steps:
        transformer = TRANSFORMERS[name]
        values = carried.values(transformer.parameters, counterpart.fixed, counterpart.renamed, name)
        steps.append(Step(name, values))
        made.append(_last(transformer.make(values)))
    direct = len(made) == 1 and public(made[0]) is counterpart.original
    carried.compare(made[0] if direct else None, counterpart.equal, counterpart.differs)
    carried.compare_seed(0)
    last = TRANSFORMERS[counterpart.steps[-1]]
    return Chain(tuple(steps), last.gives, carried.notes, all(TRANSFORMERS[name].after for name in counterpart.steps))


def _last(made: Any) -> Any:
    """The transformer itself, where a filler stands before it."""
    return made.steps[-1][1] if isinstance(made, Pipeline) else made


def _words_of(step: str) -> str:
    return f"'{step}', which {TRANSFORMERS[step].explanation.partition(';')[0]}"


def translated_classes() -> Mapping[str, Sequence[str]]:
    """Class name -> the vetted steps that stand for it, for the registry and the documentation."""
    return {one.original.__qualname__: one.steps for one in _ALL}


def takes_texts(given: Described) -> bool:
    """Whether an object takes one column of texts, not a table."""
    return given.key in {one.key for one in _ALL if Kind.TEXTS in TRANSFORMERS[one.steps[0]].takes}
