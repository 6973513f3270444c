"""Ready recipes for a snapshot's columns."""

from collections.abc import Mapping, Sequence

from mms.domain.snapshots import Profile
from mms.domain.tables import Column, ColumnType
from mms.domain.triples import Branch, Recipe, Step, Value

Chains = Mapping[str, Sequence[tuple[Step, ...]]]
"""By group of columns: the chains of steps that stand side by side over it."""

_MOST = 6
_DENSE_WORDS = 300
"""Words kept in recipes for all algorithms: some need a dense matrix, and 20,000 rows x 300 words take 48 MB."""

_WORDS = 5_000
_TEXTS = 50
"""Different texts from which on words are worth recipes of their own."""

_CATEGORIES = 30
"""Different categories beyond which one-hot columns lump the rest."""

_FEW, _MANY = 12, 30
"""Numeric columns up to which their products are tried, and from which on they are condensed."""


def _step(transformer: str, **parameters: Value) -> Step:
    return Step(transformer, parameters)


_SCALED = (_step("impute"), _step("scale"))
_LOOK = (_step("text_statistics"), _step("scale"))


def _tf_idf(most: int, **tokens: Value) -> tuple[Step, ...]:
    return _step("tokenise", **tokens), _step("tf_idf", max_features=most)


_STANDARD: Chains = {
    "numeric": [_SCALED],
    "categorical": [(_step("one_hot"),)],
    "boolean": [(_step("impute", strategy="most_frequent"), _step("scale"))],
    "time": [(_step("calendar", cycles=True), *_SCALED)],
    "text": [_tf_idf(_DENSE_WORDS), _LOOK],
}
"""Filled, scaled numbers and one-hot categories: for linear models, Bayes, neighbours and support vectors."""

_TREES: Chains = {
    "numeric": [()],
    "categorical": [(_step("ordinal"),)],
    "boolean": [()],
    "time": [(_step("calendar"),)],
    "text": [_tf_idf(_DENSE_WORDS), (_step("text_statistics"),)],
}
"""Numbers as they are, numbered categories, missing left missing: for trees and what is made of them."""

_ROBUST: Chains = {
    "numeric": [(_step("impute"), _step("scale", method="robust"))],
    "categorical": [(_step("one_hot", min_frequency=0.002, max_categories=100),)],
    "boolean": [(_step("impute", strategy="most_frequent"),)],
    "time": [(_step("calendar", cycles=True, year_day=True), _step("impute"), _step("scale", method="robust"))],
    "text": [_tf_idf(_DENSE_WORDS, ngrams=2), _LOOK],
}
"""Like standard, for numbers with outliers: scaled by median and quartiles, and with rarer categories kept."""

_WORDY: Mapping[str, Chains] = {
    "words": {"text": [_tf_idf(_WORDS), _LOOK]},
    "topics": {"text": [(*_tf_idf(_WORDS), _step("svd"), _step("scale")), _LOOK]},
    "stemmed pairs": {"text": [_tf_idf(_WORDS, ngrams=2, stem="english"), _LOOK]},
    "hashed words": {"text": [(_step("tokenise"), _step("hash_words")), _LOOK]},
}
_TARGET_MEANS: Chains = {"categorical": [(_step("target_mean"), _step("scale"))]}
_COMPONENTS: Chains = {"numeric": [(*_SCALED, _step("pca"))]}
_PRODUCTS: Chains = {"numeric": [(*_SCALED, _step("polynomial"), _step("scale"))]}
_CURVES: Chains = {"numeric": [(*_SCALED, _step("splines"))]}


def standard(columns: Sequence[Column]) -> Recipe:
    """The standard recipe over all columns."""
    return Recipe("standard", _branches(columns, set(), _STANDARD))


def ready(columns: Sequence[Column], profile: Profile) -> list[Recipe]:
    """Recipes that fit the columns, the best first guess first, six at most; parameters are not filled in.

    Columns of which the profile warns are left out, unless no other is left.
    """
    warned = {column.name for column in profile.columns if column.warning}
    if all(column.name in warned for column in columns):
        warned = set()
    kept = [column for column in columns if column.name not in warned]
    fitting = _fitting(kept, profile)
    wordy = [name for name in fitting if name in _WORDY]
    chains: dict[str, Chains] = {"standard": _STANDARD, "trees": _TREES}
    chains |= fitting if wordy else {"robust": _ROBUST, **fitting}
    only_texts = all(column.type is ColumnType.TEXT for column in kept)
    ordered = [*wordy[:1], *chains] if only_texts else list(chains)
    return [
        Recipe(name, _branches(columns, warned, {**_STANDARD, **chains[name]}))
        for name in list(dict.fromkeys(ordered))[:_MOST]
    ]


def _fitting(columns: Sequence[Column], profile: Profile) -> dict[str, Chains]:
    """What the profile speaks for, by name: the chains that differ from those of the standard recipe."""
    distinct = {column.name: column.distinct for column in profile.columns}

    def reach(group: str) -> list[int]:
        own = columns_of_type(group, columns) or ()
        return [distinct[column.name] for column in own if column.name in distinct]

    fitting: dict[str, Chains] = {}
    if max(reach("text"), default=0) > _TEXTS:
        fitting |= _WORDY
    if max(reach("categorical"), default=0) > _CATEGORIES:
        fitting["target means"] = _TARGET_MEANS
    numbers = len(reach("numeric"))
    if numbers > _MANY:
        fitting["components"] = _COMPONENTS
    if 2 <= numbers <= _FEW:
        fitting["products"] = _PRODUCTS
    if 1 <= numbers <= _FEW:
        fitting["curves"] = _CURVES
    return fitting


_TYPES: Mapping[str, frozenset[ColumnType]] = {
    "numeric": frozenset({ColumnType.INTEGER, ColumnType.NUMBER}),
    "categorical": frozenset({ColumnType.CATEGORY}),
    "boolean": frozenset({ColumnType.BOOLEAN}),
    "time": frozenset({ColumnType.TIME}),
    "text": frozenset({ColumnType.TEXT}),
}


def columns_of_type(group: str, columns: Sequence[Column]) -> tuple[Column, ...] | None:
    """The columns a branch by type means, or None when there is no such group."""
    types = _TYPES.get(group)
    return None if types is None else tuple(c for c in columns if c.type in types)


GROUPS: tuple[str, ...] = tuple(_TYPES)
"""The groups by type that a branch may name."""


def _branches(columns: Sequence[Column], warned: set[str], chains: Chains) -> tuple[Branch, ...]:
    """A branch for each chain over columns that are there: by type, or by name where one of the type is left out."""
    branches = []
    for group, over in chains.items():
        own = [column.name for column in columns_of_type(group, columns) or ()]
        kept = tuple(name for name in own if name not in warned)
        if kept:
            branches += [Branch(group if len(kept) == len(own) else kept, steps) for steps in over]
    return tuple(branches)
