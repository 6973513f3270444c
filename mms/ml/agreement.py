"""How models agree on stored out-of-fold rows, and which few of them make the best vote."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from mms.domain.agreement import Agreement, Pairing
from mms.domain.models import RankedModel
from mms.domain.projects import Task
from mms.ml.ensembles import Question, SideBySide
from mms.ml.metrics import score_all

SAMPLE = 3_000
"""Rows by which members are chosen; more change little, and one waits for the answer."""


def agreement(models: Sequence[RankedModel], rows: SideBySide, question: Question) -> Agreement:
    """Every pair of models; `rows` holds their answers in the same order."""
    if question.task is Task.REGRESSION:
        residuals = rows.answers[:, :, 0] - rows.truth.astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):  # a model without any error correlates with nothing
            close = np.nan_to_num(np.corrcoef(residuals))
        pairs = [Pairing(models[i].id, models[j].id, float(close[i, j])) for i, j in _pairs(models)]
        return Agreement(tuple(models), tuple(pairs), {})
    labels = np.stack([np.asarray(question.predicted(one).labels, dtype=np.str_) for one in rows.answers])
    wrong = labels != rows.truth.astype(str)
    pairs = [
        Pairing(
            models[i].id,
            models[j].id,
            float((labels[i] == labels[j]).mean()),
            float((wrong[i] & wrong[j]).mean()),
        )
        for i, j in _pairs(models)
    ]
    return Agreement(tuple(models), tuple(pairs), {m.id: float(w.mean()) for m, w in zip(models, wrong, strict=True)})


def fold_scores(answers: np.ndarray, rows: SideBySide, question: Question, metric: str) -> list[float]:
    """The metric of answers (n, k) on each fold that determines it, stored units."""
    masks = (rows.folds == fold for fold in np.unique(rows.folds))
    scored = (_scored(answers[here], rows.truth[here], question) for here in masks)
    return [scores[metric] for scores in scored if metric in scores]


def best_vote(rows: SideBySide, question: Question, metric: str, most: int = 7) -> tuple[int, ...]:
    """Which members make the best equal vote, by position: the best one, then whoever raises the score, at least 2.

    Forward selection (Caruana et al., ICML 2004) by the metric on at most `SAMPLE` rows at equal steps.
    """
    sample = rows.only(np.arange(len(rows.rows)) % max(1, len(rows.rows) // SAMPLE) == 0)

    def score(chosen: tuple[int, ...]) -> float:
        return _scored(sample.answers[list(chosen)].mean(axis=0), sample.truth, question).get(metric, -np.inf)

    count = len(rows.answers)
    chosen: tuple[int, ...] = ()
    reached = -np.inf
    while len(chosen) < min(most, count):
        scores = {i: score((*chosen, i)) for i in range(count) if i not in chosen}
        best = max(scores, key=lambda i: (scores[i], -i))
        if scores[best] <= reached and len(chosen) >= 2:
            break
        chosen, reached = (*chosen, best), scores[best]
    return chosen


def _scored(answers: np.ndarray, truth: np.ndarray, question: Question) -> dict[str, float]:
    return score_all(question.task, truth, question.predicted(answers), question.classes, question.positive)


def _pairs(models: Sequence[RankedModel]) -> list[tuple[int, int]]:
    return list(combinations(range(len(models)), 2))
