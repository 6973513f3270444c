"""What a check will take, told before anybody asks for it: from what the run's own fits took."""

from collections.abc import Callable, Mapping, Sequence

from mms.domain.diagnostics import Cost, DiagnosticKind, Parameters
from mms.domain.runs import FINAL_FIT, FoldResult
from mms.ml.diagnostics import MAKERS, dependence, permutation
from mms.ml.diagnostics.learning import SHARES


def cost_of(kind: DiagnosticKind, parameters: Parameters, folds: Sequence[FoldResult], columns: int) -> Cost:
    """Fits, calls of fitted models and about how many seconds. folds: of the model; columns: its inputs.

    A fit on a share of the rows is taken to cost that share: what grows faster than the rows costs less than is told.
    Invalid: parameters that the check does not take.
    """
    fits = MAKERS[kind].fits(parameters)
    scored = [result for result in folds if result.fold != FINAL_FIT]
    if not scored or kind not in _COSTS:
        return Cost(fits, 0, None)
    calls, seconds = _COSTS[kind](parameters, scored, columns, fits)
    return Cost(fits, calls, _START + fits * _FIT + seconds)


def _learning(_: Parameters, folds: Sequence[FoldResult], _columns: int, fits: int) -> tuple[int, float]:
    share = sum(SHARES) / len(SHARES)
    return 0, fits * (share * _mean(folds, _fit_seconds) + _mean(folds, _score_seconds))


def _validation(_: Parameters, folds: Sequence[FoldResult], _columns: int, fits: int) -> tuple[int, float]:
    return 0, fits * (_mean(folds, _fit_seconds) + _mean(folds, _score_seconds))


def _permutation(parameters: Parameters, folds: Sequence[FoldResult], columns: int, fits: int) -> tuple[int, float]:
    calls = fits * (1 + columns * parameters["repeats"])
    rows = min(permutation.ROWS, _mean(folds, lambda result: result.n_validate))
    return calls, fits * _mean(folds, _fit_seconds) + calls * _call_seconds(folds, rows)


def _dependence(_: Parameters, folds: Sequence[FoldResult], _columns: int, _fits: int) -> tuple[int, float]:
    return dependence.PLACES, dependence.PLACES * _call_seconds(folds, dependence.ROWS)


def _domain(_: Parameters, _folds: Sequence[FoldResult], columns: int, fits: int) -> tuple[int, float]:
    calls = fits * (1 + columns)
    return calls, fits * _DOMAIN_FIT + calls * _CALL


_COSTS: Mapping[DiagnosticKind, Callable[[Parameters, Sequence[FoldResult], int, int], tuple[int, float]]] = {
    DiagnosticKind.LEARNING_CURVE: _learning,
    DiagnosticKind.VALIDATION_CURVE: _validation,
    DiagnosticKind.FEATURE_ELIMINATION: _validation,
    DiagnosticKind.FEATURE_DROPPING: _validation,
    DiagnosticKind.ALPHA_PATH: _validation,
    DiagnosticKind.PERMUTATION: _permutation,
    DiagnosticKind.DEPENDENCE: _dependence,
    DiagnosticKind.DOMAIN: _domain,
}

_START = 1.0
"""Seconds until a worker has read the model and its rows."""

_FIT = 0.05
"""Seconds that a fit takes beside what its run has measured: the run may have shared the work of its recipe."""

_DOMAIN_FIT = 0.6
"""Seconds that boosting takes to part 10,000 rows."""

_CALL = 0.01
"""Seconds that a call takes beside its rows: a frame is copied, columns are typed, answers are scored."""


def _call_seconds(folds: Sequence[FoldResult], rows: float) -> float:
    return _CALL + rows * _mean(folds, lambda r: r.score_seconds / max(r.n_train + r.n_validate, 1))


def _fit_seconds(result: FoldResult) -> float:
    return result.fit_seconds + result.feature_seconds


def _score_seconds(result: FoldResult) -> float:
    return result.score_seconds


def _mean(folds: Sequence[FoldResult], value: Callable[[FoldResult], float]) -> float:
    return sum(value(result) for result in folds) / len(folds)
