"""Features are counted behind their own watermark: each prediction once, by the bins of what its model learnt from."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.drift import drift_of
from db.queries.drift_references import find_references, packed_references, projects_to_count, unpacked_references
from db.queries.projects import get_project
from db.session import reading, transaction
from mms.domain.drift import LABEL, PROBABILITY, DriftView, FeatureKind, Verdict
from mms.domain.members import Member
from mms.monitoring.references import binned, learnt
from mms.usecases.drift import count_features, ensure_references
from mms.usecases.predictions import delete_predictions
from tests.drifted import a_reference, asked
from tests.staged import a_stage
from tests.wards import MARCH, a_model, a_snapshot, a_world

CHANCE = np.random.default_rng(5)
AGES = learnt("age", FeatureKind.NUMBERS, CHANCE.normal(50, 10, 2_000).round(1))
WARDS = learnt("ward", FeatureKind.CATEGORIES, ["north"] * 900 + ["south"] * 600 + [None] * 20 + ["attic"])
NOTES = learnt("note", FeatureKind.TEXTS, ["came in late 🙂", "no show", "came by bus 🚌", None] * 100)
WAYS = [AGES, WARDS, NOTES]
ROWS = {"age": [47.0, 99, None, 51], "ward": ["north", "north", "roof", None], "note": ["late 🙂", None, "by 🛸", ""]}


@dataclass(frozen=True, slots=True)
class World:
    """A project with a model that has a reference."""

    project: int
    model: int


@pytest.fixture
def world(store: str, member: Member, tmp_path: Path) -> World:
    project_id = a_world(tmp_path, member, MARCH)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, MARCH), 1, MARCH)
        a_reference(session, model_id, WAYS, MARCH)
    return World(project_id, model_id)


def counted(world: World, feature: str) -> dict[int, tuple[int, bytes, bytes]]:
    """By day of March: n, counts, moments."""
    row = tables.FeatureBucket
    with reading() as session:
        found = session.scalars(select(row).where(row.model_id == world.model, row.feature == feature))
        return {one.day.day: (one.n, one.counts, one.moments) for one in found}


def test_each_prediction_is_counted_once_however_the_work_is_cut(world: World) -> None:
    with transaction() as session:
        for day in (0, 1, 0):
            asked(session, world.project, world.model, MARCH + timedelta(days=day), ROWS)

    cut = [count_features(transaction, world.project, MARCH, 5) for _ in range(4)]

    assert cut == [5, 5, 2, 0]
    with reading() as session:
        assert projects_to_count(session) == []
    for reference in WAYS:
        group = np.repeat([0, 1, 0], 4)
        whole = binned(reference, ROWS[reference.name] * 3, group, 2)
        found = counted(world, reference.name)
        assert [found[day][0] for day in (1, 2)] == [8, 4]
        assert np.frombuffer(found[1][2], "<f8") == pytest.approx(whole.moments[0])
