"""Features are counted behind their own watermark: each prediction once, by the bins of what its model learnt from."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.answered_rows import sampled_features
from db.queries.drift import drift_of
from db.queries.drift_references import find_references, packed_references, projects_to_count, unpacked_references
from db.queries.projects import get_project
from db.session import reading, transaction
from mms.domain.decay import Grain
from mms.domain.drift import LABEL, PROBABILITY, DriftView, FeatureDrift, FeatureKind, Verdict
from mms.domain.members import Member
from mms.monitoring.references import binned, learnt
from mms.usecases.buckets import fold_buckets
from mms.usecases.drift import count_features, ensure_references
from mms.usecases.predictions import delete_predictions
from tests.answered import put
from tests.drifted import a_reference, asked
from tests.staged import a_stage
from tests.wards import MARCH, a_model, a_snapshot, a_world

CHANCE = np.random.default_rng(5)
AGES = learnt("age", FeatureKind.NUMBERS, CHANCE.normal(50, 10, 2_000).round(1))
WARDS = learnt("ward", FeatureKind.CATEGORIES, ["north"] * 900 + ["south"] * 600 + [None] * 20 + ["attic"])
NOTES = learnt("note", FeatureKind.TEXTS, ["came in late 🙂", "no show", "came by bus 🚌", None] * 100)
WAYS = [AGES, WARDS, NOTES]
ROWS: Mapping[str, Sequence[Any]] = {
    "age": [47.0, 99, None, 51],
    "ward": ["north", "north", "roof", None],
    "note": ["late 🙂", None, "by 🛸", ""],
}


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


def test_what_is_deleted_is_taken_out_of_its_day(world: World, member: Member) -> None:
    with transaction() as session:
        asked(session, world.project, world.model, MARCH, ROWS)
    count_features(transaction, world.project, MARCH)
    before = {one.name: counted(world, one.name) for one in WAYS}
    with transaction() as session:
        more = asked(session, world.project, world.model, MARCH, ROWS)
    count_features(transaction, world.project, MARCH)
    with transaction() as session:
        waiting = asked(session, world.project, world.model, MARCH, ROWS)

    with transaction() as session:
        delete_predictions(session, member, world.project, [*more, *waiting])

    assert {one.name: counted(world, one.name) for one in WAYS} == before


def test_rows_that_change_while_they_are_counted_are_counted_again(world: World, member: Member) -> None:
    with transaction() as session:
        first, *_ = asked(session, world.project, world.model, MARCH, ROWS)
    gone: list[int] = []

    @contextmanager
    def meanwhile() -> Iterator[Session]:
        if not gone:
            gone.append(first)
            with transaction() as session:
                delete_predictions(session, member, world.project, gone)
        with transaction() as session:
            yield session

    assert count_features(meanwhile, world.project, MARCH) == 3

    assert counted(world, "age")[1][0] == 3


def test_a_reference_is_stored_and_read_as_it_was_made() -> None:
    again = unpacked_references(packed_references(WAYS))

    for made, read in zip(WAYS, again, strict=True):
        assert (read.name, read.kind, read.shown, read.known) == (made.name, made.kind, made.shown, made.known)
        assert read.low == pytest.approx(made.low, nan_ok=True)
        for one, other in ((made.edges, read.edges), (made.counts, read.counts), (made.moments, read.moments)):
            assert one.tolist() == other.tolist()


@pytest.mark.slow
def test_the_reference_of_a_model_is_what_it_learnt_from_and_what_its_folds_said(
    sqlite_store: str, member: Member, tmp_path: Path
) -> None:
    stage = a_stage(member, tmp_path, MARCH)
    model = stage.models[0]

    while count_features(transaction, stage.project.id, MARCH):
        pass

    with reading() as session:
        found, error = find_references(session, model.id)
        project = get_project(session, member, stage.project.id)
        days = DriftView(MARCH - timedelta(days=100))
        report = drift_of(session, project, model.id, days, MARCH)
    assert error is None
    assert found is not None
    assert {LABEL, PROBABILITY} <= {one.name for one in found}
    assert report.n == len(stage.predictions)
    assert report.why_not is None
    assert sum(one.weight or 0 for one in report.features) == pytest.approx(1.0)
    assert all(one.points for one in report.features)


def test_a_model_whose_rows_are_gone_is_not_compared_and_says_why(
    sqlite_store: str, member: Member, tmp_path: Path
) -> None:
    project_id = a_world(tmp_path, member, MARCH)
    with transaction() as session:
        model_id = a_model(session, project_id, a_snapshot(session, project_id, 1, MARCH), 1, MARCH)
        session.get_one(tables.Snapshot, session.get_one(tables.Model, model_id).snapshot_id).deleted_at = MARCH
        asked(session, project_id, model_id, MARCH, ROWS)

    assert count_features(transaction, project_id, MARCH) == 4

    assert ensure_references(transaction, model_id, MARCH) is None
    with reading() as session:
        project = get_project(session, member, project_id)
        report = drift_of(session, project, model_id, DriftView(), MARCH)
    assert report.why_not is not None
    assert "no snapshot" in report.sentence
    assert not report.judged


def test_a_report_tells_new_words_constants_and_one_row_right(world: World, member: Member) -> None:
    def drift(at: int) -> dict[str, FeatureDrift]:
        days = DriftView(MARCH + timedelta(days=at), MARCH + timedelta(days=at + 1))
        with reading() as session:
            project = get_project(session, member, world.project)
            report = drift_of(session, project, world.model, days, MARCH)
        return {one.name: one for one in (*report.features, *report.predictions)}

    with transaction() as session:
        one = {name: values[:1] for name, values in ROWS.items()}
        asked(session, world.project, world.model, MARCH, one)
        same = {"age": [50.0] * 60, "ward": [None] * 60, "note": ["came by 🛸"] * 60}
        asked(session, world.project, world.model, MARCH + timedelta(days=1), same)
    count_features(transaction, world.project, MARCH)

    assert {each.verdict for each in drift(0).values()} == {Verdict.FEW}
    assert {each.n for each in drift(5).values()} == {0}
    found = drift(1)
    assert {each.verdict for each in found.values()} == {Verdict.DRIFTED}
    assert found["ward"].sentence.endswith("It has no value any more; the model learnt from 99% that had one.")
    assert (found["note"].tokens[0].token, found["note"].tokens[0].current) == ("🛸", 1.0)
    assert found["note"].tokens[0].sure
    assert "33% of its words are new" in found["note"].sentence


def test_a_sample_of_what_was_asked_is_spread_over_all_though_models_answer_in_turns(world: World) -> None:
    with transaction() as session:
        other = a_model(session, world.project, a_snapshot(session, world.project, 2, MARCH), 2, MARCH)
        for i in range(120):
            asked(session, world.project, (world.model, other)[i % 2], MARCH, {"age": [float(i)]})

    with reading() as session:
        whole = sampled_features(session, world.model, (None, None), 60)
        some = sampled_features(session, world.model, (MARCH, MARCH + timedelta(days=1)), 15)
        none = sampled_features(session, world.model, (None, MARCH), 15)

    assert [row["age"] for row in whole] == [float(i) for i in range(0, 120, 2)]
    assert 5 <= len(some) <= 15
    assert max(row["age"] for row in some) - min(row["age"] for row in some) > 60
    assert none == []


def test_the_drift_of_a_scope_s_champion_goes_with_its_fall_whatever_scope_it_answers_in(
    world: World, member: Member
) -> None:
    with transaction() as session:
        for day in range(6):
            at, wrong = MARCH + timedelta(days=day), 5 * day
            rows = [
                {"predicted_at": at, "scope": ("global", "group:ward=north")[i % 2], "label": "yes", "score": 0.75,
                 "features": {"age": 85.0 if i < wrong else 32.0 + 0.9 * i, "ward": "north", "note": None},
                 "truth": "no" if i < wrong else "yes", "truth_at": at}
                for i in range(40)
            ]  # fmt: skip
            put(session, world.project, world.model, rows)
        fold_buckets(session, world.project, MARCH + timedelta(days=9))
    count_features(transaction, world.project, MARCH + timedelta(days=9))

    with reading() as session:
        project = get_project(session, member, world.project)
        days = DriftView(MARCH, MARCH + timedelta(days=6), Grain.DAY)
        report = drift_of(session, project, world.model, days, MARCH + timedelta(days=9))

    age = next(one for one in report.features if one.name == "age")
    assert age.correlation is not None
    assert age.correlation > 0.5
