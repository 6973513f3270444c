"""Crews: values travel unchanged, scores do not depend on who computes, and a dying process loses nothing."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.snapshots import Profile
from mms.domain.triples import Triple
from mms.ml.algorithms import algorithms_of
from mms.ml.crew import spool
from mms.ml.crew.loky import Loky
from mms.ml.crew.serial import Serial
from mms.ml.recipes import proposed_recipes
from mms.ml.sharing.fits import Fitted, fit_of
from mms.ml.sharing.loop import Finished, Loop
from mms.ml.sharing.pieces import Matrix
from mms.ml.sharing.plan import Fit
from tests.ml.shared import PLENTY, ground, worked_off
from tests.ml.toys import toy

QUICK: Mapping[str, Any] = {"n_estimators": 8, "max_iter": 12}


def test_a_spooled_value_comes_back_mapped_and_read_only(tmp_path: Path) -> None:
    big = np.arange(10_000.0).reshape(100, 100)
    value = {
        "array": big,
        "columns first": np.asfortranarray(big),
        "sparse": sparse.random(500, 300, 0.1, format="csr", random_state=0),
        "frame": pd.DataFrame({"a": big.ravel(), "b": ["text", None] * 5_000}),
        "small": (1, "two", np.arange(3)),
    }

    size = spool.write(value, tmp_path / "value")
    back = spool.read(tmp_path / "value")

    assert size == (tmp_path / "value").stat().st_size
    assert (back["array"] == big).all()
    assert not back["array"].flags.writeable
    assert back["array"].flags.aligned
    assert back["columns first"].flags.f_contiguous
    assert (back["sparse"] != value["sparse"]).nnz == 0
    pd.testing.assert_frame_equal(back["frame"], value["frame"])
    assert back["small"][:2] == (1, "two")


def test_a_spooled_value_outlives_its_file_in_whoever_reads_it(tmp_path: Path) -> None:
    spool.write(np.arange(100_000), tmp_path / "value")
    back = spool.read(tmp_path / "value")

    (tmp_path / "value").unlink()

    assert back.sum() == 4_999_950_000


@pytest.mark.slow
@pytest.mark.parametrize("task", list(Task))
def test_scores_are_equal_to_the_last_bit_whatever_the_number_of_workers(task: Task, tmp_path: Path) -> None:
    instances = toy(task)
    proposed = proposed_recipes(instances.columns, Profile((), {}))
    triples = []
    for algorithm in algorithms_of(task):
        settings = {name: QUICK[name] for name in QUICK if name in {p.name for p in algorithm.parameters}}
        triples += [Triple(proposed[i], algorithm.name, settings) for i in range(2)]
    alone = outcomes(worked_off(Serial(), instances, triples, (3,)))

    for workers in (1, 2, 3):
        crew = Loky(workers, tmp_path / "spool")
        found = outcomes(worked_off(crew, instances, triples, (3,)))
        crew.close()

        assert found == alone
    assert not (tmp_path / "spool").exists()


def outcomes(found: Mapping[tuple[int, int], Finished]) -> dict[tuple[int, int] | int, object]:
    """What each fit told, and which triples fail: which of their fits is the first to fail depends on the crew."""
    failed = {i for (i, _), one in found.items() if one.result is None}
    return {key: told(one) for key, one in found.items() if key[0] not in failed} | dict.fromkeys(failed, "failed")


def told(finished: Finished) -> object:
    """Scores and answers, without times."""
    result = finished.result
    if result is None:
        return str(finished.error)
    answers = result.answers if isinstance(result, Fitted) else dict(result.importances)
    return result.result.scores, result.result.train_scores, answers


@pytest.mark.slow
def test_a_killed_process_costs_its_calls_a_second_try_and_nothing_else(tmp_path: Path) -> None:
    instances = toy(Task.BINARY)
    recipe = proposed_recipes(instances.columns, Profile((), {}))[0]
    triples = [Triple(recipe, "logistic", {"C": c}) for c in (0.1, 1.0, 10.0)]
    crew = Loky(2, tmp_path / "spool")
    on = ground(crew, instances, range(12))
    fits = [Fit(i, triple, part) for i, triple in enumerate(triples) for part in on.parts]

    found: dict[tuple[int, int], Finished] = {}
    for batch in Loop(crew, on, fits, PLENTY):
        if len(found) < 20 <= len(found) + len(batch):
            os.kill(crew.submit(os.getpid).result(), signal.SIGKILL)
        found |= {(one.fit.id, one.fit.part): one for one in batch}
    crew.close()

    alone = worked_off(Serial(), instances, triples, range(12))
    assert {key: told(one) for key, one in found.items()} == {key: told(one) for key, one in alone.items()}


@pytest.mark.slow
def test_a_fit_that_kills_its_process_twice_fails_its_triple_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instances = toy(Task.BINARY)
    recipe = proposed_recipes(instances.columns, Profile((), {}))[0]
    triples = [Triple(recipe, "logistic", {"C": c}) for c in (0.1, 66.6, 10.0)]
    monkeypatch.setattr("mms.ml.sharing.plan.fit_of", deadly)
    crew = Loky(2, tmp_path / "spool")

    found = worked_off(crew, instances, triples, (0, 1, 2))
    crew.close()

    errors = {i: one.error for (i, _), one in found.items() if one.error is not None}
    assert set(errors) == {1}
    assert isinstance(errors[1], Invalid)
    assert "memory may have run out" in errors[1].sentence
    assert {part for i, part in found if i == 2} == {0, 1, 2, -1}


@pytest.mark.slow
def test_nothing_is_said_of_a_triple_after_its_first_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instances = toy(Task.BINARY)
    triple = Triple(proposed_recipes(instances.columns, Profile((), {}))[0], "logistic", {"C": 1.0})
    monkeypatch.setattr("mms.ml.sharing.plan.fit_of", fails_at_once_or_fits_late)
    crew = Loky(2, tmp_path / "spool")

    found = worked_off(crew, instances, [triple], (0, 1))
    crew.close()

    said = [(part, str(one.error)) for (_, part), one in found.items()]
    assert said[-1] == (0, "fold 0")
    assert 1 not in dict(said)


def fails_at_once_or_fits_late(triple: Triple, seed: int, matrix: Matrix, *args: Any) -> Fitted:
    """One fold fails while another is under way."""
    if matrix.part.number == 0:
        raise ValueError("fold 0")
    sleep(1.5)
    return fit_of(triple, seed, matrix, *args)


def deadly(triple: Triple, *args: Any) -> Fitted:
    """Dies as a process does that takes too much memory, for one triple."""
    if triple.hyperparameters["C"] == 66.6:
        os.kill(os.getpid(), signal.SIGKILL)
    return fit_of(triple, *args)
