"""scikit-learn objects as descriptions that a server translates into triples."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV, ParameterGrid, ParameterSampler, RandomizedSearchCV

from mms.domain.errors import Invalid
from mms.domain.objects import described
from mms.domain.tables import DTYPES, ColumnType


def descriptions(what: Any, schema: Sequence[dict[str, str]]) -> list[Any]:
    """What to translate: one description for each pipeline or estimator, and for each combination of a search.

    what: an estimator, a pipeline, a GridSearchCV or RandomizedSearchCV, or a list of them. schema: the snapshot's
    feature columns; column selectors are asked here, on an empty frame of theirs.
    """
    frame = pd.DataFrame({c["name"]: pd.Series(dtype=DTYPES[ColumnType(c["type"])]) for c in schema})

    def select(selector: Any) -> list[str]:
        return [str(name) for name in selector(frame)]

    given = what if isinstance(what, list | tuple) else [what]
    return [described(one, select) for value in given for one in _expanded(value)]


def _expanded(what: Any) -> Iterator[Any]:
    if isinstance(what, type) or not hasattr(what, "get_params"):
        raise Invalid(f"{what!r} is no scikit-learn object: launch an estimator, a pipeline or a grid search of one.")
    if isinstance(what, GridSearchCV):
        combinations: Any = ParameterGrid(what.param_grid)
    elif isinstance(what, RandomizedSearchCV):
        combinations = ParameterSampler(what.param_distributions, what.n_iter, random_state=what.random_state)
    else:
        yield what
        return
    for combination in combinations:
        yield _set(clone(what.estimator), combination)


def _set(estimator: BaseEstimator, values: dict[str, Any]) -> BaseEstimator:
    try:
        return estimator.set_params(**{name: clone(value, safe=False) for name, value in values.items()})
    except ValueError as error:
        raise Invalid(f"The grid does not fit its estimator: {error}") from error
