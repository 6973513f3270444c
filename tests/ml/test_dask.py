"""A Dask cluster fits as this process does, also when one of its workers dies on the way."""

import os
import signal
from collections.abc import Iterator

import pytest
from distributed import LocalCluster

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.runs import FINAL_FIT
from mms.domain.snapshots import Profile
from mms.domain.triples import Triple
from mms.ml.algorithms import algorithm_named
from mms.ml.crew import Crew
from mms.ml.crew.dask import Dask
from mms.ml.crew.serial import Serial
from mms.ml.fitting import Instances, target_of
from mms.ml.recipes import proposed_recipes
from mms.ml.sharing.fits import Fitted, FittedModel
from mms.ml.sharing.loop import Loop
from mms.ml.sharing.pieces import Part
from mms.ml.sharing.plan import Fit, Ground
from tests.ml.toys import folds_of, toy

pytestmark = pytest.mark.slow

SCORES = dict[tuple[int, int], tuple[dict[str, float], dict[str, float]]]
"""Triple and part -> scores, train scores."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as started:
        yield started


def triples(instances: Instances) -> list[Triple]:
    """Two recipes, each with algorithms of several schools."""
    recipes = {recipe.name: recipe for recipe in proposed_recipes(instances.columns, Profile((), {}))}
    chosen = [("standard", "logistic"), ("standard", "neighbours"), ("trees", "forest"), ("trees", "boosting")]
    return [Triple(recipes[recipe], name, algorithm_named(name, instances.task).checked({})) for recipe, name in chosen]


def scores(crew: Crew, *, kill_at: int | None = None, victim: int = 0) -> SCORES:
    """All folds and final fits; after so many of them one process is killed."""
    instances = toy(Task.BINARY)
    parts = {split.fold: Part(split.fold, split.train, split.validate) for split in folds_of(instances)}
    parts[FINAL_FIT] = Part(FINAL_FIT, *[instances.features.reset_index().index.to_numpy()] * 2)
    ground = Ground(
        instances.task,
        instances.columns,
        0,
        crew.share(instances.features),
        crew.share(instances.features.iloc[:50]),
        crew.share(target_of(instances)),
        parts,
    )
    fits = [Fit(i, triple, part) for i, triple in enumerate(triples(instances)) for part in parts]
    found: SCORES = {}
    for batch in Loop(crew, ground, fits, 1 << 30):
        for one in batch:
            assert one.error is None
            assert isinstance(one.result, Fitted | FittedModel)
            assert (one.fit.id, one.fit.part) not in found
            found[one.fit.id, one.fit.part] = (dict(one.result.result.scores), dict(one.result.result.train_scores))
        if kill_at is not None and len(found) >= kill_at:
            os.kill(victim, signal.SIGKILL)
            kill_at = None
    assert kill_at is None
    assert len(found) == len(fits)
    return found


def test_a_cluster_scores_as_this_process_does(cluster: LocalCluster) -> None:
    crew = Dask(cluster.scheduler_address)

    found = scores(crew)

    crew.close()
    here = scores(Serial())
    for key, (validated, trained) in here.items():
        assert found[key][0] == pytest.approx(validated, abs=1e-9)
        assert found[key][1] == pytest.approx(trained, abs=1e-9)


def test_a_worker_that_dies_takes_nothing_with_it(cluster: LocalCluster) -> None:
    crew = Dask(cluster.scheduler_address)
    victim = next(iter(cluster.workers.values())).pid

    found = scores(crew, kill_at=15, victim=victim)

    crew.close()
    here = scores(Serial())
    assert found.keys() == here.keys()
    assert all(found[key][0] == pytest.approx(here[key][0], abs=1e-9) for key in here)


def test_the_error_of_a_call_arrives_as_it_was_raised(cluster: LocalCluster) -> None:
    crew = Dask(cluster.scheduler_address)

    answer = crew.submit(int, "seven")

    with pytest.raises(ValueError, match="seven"):
        answer.result(30)
    crew.close()


def test_a_scheduler_that_is_not_there_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mms.ml.crew.dask.PATIENCE", 0.5)

    with pytest.raises(Invalid, match=r"did not answer .* unset MMS_DASK_SCHEDULER"):
        Dask("tcp://127.0.0.1:1")
