"""Ready recipes for a snapshot's columns."""

from collections.abc import Mapping, Sequence

from mms.domain.tables import Column, ColumnType
from mms.domain.triples import Branch, Recipe, Step, Value

_DENSE_WORDS = 300
"""Words kept in proposals: some algorithms need a dense matrix, and 20,000 rows x 300 words take 48 MB."""


def standard(columns: Sequence[Column]) -> Recipe:
    """Filled, scaled numbers and one-hot categories: for linear models, Bayes, neighbours and support vectors."""
    scaled = (_step("impute"), _step("scale"))
    chains: Mapping[str, tuple[Step, ...]] = {
        "numeric": scaled,
        "categorical": (_step("one_hot"),),
        "boolean": (_step("impute", strategy="most_frequent"), _step("scale")),
        "time": (_step("calendar", cycles=True), *scaled),
        "text": (_step("tf_idf", max_features=_DENSE_WORDS),),
    }
    return Recipe("standard", _branches(columns, chains))


def trees(columns: Sequence[Column]) -> Recipe:
    """Numbers as they are, numbered categories, missing left missing: for trees and what is made of them."""
    chains: Mapping[str, tuple[Step, ...]] = {
        "numeric": (),
        "categorical": (_step("ordinal"),),
        "boolean": (),
        "time": (_step("calendar"),),
        "text": (_step("tf_idf", max_features=_DENSE_WORDS),),
    }
    return Recipe("trees", _branches(columns, chains))


def robust(columns: Sequence[Column]) -> Recipe:
    """Like standard, for numbers with outliers: scaled by median and quartiles, and with rarer categories kept."""
    chains: Mapping[str, tuple[Step, ...]] = {
        "numeric": (_step("impute"), _step("scale", method="robust")),
        "categorical": (_step("one_hot", min_frequency=0.002, max_categories=100),),
        "boolean": (_step("impute", strategy="most_frequent"),),
        "time": (_step("calendar", cycles=True, year_day=True), _step("impute"), _step("scale", method="robust")),
        "text": (_step("tf_idf", max_features=_DENSE_WORDS, ngrams=2),),
    }
    return Recipe("robust", _branches(columns, chains))


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


def _branches(columns: Sequence[Column], chains: Mapping[str, tuple[Step, ...]]) -> tuple[Branch, ...]:
    branches = [Branch(group, steps) for group, steps in chains.items() if columns_of_type(group, columns)]
    if columns_of_type("text", columns):
        lengths = (_step("text_length"), _step("scale"))
        branches.append(Branch("text", lengths))
    return tuple(branches)


def _step(transformer: str, **parameters: Value) -> Step:
    return Step(transformer, parameters)
