"""Snapshots freeze what was known, once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy.orm import Session

from db.queries.snapshots import get_snapshot, snapshot_blocks, snapshot_frame, snapshots
from db.session import reading, transaction
from mms.domain.errors import Conflict, Invalid, NotFound
from mms.domain.members import Member
from mms.domain.projects import Task
from mms.domain.snapshots import Dealing, Extent, FoldKind, Selection
from mms.domain.tables import Condition, FileProject, InstanceDraft, Join, Operator, TableSource
from mms.settings import settings
from mms.usecases.snapshots import delete_snapshot, load_instances, take_snapshot
from mms.usecases.tables import declare_instances, load_table, project_from_file, update_rows


@pytest.fixture
def project(tmp_path: Path, member: Member, now: datetime) -> int:
    rng = np.random.default_rng(0)
    at = [now - timedelta(hours=3 * i + 2) for i in range(300)]
    frame = pd.DataFrame({"id": range(300), "at": at, "x": rng.normal(size=300), "colour": rng.choice(["r", "g"], 300)})
    frame = frame.assign(known=frame["at"] + timedelta(hours=1), target=rng.choice([True, False], 300, p=[0.3, 0.7]))
    frame.to_parquet(tmp_path / "base.parquet")
    weather = pd.DataFrame({"zone": "r", "hour": [now - timedelta(hours=i) for i in range(0, 900, 7)]})
    weather.assign(wind=rng.normal(size=len(weather))).to_parquet(tmp_path / "weather.parquet")
    with transaction() as session:
        made = project_from_file(session, member, FileProject("p", tmp_path / "base.parquet", "target"), now)
        load_table(
            session, member, made.id, TableSource("weather", tmp_path / "weather.parquet", ("zone",), "hour"), now
        )
        join = Join(0, "weather", (("colour", "zone"),), as_of=True)
        declare_instances(
            session, member, made.id, InstanceDraft("base", "target", ("id",), "at", "known", joins=(join,)), now
        )
    return made.id


def test_a_snapshot_holds_the_joined_rows_its_folds_and_profile(project: int, member: Member, now: datetime) -> None:
    taken = take_snapshot(transaction, member, project, Selection(), now)

    with reading() as session:
        frame = snapshot_frame(session, settings().cache, taken)
        blocks = snapshot_blocks(session, taken)
        assert snapshots(session, project) == [taken]
    assert frame.columns.tolist() == ["x", "colour", "id", "at", "known", "target", "weather.wind"]
    assert [c.name for c in taken.schema] == ["x", "colour", "weather.wind"]
    assert frame["id"].tolist() == list(range(300))
    assert frame["weather.wind"].notna().equals(frame["colour"] == "r")
    assert taken.fold_plan.kind is FoldKind.BY_TIME
    assert set(blocks.tolist()) == set(range(13))
    assert sum(taken.profile.classes.values()) == taken.row_count == 300


def test_the_same_content_is_the_same_snapshot(project: int, member: Member, now: datetime) -> None:
    first = take_snapshot(transaction, member, project, Selection(), now)
    again = take_snapshot(transaction, member, project, Selection(), now + timedelta(days=1))
    with transaction() as session:
        row = {"id": 3, "at": (now - timedelta(hours=11)).isoformat(), "x": 7.5}
        update_rows(session, member, first_table(project), [row], now, partial=True)
    changed = take_snapshot(transaction, member, project, Selection(), now)

    assert again == first
    assert (changed.number, changed.content_hash == first.content_hash) == (2, False)
    with pytest.raises(Conflict, match="holds these very rows with 12 folds by time"):
        take_snapshot(transaction, member, project, Selection(), now, Dealing(FoldKind.STRATIFIED))


def first_table(project: int) -> int:
    from db.queries.tables import get_table_named

    with reading() as session:
        return get_table_named(session, project, "base").id


def test_whoever_comes_second_is_told_that_the_rows_were_dealt_otherwise_meanwhile(
    project: int, member: Member, now: datetime
) -> None:
    others = iter([Dealing(FoldKind.BY_TIME)])

    @contextmanager
    def overtaken() -> Iterator[Session]:
        for dealing in others:
            take_snapshot(transaction, member, project, Selection(), now, dealing)
        with transaction() as session:
            yield session

    with pytest.raises(Conflict, match="holds these very rows with "):
        take_snapshot(overtaken, member, project, Selection(), now, Dealing(FoldKind.STRATIFIED))
    with reading() as session:
        assert [taken.fold_plan.kind for taken in snapshots(session, project)] == [FoldKind.BY_TIME]


def test_labels_not_known_yet_stay_out(project: int, member: Member, now: datetime) -> None:
    past = now - timedelta(days=10)

    taken = take_snapshot(transaction, member, project, Selection(Extent.LAST_DAYS, 12), past)

    assert taken.time_to is not None
    assert taken.time_from is not None
    assert taken.time_to + timedelta(hours=1) <= past
    assert taken.time_from > taken.time_to - timedelta(days=12)


def test_instances_are_ready_to_fit(project: int, member: Member, now: datetime) -> None:
    taken = take_snapshot(transaction, member, project, Selection(), now)

    with reading() as session:
        instances = load_instances(session, taken.id)

    assert (instances.task, instances.classes, instances.positive) == (Task.BINARY, ("false", "true"), "true")
    assert instances.features.columns.tolist() == ["x", "colour", "weather.wind"]
    assert set(instances.target) == {"true", "false"}
    assert instances.time is not None
    assert instances.label_time is not None


STRATIFIED = Dealing(FoldKind.STRATIFIED)

BAD = {
    "no rows": (Condition("x", Operator.GT, 1000), "No row of 'base' is labelled and in the selection"),
    "one class": (Condition("target", Operator.EQ, True), "has one class only, 'true'"),
    "few rows": (Condition("id", Operator.LT, 20), "need at least 24 rows"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_selection_to_learn_nothing_from_is_refused(project: int, member: Member, now: datetime, case: str) -> None:
    condition, words = BAD[case]

    with pytest.raises(Invalid) as caught:
        take_snapshot(transaction, member, project, Selection(conditions=(condition,)), now, STRATIFIED)

    assert words in caught.value.sentence
    with reading() as session:
        assert snapshots(session, project) == []


def test_a_deleted_snapshot_can_be_taken_again(project: int, member: Member, now: datetime) -> None:
    first = take_snapshot(transaction, member, project, Selection(), now)

    with transaction() as session:
        delete_snapshot(session, member, first.id, now)
    again = take_snapshot(transaction, member, project, Selection(), now)

    assert (again.number, again.content_hash) == (2, first.content_hash)
    with pytest.raises(NotFound, match="There is no snapshot"), reading() as session:
        get_snapshot(session, first.id)
