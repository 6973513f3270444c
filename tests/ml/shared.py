"""Runs of many triples over a crew, without a store."""

from collections.abc import Mapping, Sequence

import numpy as np

from mms.domain.runs import FINAL_FIT
from mms.domain.triples import Triple
from mms.ml.crew import Crew
from mms.ml.fitting import Instances, target_of
from mms.ml.sharing.loop import Finished, Loop
from mms.ml.sharing.pieces import Part
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
