"""Fits without a store: one on all rows, and runs of many triples over a crew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mms.domain.models import Signature
from mms.domain.runs import FINAL_FIT, FoldResult
from mms.domain.triples import Triple
from mms.ml.algorithms import algorithm_named
from mms.ml.crew import Crew
from mms.ml.fitting import Instances, signature_of, target_of
from mms.ml.prediction import gives_probabilities
from mms.ml.recipes import branches_of
from mms.ml.sharing.fits import fitted_on, pipeline_of
from mms.ml.sharing.loop import Finished, Loop
from mms.ml.sharing.pieces import Asked, Part, matrix_of
from mms.ml.sharing.plan import Fit, Ground
from tests.ml.toys import folds_of

PLENTY = 1 << 30


def ground(crew: Crew, instances: Instances, folds: Sequence[int]) -> Ground:
    """These folds of the instances, and the final fit."""
    parts = {s.fold: Part(s.fold, s.train, s.validate) for s in folds_of(instances) if s.fold in folds}
    rows = np.arange(len(instances.features))
    return Ground(
        task=instances.task,
        columns=instances.columns,
        seed=7,
        frame=crew.share(instances.features),
        sample=crew.share(instances.features[::5]),
        target=crew.share(target_of(instances)),
        parts=parts | {FINAL_FIT: Part(FINAL_FIT, rows, rows)},
    )


def worked_off(
    crew: Crew, instances: Instances, triples: Sequence[Triple], folds: Sequence[int], budget: int = PLENTY
) -> Mapping[tuple[int, int], Finished]:
    """(position of the triple, part) -> what came of it."""
    on = ground(crew, instances, folds)
    fits = [Fit(i, triple, part) for i, triple in enumerate(triples) for part in on.parts]
    ended = [one for batch in Loop(crew, on, fits, budget) for one in batch]
    found = {(one.fit.id, one.fit.part): one for one in ended}
    assert len(found) == len(ended)
    return found


@dataclass(frozen=True)
class Whole:
    """A final fit: its pipeline, its (optimistic) result on its own rows, and its signature."""

    pipeline: Any
    result: FoldResult
    signature: Signature


def fit_whole(triple: Triple, instances: Instances, seed: int) -> Whole:
    """Fit on all rows, by the pieces of a run."""
    rows = np.arange(len(instances.features))
    asked = Asked(triple.recipe, instances.columns, algorithm_named(triple.algorithm, instances.task).missing)
    sources = [instances.features] * len(branches_of(triple.recipe, instances.columns))
    matrix = matrix_of(asked, Part(FINAL_FIT, rows, rows), target_of(instances), [True] * len(sources), *sources)
    fitted, result, _ = fitted_on(triple, seed, matrix, None, True)
    signature = signature_of(instances, is_probability=gives_probabilities(fitted))
    return Whole(pipeline_of(triple, matrix, fitted), result, signature)
